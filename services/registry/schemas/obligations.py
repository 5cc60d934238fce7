"""Requests and responses of registry/obligations."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.domain.enterprise import SUPERVISION
from services.registry.domain.obligations import DECISIONS, DUTIES, FREQUENCIES
from services.registry.schemas.enterprises import EnterpriseFilter, ExportFilter
from services.registry.schemas.fields import text
from shared.http import Page, Schema


class ObligationFilter(EnterpriseFilter):
    duty = fields.String(validate=validate.OneOf(DUTIES), metadata={"description": "only those that owe it today"})


class Obligation(Schema):
    duty = fields.String(required=True)
    rule = fields.String(required=True)
    basis = fields.String(required=True)
    frequency = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    end_reason = fields.String()
    runs = fields.Boolean(required=True, metadata={"description": "owed today"})


class ObligationRow(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    subdistrict = fields.String()
    supervision = fields.String(required=True)
    obligations = fields.List(fields.Nested(Obligation), required=True)


class ObligationPage(Page):
    items = fields.List(fields.Nested(ObligationRow), required=True)


class ObligationRule(Schema):
    id = fields.String(required=True)
    duty = fields.String(required=True)
    features = fields.List(fields.String(), required=True)
    frequency = fields.String(required=True)
    starts = fields.String(required=True, validate=validate.OneOf(["supervised", "decision"]))
    zh = fields.String(required=True)
    en = fields.String(required=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.String(required=True)


class ObligationRules(Schema):
    items = fields.List(fields.Nested(ObligationRule), required=True)


class ObligationChange(Schema):
    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String()
    decision_id = fields.String(allow_none=True)
    obligations = fields.List(fields.Dict(), required=True)


class ObligationSheet(Schema):
    enterprise_id = fields.String(required=True)
    supervision = fields.String(required=True)
    obligations = fields.List(fields.Nested(Obligation), required=True)
    proposals = fields.List(fields.Nested(ObligationRule), required=True)
    history = fields.List(fields.Nested(ObligationChange), required=True)


class DecisionPreviewBody(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    selection = fields.Nested(ExportFilter, required=True)
    supervision = fields.String(load_default="", validate=validate.OneOf(SUPERVISION))
    duties = fields.List(
        fields.String(validate=validate.OneOf(DUTIES)), load_default=list, validate=validate.Length(max=len(DUTIES))
    )
    frequency = fields.String(load_default="", validate=validate.OneOf(["", *FREQUENCIES]))
    effective_on = fields.Date(load_default=None, allow_none=True, metadata={"description": "tomorrow when left out"})


class DecisionBody(DecisionPreviewBody):
    basis = text(500, 5, required=True, metadata={"description": "the document or reason that the decision rests on"})
    expected = fields.Integer(
        required=True,
        validate=validate.Range(0),
        metadata={"description": "how many enterprises change according to the preview"},
    )


class DecisionPreview(Schema):
    matched = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    by_state = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class DecisionAccepted(Schema):
    id = fields.String(required=True)


class Decision(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    content = fields.Dict(required=True)
    selection = fields.Dict(required=True)
    basis = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["running", "completed"]))
    expected = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    decided_by = fields.String()
    decided_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)


class DecisionPage(Page):
    items = fields.List(fields.Nested(Decision), required=True)
