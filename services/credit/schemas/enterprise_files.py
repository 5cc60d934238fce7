"""What credit adds to the file of an enterprise."""

from marshmallow import fields

from shared.http import Schema


class PenaltyInFile(Schema):
    id = fields.String(required=True)
    document_number = fields.String(required=True)
    conduct = fields.String(required=True)
    decided_on = fields.Date(required=True)
    penalty_class = fields.String(required=True)
    fine = fields.Integer(required=True)
    state = fields.String(required=True)
    settled_on = fields.Date(required=True, allow_none=True)


class CaseInFile(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    condition_zh = fields.String(required=True)
    condition_en = fields.String(required=True)
    clause = fields.String(required=True)
    is_open = fields.Boolean(required=True)


class CreditOfEnterprise(Schema):
    """``penalties`` and ``cases``: the latest ones; ``exposures``: those that are shown now.

    ``is_watched``: told to who oversees credit, to everybody else false.
    """

    enterprise_id = fields.String(required=True)
    is_listed = fields.Boolean(required=True)
    managed_until = fields.Date(required=True, allow_none=True)
    cases = fields.List(fields.Nested(CaseInFile), required=True)
    penalties = fields.List(fields.Nested(PenaltyInFile), required=True)
    penalties_in_year = fields.Integer(required=True)
    accidents = fields.Integer(required=True)
    exposures = fields.Integer(required=True)
    is_watched = fields.Boolean(required=True)
