"""Requests and responses about restrictions at other agencies, and about who is watched."""

from marshmallow import fields, validate

from services.credit.domain.restrictions import FEEDBACK
from services.credit.rules import measure_rules, restriction_rules
from services.credit.schemas.cases import DIVISION, CaseStep, words
from services.credit.schemas.violations import said
from shared.http import Page, PageQuery, Schema


class RestrictionQuery(PageQuery):
    """The newest first; ``is_escalated``: those which an agency leaves without an answer after both reminders."""

    is_escalated = fields.Boolean()
    state = fields.String(validate=validate.OneOf(list(restriction_rules().machine.states)))
    agency = fields.String(validate=validate.OneOf(list(measure_rules().purposes)))
    case_id = fields.UUID()
    enterprise_id = fields.UUID()
    is_open = fields.Boolean()


class Restriction(Schema):
    """``effect`` is RESTRICT, or ADVISORY (for reference only) where the legal basis is not complete."""

    id = fields.String(required=True)
    case_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)
    code = fields.String(required=True)
    code_zh = fields.String(required=True)
    code_en = fields.String(required=True)
    agency = fields.String(required=True)
    effect = fields.String(required=True)
    basis_doc = fields.String(required=True)
    basis_article = fields.String(required=True)
    measure_list_version = fields.String(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    is_escalated = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    reminders = fields.Integer(required=True)
    pushed_at = fields.AwareDateTime(required=True)
    asked_at = fields.AwareDateTime(required=True)
    measure = fields.String(required=True)
    applied_on = fields.Date(required=True, allow_none=True)
    handler = fields.String(required=True)
    reason = fields.String(required=True)


class RestrictionList(Page):
    items = fields.List(fields.Nested(Restriction), required=True)


class RestrictionStep(CaseStep):
    """``agency_id``: the agency whose own system or clerk answered; empty: the bureau, or the clock."""

    agency_id = fields.String(required=True)


class WholeRestriction(Restriction):
    steps = fields.List(fields.Nested(RestrictionStep), required=True)


class RestrictionFeedback(Schema):
    """What an agency answers; a measure that was applied is named with its day and who handles it."""

    status = fields.String(required=True, validate=validate.OneOf(list(FEEDBACK)))
    version = fields.Integer(validate=validate.Range(1))
    measure = words(500)
    date = fields.Date()
    handler = words(100)
    reason = words(500)


class WatchedQuery(PageQuery):
    """The newest first."""

    is_open = fields.Boolean()
    enterprise_id = fields.UUID()
    division = fields.String(validate=DIVISION)


class NewWatched(Schema):
    """Whom the bureau watches (重点监管对象): no list, and nothing follows from it at other agencies."""

    enterprise_id = fields.UUID(required=True)
    reason = said(500)
    until = fields.Date(required=True)


class WatchedEnd(Schema):
    reason = said(500)


class Watched(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    reason = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True)
    by = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    ended_because = fields.String(required=True)


class WatchedList(Page):
    items = fields.List(fields.Nested(Watched), required=True)
