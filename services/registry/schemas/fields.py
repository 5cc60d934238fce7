"""Fields that several topics share."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.domain.drafts import LONGEST_OTHER

DIVISION = validate.Regexp(
    r"\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?\Z", error="A division code has 2, 4, 6, 9 or 12 digits."
)
SYSTEMS = ("WGS-84", "GCJ-02", "BD-09")


def text(longest: int = LONGEST_OTHER, shortest: int = 0, **options: object) -> fields.String:
    return fields.String(validate=validate.Length(shortest, longest), **options)  # type: ignore[arg-type]
