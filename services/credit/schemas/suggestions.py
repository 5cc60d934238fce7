"""Requests and responses about suggested violations."""

from marshmallow import fields, validate

from services.credit.domain.suggestions import STATES
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
