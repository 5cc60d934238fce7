"""Requests and responses about pilot reviews."""

from marshmallow import fields, validate

from services.permits.rules.reviews import review_rules
from services.permits.schemas.declarations import COLOURS, DIVISION, KINDS, text
from services.permits.schemas.permits import check_day
from shared.http import PageQuery, Schema


def named(choices: list[str]) -> fields.List:
    """Return a field of some of ``choices``; none named means all."""
    return fields.List(fields.String(validate=validate.OneOf(choices)), load_default=list)


class ReviewQuery(PageQuery):
    """The newest first; ``from``, ``to``: asked for on one of these days."""

    outcome = fields.String(validate=validate.OneOf(list(review_rules().outcomes)))
    enterprise_id = fields.UUID()
    job_id = fields.UUID()
    pilot_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(KINDS))
    subdistrict = text(12)
    from_day = fields.Date(data_key="from", attribute="from", validate=check_day)
    to_day = fields.Date(data_key="to", attribute="to", validate=check_day)


class PilotQuery(PageQuery):
    is_ended = fields.Boolean()


class NewPilot(Schema):
    """``document``: title and number of what the pilot rests on; no colours or kinds named: all of them."""

    division = fields.String(required=True, validate=DIVISION)
    document = fields.String(required=True, validate=validate.Length(1, 300))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    colours = named(COLOURS)
    kinds = named(KINDS)


class PilotEnd(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 500))


class Pilot(Schema):
    id = fields.String(required=True)
    division = fields.String(required=True)
    document = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    colours = fields.List(fields.String(), required=True)
    kinds = fields.List(fields.String(), required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True)
    is_ended = fields.Boolean(required=True)
    ended_because = fields.String(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class PilotList(Schema):
    items = fields.List(fields.Nested(Pilot), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WorkReview(Schema):
    id = fields.String(required=True)
    pilot_id = fields.String(required=True)
    job_id = fields.String(required=True)
    permit_id = fields.String(required=True, allow_none=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    kind = fields.String(required=True)
    colour = fields.String(required=True)
    outcome = fields.String(required=True)
    outcome_zh = fields.String(required=True)
    outcome_en = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    answered_by = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = text(500, required=True)


class WorkReviewList(Schema):
    items = fields.List(fields.Nested(WorkReview), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OutcomeCount(Schema):
    outcome = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    count = fields.Integer(required=True)


class ReviewFigures(Schema):
    """Answers within ``minutes``; none of them is an approval, which is the enterprise's own."""

    outcomes = fields.List(fields.Nested(OutcomeCount), required=True)
    minutes = fields.Integer(required=True)
