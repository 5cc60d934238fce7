"""Requests and responses about the policies of the credit grade."""

from marshmallow import fields, validate

from services.credit.domain.rating_policies import BY_ID, SINGLE, STATES, numbers_of
from services.credit.rules.ratings import rating_policies
from shared.http import Page, PageQuery, Schema

NUMBERS = numbers_of(rating_policies()[-1])


def _by_id(part: str, least: int, most: int) -> fields.Dict:
    keys = fields.String(validate=validate.OneOf(list(NUMBERS[part])))
    return fields.Dict(keys=keys, values=fields.Integer(validate=validate.Range(least, most)), load_default=dict)


def _single(least: int, most: int) -> fields.Integer:
    return fields.Integer(load_default=None, allow_none=True, validate=validate.Range(least, most))


class PolicyNumbers(Schema):
    """Other numbers of a policy by id; what is not named stays as it is.

    ``start`` is that of who has no confirmed standardisation, ``starts`` those by level; ``points`` are deducted,
    ``bonuses`` added, ``most_bonus`` together at most; ``grades`` are limits; ``moves`` are steps, 0 for none, of
    which so many facts are ``needed``.
    """

    start = _single(0, 100)
    months = _single(1, 60)
    most_bonus = _single(0, 100)
    starts = _by_id("starts", 0, 100)
    points = _by_id("points", -100, 0)
    bonuses = _by_id("bonuses", 0, 100)
    grades = _by_id("grades", 1, 100)
    moves = _by_id("moves", 0, len(NUMBERS["grades"]))
    needed = _by_id("needed", 1, 99)


class OwnPolicyQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(STATES))


class PolicyAdoption(Schema):
    """``first_day`` is today or later, ``document`` what says that the policy holds."""

    first_day = fields.Date(required=True)
    document = fields.String(required=True, validate=validate.Length(2, 200))
    reason = fields.String(required=True, validate=validate.Length(2, 500))


class PolicyEnd(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 500))


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


class PolicyStart(FactPoints):
    """Where the score begins of who has this; ``alternative`` as another source has it."""

    alternative = fields.Integer(required=True)


class PolicyBonus(FactPoints):
    at_least = fields.Integer(required=True)


class GradeMove(Schema):
    """One that is locked is no policy's to change."""

    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    at_least = fields.Integer(required=True)
    steps = fields.Integer(required=True)
    is_locked = fields.Boolean(required=True)


class RatingPolicy(Schema):
    version = fields.String(required=True)
    effective_from = fields.Date(required=True)
    start = fields.Integer(required=True)
    starts = fields.List(fields.Nested(PolicyStart), required=True)
    months = fields.Integer(required=True)
    bonuses = fields.List(fields.Nested(PolicyBonus), required=True)
    most_bonus = fields.Integer(required=True)
    source = fields.Nested(RatingSource, required=True)
    grades = fields.List(fields.Nested(GradeFrom), required=True)
    points = fields.List(fields.Nested(FactPoints), required=True)
    moves = fields.List(fields.Nested(GradeMove), required=True)


class TabledPolicy(RatingPolicy):
    """``id`` of a policy of the bureau's own, none of one of the release."""

    id = fields.String(required=True, allow_none=True)


class RatingTable(Schema):
    """``present`` is the version that holds today, ``draft`` the id of the bureau's draft."""

    present = fields.String(required=True)
    draft = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(TabledPolicy), required=True)


class PolicyDifference(Schema):
    """A number that is another one than in the policy of today; ``part`` is its group in ``PolicyNumbers``."""

    part = fields.String(required=True, validate=validate.OneOf([*SINGLE, *BY_ID]))
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


class OwnPolicy(Schema):
    """What the bureau wrote; its revision is the ETag. ``is_tried``: this revision was tried out."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    official = fields.String(required=True)
    state = fields.String(required=True)
    revision = fields.Integer(required=True)
    written_by = fields.List(fields.String(), required=True)
    drafted_at = fields.AwareDateTime(required=True)
    is_tried = fields.Boolean(required=True)
    is_present = fields.Boolean(required=True)
    effective_from = fields.Date(required=True, allow_none=True)
    document = fields.String(required=True)
    reason = fields.String(required=True)
    adopted_by = fields.String(required=True)
    adopted_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_by = fields.String(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_because = fields.String(required=True)


class WholeOwnPolicy(OwnPolicy):
    """With every number, and those that differ from the policy of today, ``compared_with``."""

    policy = fields.Nested(RatingPolicy, required=True)
    differences = fields.List(fields.Nested(PolicyDifference), required=True)
    compared_with = fields.String(required=True)


class OwnPolicyList(Page):
    items = fields.List(fields.Nested(OwnPolicy), required=True)


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
