"""Requests and responses about the catalogue of acts and what was recorded."""

from marshmallow import fields, validate

from services.credit.rules import catalogue
from shared.http import Page, PageQuery, Schema

ACTS, SEVERITIES = list(catalogue().acts), list(catalogue().severities)
DIVISION = validate.Regexp(r"^[0-9]{2,12}\Z")


def said(longest: int) -> fields.String:
    """Return a required field of text that says something: blanks alone do not."""
    return fields.String(required=True, validate=[validate.Length(2, longest), validate.Regexp(r"\s*\S")])


class ActSeverity(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class PunishedAct(Schema):
    """``basis`` is how a decision cites it; ``hazard_items`` are the items of Order 10 that are the same omission."""

    code = fields.String(required=True)
    clause = fields.String(required=True)
    basis = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    first = fields.String(required=True)
    refusal = fields.String(required=True)
    persons = fields.String(required=True)
    hazard_items = fields.List(fields.String(), required=True)
    document = fields.String(required=True)
    status = fields.String(required=True)


class ViolationTable(Schema):
    version = fields.String(required=True)
    acts = fields.List(fields.Nested(PunishedAct), required=True)
    severities = fields.List(fields.Nested(ActSeverity), required=True)


class ViolationQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    act = fields.String(validate=validate.OneOf(ACTS))
    severity = fields.String(validate=validate.OneOf(SEVERITIES))
    division = fields.String(validate=DIVISION)


class NewViolation(Schema):
    enterprise_id = fields.UUID(required=True)
    act = fields.String(required=True, validate=validate.OneOf(ACTS))
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES))
    facts = said(2000)
    found_on = fields.Date(required=True)


class Violation(Schema):
    """``cause``: of the suggestion that it was confirmed from; empty when it was entered by hand."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    act = fields.String(required=True)
    act_zh = fields.String(required=True)
    act_en = fields.String(required=True)
    basis = fields.String(required=True)
    severity = fields.String(required=True)
    severity_zh = fields.String(required=True)
    severity_en = fields.String(required=True)
    facts = fields.String(required=True)
    found_on = fields.Date(required=True)
    recorded_on = fields.Date(required=True)
    recorded_by = fields.String(required=True)
    cause = fields.String(required=True)
    cause_id = fields.String(required=True, allow_none=True)


class ViolationList(Page):
    items = fields.List(fields.Nested(Violation), required=True)
