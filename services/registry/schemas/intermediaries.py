"""Intermediaries and contracts over HTTP."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from services.registry.domain.intermediaries import PHASES, STATUSES, rules
from services.registry.schemas.fields import text
from shared.http import Page, PageQuery, Schema

MOST_DOCUMENTS = 50
_SERVICES = validate.Length(max=20)


class IntermediaryFilter(PageQuery):
    q = text(100, metadata={"description": "part of the name, or the beginning of the credit code"})
    status = fields.String(validate=validate.OneOf(STATUSES))


class _IntermediaryFacts(Schema):
    address = text()
    premises = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(0, 1_000_000), metadata={"description": "square metres"}
    )
    services = fields.List(text(40, 1), validate=_SERVICES)
    contact_name = text(50)
    contact_phone = text(50)


class IntermediaryNew(_IntermediaryFacts):
    uscc = text(30, 1, required=True)
    name = text(200, 1, required=True)


class IntermediaryChange(_IntermediaryFacts):
    name = text(200, 1)


class IntermediaryDocument(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(list(rules().documents)))
    number = text(100, required=True)
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True, metadata={"description": "the last day; none: no end"})
    attachment_id = fields.UUID(allow_none=True, metadata={"description": "the scan, sent before"})


class DocumentFile(Schema):
    file = Upload(required=True)


class IntermediaryDocuments(Schema):
    documents = fields.List(
        fields.Nested(IntermediaryDocument), required=True, validate=validate.Length(max=MOST_DOCUMENTS)
    )


class IntermediaryRow(Schema):
    id = fields.String(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String()
    premises = fields.Integer(allow_none=True)
    services = fields.List(fields.String())
    contact_name = fields.String(metadata={"description": "masked"})
    contact_phone = fields.String(metadata={"description": "masked"})
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    reason = fields.String(metadata={"description": "by_hand, document_missing or document_expired"})
    reason_document = fields.String()
    stop_reason = fields.String()
    documents = fields.List(fields.Nested(IntermediaryDocument))
    technicians = fields.Integer()
    live_contracts = fields.Integer()
    gaps = fields.List(fields.String(), metadata={"description": "entry conditions that are not met"})
    version = fields.Integer(required=True)
    updated_at = fields.AwareDateTime()


class IntermediaryPage(Page):
    items = fields.List(fields.Nested(IntermediaryRow), required=True)


class IntermediaryStaffNew(Schema):
    name = text(50, 1, required=True)
    identity = fields.String(
        required=True, validate=validate.Regexp(r"\d{17}[\dXx]\Z", error="An identity card has 18 digits.")
    )
    account_id = fields.UUID()
    certificate = text(100)
    is_full_time = fields.Boolean()
    joined_on = fields.Date(required=True)


class IntermediaryStaffRow(Schema):
    id = fields.String(required=True)
    name = fields.String(metadata={"description": "masked"})
    account_id = fields.String()
    certificate = fields.String()
    is_full_time = fields.Boolean()
    joined_on = fields.Date()
    left_on = fields.Date(allow_none=True)


class IntermediaryStaffList(Schema):
    items = fields.List(fields.Nested(IntermediaryStaffRow), required=True)


class StaffLeft(Schema):
    left_on = fields.Date(required=True)


class Stop(Schema):
    reason = text(200, 2, required=True)


class Kind(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)
    is_required = fields.Boolean()


class IntermediaryKinds(Schema):
    documents = fields.List(fields.Nested(Kind), required=True)
    services = fields.List(fields.Nested(Kind), required=True)


class ContractFilter(PageQuery):
    q = text(100, metadata={"description": "part of either name or of the number"})
    phase = fields.String(validate=validate.OneOf(PHASES))
    intermediary_id = fields.UUID()
    enterprise_id = fields.UUID()
    ends_before = fields.Date()


class _ContractFacts(Schema):
    visits_per_year = fields.Integer(strict=True, validate=validate.Range(0, 366))
    fee = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(0, 1_000_000_000), metadata={"description": "yuan a year"}
    )


class ContractNew(_ContractFacts):
    enterprise_id = fields.UUID(required=True)
    intermediary_id = fields.UUID(required=True)
    number = text(60, 1, required=True)
    services = fields.List(text(40, 1), required=True, validate=validate.Length(1, 20))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class ContractChange(_ContractFacts):
    services = fields.List(text(40, 1), validate=validate.Length(1, 20))
    starts_on = fields.Date()
    ends_on = fields.Date()


class Contract(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    enterprise_name = fields.String()
    enterprise_uscc = fields.String()
    intermediary_id = fields.String(required=True)
    intermediary_name = fields.String()
    number = fields.String(required=True)
    services = fields.List(fields.String(), required=True)
    visits_per_year = fields.Integer()
    fee = fields.Integer(allow_none=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    phase = fields.String(required=True, validate=validate.OneOf(PHASES))
    end_reason = fields.String()
    ended_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer(required=True)


class ContractPage(Page):
    items = fields.List(fields.Nested(Contract), required=True)


class CoverageRow(Schema):
    division = fields.String(required=True)
    owing = fields.Integer(required=True)
    covered = fields.Integer(required=True)


class Coverage(Schema):
    owing = fields.Integer(required=True, metadata={"description": "enterprises of one's area that owe a contract"})
    covered = fields.Integer(required=True, metadata={"description": "those of them with a live one"})
    share = fields.Float(required=True, allow_none=True)
    by_subdistrict = fields.List(fields.Nested(CoverageRow), required=True)
