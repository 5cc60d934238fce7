"""Requests and responses about the credit grade."""

from marshmallow import fields, validate

from services.credit.rules.ratings import rating_policies
from services.credit.schemas.violations import DIVISION
from shared.http import Page, PageQuery, Schema

POLICY = rating_policies()[-1]
GRADES = [one.id for one in POLICY.grades]


class RatingQuery(PageQuery):
    """By enterprise. Of whom nothing is recorded, no grade is listed; ``q``: a part of the name, or the code."""

    grade = fields.String(validate=validate.OneOf(GRADES))
    division = fields.String(validate=DIVISION)
    q = fields.String(validate=validate.Length(1, 100))


class RatingFigureQuery(Schema):
    """The filters of the list but the grade; ``q`` is a part of the name, or the whole code."""

    division = fields.String(validate=DIVISION)
    q = fields.String(validate=validate.Length(1, 100))


class RatingFigure(Schema):
    grade = fields.String(required=True)
    count = fields.Integer(required=True)


class RatingFigures(Schema):
    items = fields.List(fields.Nested(RatingFigure), required=True)


class RatingSource(Schema):
    document = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)


class GradeFrom(Schema):
    """``least``: the score that is needed, or that has to be passed when it ``is_above``."""

    id = fields.String(required=True)
    least = fields.Integer(required=True)
    is_above = fields.Boolean(required=True)


class FactPoints(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    points = fields.Integer(required=True)


class GradeMove(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    at_least = fields.Integer(required=True)
    steps = fields.Integer(required=True)


class RatingPolicy(Schema):
    version = fields.String(required=True)
    effective_from = fields.Date(required=True)
    start = fields.Integer(required=True)
    months = fields.Integer(required=True)
    source = fields.Nested(RatingSource, required=True)
    grades = fields.List(fields.Nested(GradeFrom), required=True)
    points = fields.List(fields.Nested(FactPoints), required=True)
    moves = fields.List(fields.Nested(GradeMove), required=True)


class RatingTable(Schema):
    """``present`` is the version that holds today."""

    present = fields.String(required=True)
    items = fields.List(fields.Nested(RatingPolicy), required=True)


class CountedFact(Schema):
    """``references`` are the ids of the rows behind the number."""

    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    count = fields.Integer(required=True)
    points = fields.Integer(required=True)
    references = fields.List(fields.String(), required=True)


class MovedGrade(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    steps = fields.Integer(required=True)
    references = fields.List(fields.String(), required=True)


class CreditRating(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    grade = fields.String(required=True)
    score = fields.Integer(required=True)
    by_score = fields.String(required=True)
    policy = fields.String(required=True)


class CreditRatingList(Page):
    items = fields.List(fields.Nested(CreditRating), required=True)


class CountingFact(Schema):
    """A row that counts today: its id is the ``reference`` that the reasons name."""

    kind = fields.String(required=True)
    happened_on = fields.Date(required=True)
    reference = fields.String(required=True)


class ExplainedRating(CreditRating):
    """``by_score`` is the grade before anything moved it; ``not_counted``: what nobody records here."""

    source = fields.Nested(RatingSource, required=True)
    effective_from = fields.Date(required=True)
    facts = fields.List(fields.Nested(CountingFact), required=True)

    start = fields.Integer(required=True)
    counted = fields.List(fields.Nested(CountedFact), required=True)
    moved = fields.List(fields.Nested(MovedGrade), required=True)
    not_counted = fields.List(fields.String(), required=True)


class PolicyTrial(Schema):
    """Other points by kind of fact, and another start; what is not named stays as it is."""

    points = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(POLICY.points))),
        values=fields.Integer(validate=validate.Range(-100, 0)),
        load_default=dict,
    )
    start = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 100))


class TriedGrade(Schema):
    grade = fields.String(required=True)
    now = fields.Integer(required=True)
    then = fields.Integer(required=True)


class MovingEnterprise(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    now = fields.String(required=True)
    then = fields.String(required=True)


class TriedPolicy(Schema):
    """How many enterprises of the area have each grade now, and would have it then.

    ``moved`` is how many would have another grade; ``movers`` are the first of them by name.
    """

    moved = fields.Integer(required=True)
    movers = fields.List(fields.Nested(MovingEnterprise), required=True)

    policy = fields.String(required=True)
    grades = fields.List(fields.Nested(TriedGrade), required=True)
