"""Requests and responses about proposals to close a business."""

from marshmallow import fields, validate

from services.credit.domain.closures import EVENTS, STATES
from shared.http import Page, PageQuery, Schema


class ClosureQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))


class ClosureDecision(Schema):
    """``submit`` names the letter to the government, ``dismiss`` a reason."""

    event = fields.String(required=True, validate=validate.OneOf(list(EVENTS)))
    document = fields.String(load_default="", validate=validate.Length(max=200))
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class Closure(Schema):
    """``span``: 180_days (three penalties) or one_year (four), with the penalties and hazards that meet it."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    state = fields.String(required=True)
    span = fields.String(required=True)
    basis = fields.String(required=True)
    penalty_ids = fields.List(fields.String(), required=True)
    hazard_ids = fields.List(fields.String(), required=True)
    proposed_on = fields.Date(required=True)
    document = fields.String(required=True)
    reason = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class ClosureList(Page):
    items = fields.List(fields.Nested(Closure), required=True)
