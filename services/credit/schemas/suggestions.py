"""Requests and responses about suggested violations, and about proposals to close a business."""

from marshmallow import fields, validate

from services.credit.domain.suggestions import CLOSURE_EVENTS, CLOSURE_STATES, STATES
from services.credit.rules.suggestions import suggestion_rules
from services.credit.schemas.violations import ACTS, DIVISION, SEVERITIES, said
from shared.http import Page, PageQuery, Schema

KINDS = list(suggestion_rules().kinds)


class SuggestionQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))
    state = fields.String(validate=validate.OneOf(STATES))
    division = fields.String(validate=DIVISION)


class SuggestionConfirmation(Schema):
    act = fields.String(required=True, validate=validate.OneOf(ACTS))
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES))
    facts = said(2000)
    found_on = fields.Date(required=True)


class SuggestionDismissal(Schema):
    reason = said(500)


class Suggestion(Schema):
    """``act`` and ``severity`` are proposed; an empty act: the officer chooses. ``details`` depend on the kind."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    act = fields.String(required=True)
    severity = fields.String(required=True)
    details = fields.Dict(required=True)
    state = fields.String(required=True)
    suggested_at = fields.AwareDateTime(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    violation_id = fields.String(required=True, allow_none=True)


class SuggestionList(Page):
    items = fields.List(fields.Nested(Suggestion), required=True)


class ClosureQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(CLOSURE_STATES))


class ClosureDecision(Schema):
    """``submit`` names the letter to the government, ``dismiss`` a reason."""

    event = fields.String(required=True, validate=validate.OneOf(list(CLOSURE_EVENTS)))
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
