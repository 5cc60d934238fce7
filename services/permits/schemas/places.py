"""Requests and responses about the ledger of places."""

from typing import Any

from marshmallow import fields, post_load, validate

from services.permits.domain.places import FOUND_BY, TRILEAN
from services.permits.rules.places import place_rules
from shared.http import PageQuery, Schema

RULES = place_rules()
KINDS, HAZARDS = list(RULES.kinds), list(RULES.hazards)
LONGEST = 200
POSITION = ("longitude", "latitude", "accuracy_m")


def line(longest: int = LONGEST, shortest: int = 0, **options: object) -> fields.String:
    """Return a field for one line of text."""
    return fields.String(validate=validate.Length(shortest, longest), **options)  # type: ignore[arg-type]


class WorkPosition(Schema):
    """Degrees (WGS-84), and within how many metres they are true."""

    longitude = fields.Float(required=True, validate=validate.Range(73, 136))
    latitude = fields.Float(required=True, validate=validate.Range(3, 54))
    accuracy_m = fields.Float(required=True, validate=validate.Range(0, 10_000))


class Located(Schema):
    """What has a position, or None; it is loaded as the columns of a row."""

    location = fields.Nested(WorkPosition, allow_none=True)

    @post_load
    def spread(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return what was given with the position as columns; with none of them where it was not given."""
        if "location" not in given:
            return given
        location = given.pop("location") or dict.fromkeys(POSITION)
        return {**given, **location}


class PlaceQuery(PageQuery):
    """By number; ``q`` is part of a number or name."""

    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))
    q = line()


class LedgerQuery(Schema):
    enterprise_id = fields.UUID(required=True)


class PlaceChange(Located):
    """What is not named stays. ``radius_m``: how far the place reaches from its middle."""

    number = line(40, 1)
    title = line(80, 1)
    whereabouts = line()
    within_id = fields.UUID(allow_none=True)
    medium = line()
    hazards = fields.List(fields.String(validate=validate.OneOf(HAZARDS)), validate=validate.Length(max=len(HAZARDS)))
    risk_place = fields.String(validate=validate.OneOf(TRILEAN))
    found_by = fields.String(validate=validate.OneOf(("", *FOUND_BY)))
    radius_m = fields.Float(validate=validate.Range(0, 1_000))
    assessed_on = fields.Date(allow_none=True)
    risk_distance_m = fields.Float(allow_none=True, validate=validate.Range(0, 10_000))


class NewPlace(PlaceChange):
    enterprise_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    number = line(40, 1, required=True)
    title = line(80, 1, required=True)


class PlaceHazardName(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class WorkPlace(Schema):
    """``needs_principal``: the principal, or who is named in writing, approves entering (Order 13 Art. 7)."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    whereabouts = fields.String(required=True)
    within_id = fields.String(required=True, allow_none=True)
    medium = fields.String(required=True)
    hazards = fields.List(fields.Nested(PlaceHazardName), required=True)
    needs_principal = fields.Boolean(required=True)
    risk_place = fields.String(required=True)
    location = fields.Nested(WorkPosition, required=True, allow_none=True)
    found_by = fields.String(required=True)
    radius_m = fields.Float(required=True)
    assessed_on = fields.Date(required=True, allow_none=True)
    assessed_until = fields.Date(required=True, allow_none=True)
    is_assessment_due = fields.Boolean(required=True)
    risk_distance_m = fields.Float(required=True, allow_none=True)
    version = fields.Integer(required=True)
    updated_at = fields.AwareDateTime(required=True)


class WorkPlaceList(Schema):
    items = fields.List(fields.Nested(WorkPlace), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class _SourcedRow(PlaceHazardName):
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class PlaceKindRow(_SourcedRow):
    within = fields.List(fields.String(), required=True)


class PlaceHazardRow(_SourcedRow):
    is_poisoning = fields.Boolean(required=True)


class PlaceTable(Schema):
    version = fields.String(required=True)
    kinds = fields.List(fields.Nested(PlaceKindRow), required=True)
    hazards = fields.List(fields.Nested(PlaceHazardRow), required=True)
    fixed_years = fields.Integer(required=True)
    fixed_metres = fields.Float(required=True)
