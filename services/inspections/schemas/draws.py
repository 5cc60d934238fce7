"""Requests and responses about draws and about whom officers keep away from."""

from marshmallow import fields, validate

from services.inspections.domain.draws import STATES
from services.inspections.rules import draw_rules
from services.inspections.schemas.hazards import Named, text
from shared.http import Page, PageQuery, Schema

MOST_INDUSTRIES = 50
MOST_DRAWN = 1000
DIVISION = validate.Regexp(r"^(\d{6}|\d{9}|\d{12})\Z")
INDUSTRY = validate.Regexp(r"^[A-T]\d{0,4}\Z")
RELATIONS = list(draw_rules().relations)


class DrawQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(STATES))


class DrawBody(Schema):
    """``levels`` and ``industries`` (beginnings of codes) narrow the pool; empty ones do not."""

    division = fields.String(required=True, validate=DIVISION)
    levels = fields.List(
        fields.Integer(validate=validate.Range(1, 4)), load_default=list, validate=validate.Length(max=4)
    )
    industries = fields.List(
        fields.String(validate=INDUSTRY), load_default=list, validate=validate.Length(max=MOST_INDUSTRIES)
    )
    count = fields.Integer(required=True, validate=validate.Range(1, MOST_DRAWN))
    last_day = fields.Date(required=True)


class DrawCancelled(Schema):
    reason = text(required=True)


class CandidateQuery(PageQuery):
    """``reason`` names why somebody was left out; empty: those who could be drawn."""

    level = fields.Integer(validate=validate.Range(1, 4))
    reason = fields.String(validate=validate.Length(max=40))
    is_drawn = fields.Boolean()


class LevelCount(Schema):
    level = fields.Integer(required=True)
    count = fields.Integer(required=True)
    drawn = fields.Integer(required=True)


class ReasonCount(Schema):
    reason = fields.String(required=True)
    count = fields.Integer(required=True)


class PoolOfficer(Schema):
    """``reason``: why the officer is left out, empty for one who may be drawn. ``avoids``: how many enterprises."""

    account_id = fields.String(required=True)
    reason = fields.String(required=True)
    avoids = fields.Integer(required=True)


class LeftOut(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    reason = fields.String(required=True)


class DrawPreview(Schema):
    """``left_out``: the first of those who may not be drawn, by reason. Nothing is kept."""

    pool_size = fields.Integer(required=True)
    excluded = fields.Integer(required=True)
    by_level = fields.List(fields.Nested(LevelCount), required=True)
    by_reason = fields.List(fields.Nested(ReasonCount), required=True)
    officers = fields.List(fields.Nested(PoolOfficer), required=True)
    left_out = fields.List(fields.Nested(LeftOut), required=True)


class DrawShown(Schema):
    """``seed`` is empty until the pool is drawn from; ``number`` of ``pool_size`` are drawn."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    division = fields.String(required=True)
    selection = fields.Dict(keys=fields.String(), required=True)
    last_day = fields.Date(required=True)
    number = fields.Integer(required=True)
    team = fields.Integer(required=True)
    algorithm = fields.String(required=True)
    rules = fields.String(required=True)
    pool_hash = fields.String(required=True)
    pool_size = fields.Integer(required=True)
    excluded = fields.Integer(required=True)
    seed = fields.String(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    drawn_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class DrawOwn(DrawShown):
    """With who did what, for those who make draws."""

    prepared_by = fields.String(required=True)
    drawn_by = fields.String(required=True)
    ended_by = fields.String(required=True)
    reason = fields.String(required=True)


class DrawList(Page):
    items = fields.List(fields.Nested(DrawOwn), required=True)


class DrawWithCounts(DrawOwn):
    by_level = fields.List(fields.Nested(LevelCount), required=True)
    by_reason = fields.List(fields.Nested(ReasonCount), required=True)
    officers = fields.List(fields.Nested(PoolOfficer), required=True)


class DrawCandidate(Schema):
    """``place`` in the order of the draw, None for one who was not drawn."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    division = fields.String(required=True, allow_none=True)
    level = fields.Integer(required=True, allow_none=True)
    credit = fields.String(required=True)
    weight = fields.Integer(required=True)
    reason = fields.String(required=True)
    place = fields.Integer(required=True, allow_none=True)
    officers = fields.List(fields.String(), required=True)
    task_id = fields.String(required=True, allow_none=True)


class DrawCandidates(Page):
    items = fields.List(fields.Nested(DrawCandidate), required=True)


class DrawReplay(Schema):
    """Whether drawing again from the stored record gives the stored result."""

    is_equal = fields.Boolean(required=True)
    pool_hash = fields.String(required=True)
    recomputed_hash = fields.String(required=True)
    seed = fields.String(required=True)


class DrawnTeam(Schema):
    enterprise_id = fields.String(required=True)
    officers = fields.List(fields.String(), required=True)


class DrawRecord(Schema):
    """``pool_hash`` is the SHA-256 of ``pool`` as JSON with sorted keys and without spaces; docs/draws.md goes on."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    pool = fields.Dict(keys=fields.String(), required=True)
    pool_hash = fields.String(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    seed = fields.String(required=True)
    drawn_at = fields.AwareDateTime(required=True, allow_none=True)
    drawn = fields.List(fields.Nested(DrawnTeam), required=True)


class PublicDrawList(Page):
    items = fields.List(fields.Nested(DrawShown), required=True)


class PublicDrawn(Schema):
    place = fields.Integer(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    level = fields.Integer(required=True)


class PublicDraw(DrawShown):
    """What was drawn, with names; who was left out stands in the record by id."""

    by_level = fields.List(fields.Nested(LevelCount), required=True)
    by_reason = fields.List(fields.Nested(ReasonCount), required=True)
    drawn = fields.List(fields.Nested(PublicDrawn), required=True)


class AvoidanceQuery(PageQuery):
    mine = fields.Boolean(load_default=False)


class AvoidanceBody(Schema):
    enterprise_id = fields.UUID(required=True)
    relation = fields.String(required=True, validate=validate.OneOf(RELATIONS))


class Avoidance(Schema):
    id = fields.String(required=True)
    account_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    relation = fields.String(required=True)
    declared_at = fields.AwareDateTime(required=True)


class AvoidanceList(Page):
    items = fields.List(fields.Nested(Avoidance), required=True)


class DrawTable(Schema):
    """The weights and limits of a draw, for everybody to read."""

    version = fields.String(required=True)
    algorithm = fields.String(required=True)
    team = fields.Integer(required=True)
    rest_days = fields.Integer(required=True)
    level_weights = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    credit_weights = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    unknown_credit_weight = fields.Integer(required=True)
    relations = fields.List(fields.Nested(Named), required=True)
