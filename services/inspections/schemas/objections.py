"""Requests and responses about objections, corrections and what is entered beside the figures."""

from marshmallow import ValidationError, fields, validate

from services.inspections.domain.assessments import DONE, DROPPED, NOT_DONE
from services.inspections.rules import assessment_rules
from services.inspections.schemas.assessments import INDICATORS, month, unit
from shared.http import Page, PageQuery, Schema

ENTRIES = list(assessment_rules().entry_kinds)
CHANGES = [DONE, NOT_DONE, DROPPED]
STATES = ["raised", "accepted", "rejected"]
MOST_CHANGES = 100
MOST_DEATHS = 1000
REASON = validate.Length(2, 500)


class ObjectionQuery(PageQuery):
    """The newest first."""

    month = month()
    unit = unit()
    state = fields.String(validate=validate.OneOf(STATES))


class NewObjection(Schema):
    """Against a whole figure, or with ``thing_id`` against one row of it, which should be ``done`` or ``dropped``."""

    month = month(required=True)
    unit = unit(required=True)
    indicator = fields.String(required=True, validate=validate.OneOf(INDICATORS))
    thing_id = fields.UUID(load_default=None)
    wanted = fields.String(load_default=DONE, validate=validate.OneOf([DONE, DROPPED]))
    reason = fields.String(required=True, validate=REASON)


class Objection(Schema):
    """``version``: the edition that an accepted objection has led to."""

    id = fields.String(required=True)
    month = fields.String(required=True)
    unit = fields.String(required=True)
    indicator = fields.String(required=True)
    thing_id = fields.String(required=True, allow_none=True)
    wanted = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reply = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)


class Objections(Page):
    items = fields.List(fields.Nested(Objection), required=True)


class RowChange(Schema):
    thing_id = fields.UUID(required=True)
    change = fields.String(required=True, validate=validate.OneOf(CHANGES))


def each_once(changes: list[dict[str, object]]) -> None:
    """Refuse changes of which two are about the same row."""
    if len({one["thing_id"] for one in changes}) < len(changes):
        raise ValidationError("Name each row once.")


class Ruling(Schema):
    """``changes``: the rows that are counted otherwise, where a whole figure was objected to and nothing corrected."""

    is_accepted = fields.Boolean(required=True)
    reply = fields.String(required=True, validate=REASON)
    changes = fields.List(
        fields.Nested(RowChange), load_default=list, validate=[validate.Length(max=MOST_CHANGES), each_once]
    )


class Correction(Schema):
    """One row of a figure of a subdistrict that is counted otherwise."""

    month = month(required=True)
    unit = unit(required=True)
    indicator = fields.String(required=True, validate=validate.OneOf(INDICATORS))
    thing_id = fields.UUID(required=True)
    change = fields.String(required=True, validate=validate.OneOf(CHANGES))
    reason = fields.String(required=True, validate=REASON)


class NewEntry(Schema):
    """``deaths`` of an accident; what it costs or adds follows from the formula."""

    month = month(required=True)
    unit = unit(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(ENTRIES))
    deaths = fields.Integer(load_default=0, validate=validate.Range(0, MOST_DEATHS))
    reason = fields.String(required=True, validate=REASON)


class Withdrawal(Schema):
    reason = fields.String(required=True, validate=REASON)


class NewEdition(Schema):
    """The month and the edition that holds now."""

    month = fields.String(required=True)
    version = fields.Integer(required=True)
