"""Requests and responses about public exposure."""

from marshmallow import fields, validate

from services.credit.domain.exposures import STEPS
from services.credit.rules.exposures import exposure_rules
from services.credit.schemas.limits import LimitStanding
from services.credit.schemas.violations import DIVISION, said
from shared.http import Page, PageQuery, Schema

RULES = exposure_rules()
KINDS, STATES = list(RULES.kinds), list(RULES.machine.states)


class ExposureQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))
    state = fields.String(validate=validate.OneOf(STATES))
    is_open = fields.Boolean()
    division = fields.String(validate=DIVISION)


class NewExposure(Schema):
    """``content`` is what the public reads: name no person in it."""

    enterprise_id = fields.UUID(required=True)
    penalty_id = fields.UUID(load_default=None)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = said(200)
    content = said(5000)
    basis = said(500)
    months = fields.Integer(load_default=RULES.usual_months, validate=validate.Range(1, RULES.most_months))


class ExposureDecision(Schema):
    event = fields.String(required=True, validate=validate.OneOf(STEPS))
    version = fields.Integer(validate=validate.Range(1))
    reason = fields.String(validate=validate.Length(max=500))


class ObjectionBody(Schema):
    statement = said(2000)


class ReplyBody(Schema):
    reply = said(2000)


class PublicObjection(Schema):
    statement = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    reply = fields.String(required=True)
    replied_at = fields.AwareDateTime(required=True, allow_none=True)


class ExposureObjection(PublicObjection):
    id = fields.String(required=True)
    made_by = fields.String(required=True)
    replied_by = fields.String(required=True)


class ExposureDeadline(LimitStanding):
    """``entity_id``: what waits, the exposure itself or one of its objections."""

    kind = fields.String(required=True)
    entity_id = fields.String(required=True)
    due_on = fields.Date(required=True)


class Exposure(Schema):
    """``allowed``: the decisions that the caller may take; ``deadlines``: what is due, the nearest last day first."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    penalty_id = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    basis = fields.String(required=True)
    months = fields.Integer(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    is_shown = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    proposed_by = fields.String(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    decided_by = fields.String(required=True)
    published_on = fields.Date(required=True, allow_none=True)
    shown_until = fields.Date(required=True, allow_none=True)
    deadlines = fields.List(fields.Nested(ExposureDeadline), required=True)
    allowed = fields.List(fields.String(), required=True)


class ExposureList(Page):
    items = fields.List(fields.Nested(Exposure), required=True)


class ExposureMove(Schema):
    event = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class ExposureWithSteps(Exposure):
    steps = fields.List(fields.Nested(ExposureMove), required=True)
    objections = fields.List(fields.Nested(ExposureObjection), required=True)


class PublicExposure(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    basis = fields.String(required=True)
    published_on = fields.Date(required=True)
    shown_until = fields.Date(required=True)
    objections = fields.List(fields.Nested(PublicObjection), required=True)


class PublicExposureList(Page):
    items = fields.List(fields.Nested(PublicExposure), required=True)
