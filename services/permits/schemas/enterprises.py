"""What permits adds to the file of an enterprise."""

from marshmallow import fields

from services.permits.schemas.commitments import Commitment
from services.permits.schemas.permit_views import PermitCore
from shared.http import Schema


class DayInFile(Schema):
    """One commitment of the month."""

    id = fields.String(required=True)
    day = fields.Date(required=True)
    is_owed = fields.Boolean(required=True)
    is_nil = fields.Boolean(required=True)
    is_late = fields.Boolean(required=True)
    is_missed = fields.Boolean(required=True)
    is_disputed = fields.Boolean(required=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)


class MonthInFile(Schema):
    """The commitments of the last 30 days, the newest first; who signs late has missed the hour as well."""

    since = fields.Date(required=True)
    made = fields.Integer(required=True)
    late = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    days = fields.List(fields.Nested(DayInFile), required=True)


class PermitsInFile(Schema):
    """``open``: the first of ``open_count``, live ones first; ``ended``: the last ones."""

    open_count = fields.Integer(required=True)
    live_count = fields.Integer(required=True)
    open = fields.List(fields.Nested(PermitCore), required=True)
    ended = fields.List(fields.Nested(PermitCore), required=True)


class OrderInFile(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True)
    is_whole = fields.Boolean(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)


class OrdersInFile(Schema):
    open_count = fields.Integer(required=True)
    items = fields.List(fields.Nested(OrderInFile), required=True)


class PlacesOfKind(Schema):
    """``located``: those of them that have a position."""

    kind = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    count = fields.Integer(required=True)
    located = fields.Integer(required=True)


class PlacesInFile(Schema):
    count = fields.Integer(required=True)
    kinds = fields.List(fields.Nested(PlacesOfKind), required=True)


class WorkAtEnterprise(Schema):
    """Today's commitment, null when none is owed or made; ``misses_this_month`` also when none is owed today.

    ``ruleset``: the rules of hazardous work that the enterprise works under. ``permits``, ``stop_orders`` and
    ``places`` are there for who may read them.
    """

    enterprise_id = fields.String(required=True)
    owes_commitment = fields.Boolean(required=True)
    commitment = fields.Nested(Commitment, required=True, allow_none=True)
    misses_this_month = fields.Integer(required=True)
    suggests_credit_entry = fields.Boolean(required=True)
    ruleset = fields.String(required=True)
    month = fields.Nested(MonthInFile, required=True)
    permits = fields.Nested(PermitsInFile)
    stop_orders = fields.Nested(OrdersInFile)
    places = fields.Nested(PlacesInFile)
