"""Responses about works that stand in each other's way."""

from marshmallow import fields, validate

from services.permits.domain.interlocks import EFFECTS
from shared.http import Schema


class ComparedPosition(Schema):
    """``accuracy_m`` is None when nobody said how exact it is."""

    longitude = fields.Float(required=True)
    latitude = fields.Float(required=True)
    accuracy_m = fields.Float(required=True, allow_none=True)


class ComparedWork(Schema):
    """A permit, or a doing without one (``is_permit`` false)."""

    id = fields.String(required=True)
    is_permit = fields.Boolean(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    place_id = fields.String(required=True)
    location = fields.Nested(ComparedPosition, required=True, allow_none=True)


class WorkConflict(Schema):
    """``uncertain``: cannot be excluded, because a position is not exact enough; a coordinator decides."""

    rule = fields.String(required=True)
    effect = fields.String(required=True, validate=validate.OneOf(EFFECTS))
    zh = fields.String(required=True)
    en = fields.String(required=True)
    todo_zh = fields.String(required=True)
    todo_en = fields.String(required=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    limit_m = fields.Float(required=True, allow_none=True)
    other = fields.Nested(ComparedWork, required=True, allow_none=True)


class PermitConflicts(Schema):
    permit = fields.Nested(ComparedWork, required=True)
    items = fields.List(fields.Nested(WorkConflict), required=True)
    is_forbidden = fields.Boolean(required=True)
    needs_coordinator = fields.Boolean(required=True)
