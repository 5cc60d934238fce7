"""Requests and responses about doings without a permit."""

from marshmallow import fields, validate

from services.permits.rules.interlocks import interlocks
from services.permits.schemas.places import Located, PlaceHazardName, WorkPosition, line
from shared.http import PageQuery, Schema

DOINGS = list(interlocks().doings)


class DoingQuery(PageQuery):
    """The newest first; ``is_open``: still lasting or to come."""

    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(DOINGS))
    is_open = fields.Boolean()


class NewDoing(Located):
    """A place of the ledger, or a position with its accuracy."""

    enterprise_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(DOINGS))
    place_id = fields.UUID(load_default=None, allow_none=True)
    description = line(load_default="")
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class Doing(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    place_id = fields.String(required=True, allow_none=True)
    place_number = fields.String(required=True, allow_none=True)
    place_title = fields.String(required=True, allow_none=True)
    description = fields.String(required=True)
    location = fields.Nested(WorkPosition, required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    is_open = fields.Boolean(required=True)


class DoingList(Schema):
    items = fields.List(fields.Nested(Doing), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DoingTable(Schema):
    version = fields.String(required=True)
    kinds = fields.List(fields.Nested(PlaceHazardName), required=True)
