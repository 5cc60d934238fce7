"""Requests and responses about reports that are looked at again, and about how intermediaries do."""

from marshmallow import fields, validate

from services.inspections.domain.reviews import HALF_YEAR, STATES
from services.inspections.rules import rating_rules, review_rules
from services.inspections.schemas.hazards import Named, photos, text
from shared.http import Page, PageQuery, Schema

GROUNDS = list(review_rules().grounds)


def a_half_year(**options: object) -> fields.String:
    """Return a field of a half-year, such as ``2026H2``."""
    return fields.String(validate=validate.Regexp(HALF_YEAR), **options)  # type: ignore[arg-type]


class ReviewQuery(PageQuery):
    """The newest first. ``is_overdue``: nobody has decided in time."""

    state = fields.String(validate=validate.OneOf(STATES))
    is_overdue = fields.Boolean(load_default=False)
    half_year = a_half_year()
    intermediary_id = fields.UUID()
    enterprise_id = fields.UUID()
    visit_id = fields.UUID()


class ReviewDrawBody(Schema):
    """Whose reports of which half-year."""

    half_year = a_half_year(required=True)
    intermediary_id = fields.UUID(required=True)


class Drawn(Schema):
    """How many reports were drawn; none when enough are looked at again already."""

    drawn = fields.Integer(required=True)


class DecisionOfReview(Schema):
    """``ground`` when the report is refuted."""

    version = fields.Integer(validate=validate.Range(1))
    agrees = fields.Boolean(required=True)
    ground = fields.String(validate=validate.OneOf(GROUNDS))
    remark = text(required=True)
    photos = photos(load_default=list)


class Review(Schema):
    id = fields.String(required=True)
    visit_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    intermediary_id = fields.String(required=True)
    half_year = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True)
    due_at = fields.AwareDateTime(required=True)
    is_overdue = fields.Boolean(required=True)
    ground = fields.String(required=True)
    remark = fields.String(required=True)
    photos = fields.List(fields.String(), required=True)
    by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class ReviewList(Page):
    items = fields.List(fields.Nested(Review), required=True)


class SampleDraw(Schema):
    """The record of a draw. ``is_replayed``: drawing again from seed and pool gives the same reports."""

    id = fields.String(required=True)
    algorithm = fields.String(required=True)
    seed = fields.String(required=True)
    pool_digest = fields.String(required=True)
    drawn = fields.Integer(required=True)
    reported = fields.Integer(required=True)
    percent = fields.Integer(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    is_replayed = fields.Boolean(required=True)


class ReviewWithDraw(Review):
    """``may_decide``: the caller may say whether the report is true."""

    may_decide = fields.Boolean(required=True)
    draw = fields.Nested(SampleDraw, required=True)


class ReviewGround(Named):
    is_false = fields.Boolean(required=True)


class ReviewGrounds(Schema):
    items = fields.List(fields.Nested(ReviewGround), required=True)


class StandingsQuery(Schema):
    half_year = a_half_year(required=True)


class Fault(Schema):
    """How many visits have this fault, and the points that they took."""

    id = fields.String(required=True, validate=validate.OneOf(list(rating_rules().minus)))
    visits = fields.Integer(required=True)
    points = fields.Integer(required=True)


class AgencyStanding(Schema):
    """How an intermediary does in a half-year; ``needed`` reports have to be looked at again, ``drawn`` are."""

    intermediary_id = fields.String(required=True)
    reported = fields.Integer(required=True)
    flagged = fields.Integer(required=True)
    stars = fields.Float(required=True, allow_none=True)
    rated = fields.Integer(required=True)
    faults = fields.List(fields.Nested(Fault), required=True)
    needed = fields.Integer(required=True)
    drawn = fields.Integer(required=True)
    decided = fields.Integer(required=True)
    refuted = fields.Integer(required=True)
    agreed_share = fields.Float(required=True, allow_none=True)
    complaints = fields.Integer(required=True)
    upheld = fields.Integer(required=True)
    points = fields.Integer(required=True)
    grade = fields.String(required=True)


class AgencyStandings(Schema):
    items = fields.List(fields.Nested(AgencyStanding), required=True)
