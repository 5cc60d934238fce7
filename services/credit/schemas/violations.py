"""Requests and responses about the catalogue of acts and what was recorded."""

from marshmallow import fields

from shared.http import Schema


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
