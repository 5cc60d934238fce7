"""Requests and responses about the credit grade."""

from marshmallow import fields, validate

from services.credit.rules.ratings import rating_policies
from services.credit.schemas.violations import DIVISION
from shared.http import Page, PageQuery, Schema

POLICY = rating_policies()[-1]
GRADES = [one.id for one in POLICY.grades]


class RatingQuery(PageQuery):
    """By enterprise. Of whom nothing is recorded, no grade is listed."""

    grade = fields.String(validate=validate.OneOf(GRADES))
    division = fields.String(validate=DIVISION)


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


class ExplainedRating(CreditRating):
    """``by_score`` is the grade before anything moved it; ``not_counted``: what nobody records here."""

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


class TriedPolicy(Schema):
    """How many enterprises of the area have each grade now, and would have it then."""

    policy = fields.String(required=True)
    grades = fields.List(fields.Nested(TriedGrade), required=True)
