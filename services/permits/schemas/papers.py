"""Requests and responses about papers of permits."""

from marshmallow import fields

from shared.http import Schema


class PermitPaper(Schema):
    """``id`` is the code that is printed on it; ``version`` that of the permit when it was printed."""

    id = fields.String(required=True)
    permit_id = fields.String(required=True)
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)


class PermitPapers(Schema):
    items = fields.List(fields.Nested(PermitPaper), required=True)


class PaperVerification(Schema):
    """``is_newest``: nothing has happened to the permit since it was printed."""

    number = fields.String(required=True)
    kind_zh = fields.String(required=True)
    is_genuine = fields.Boolean(required=True)
    is_newest = fields.Boolean(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    ends_at = fields.AwareDateTime(required=True)
    made_at = fields.AwareDateTime(required=True)
