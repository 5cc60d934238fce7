"""Requests and responses about the credit grade, and about what is attested for it."""

from marshmallow import fields, validate

from services.credit.rules.ratings import attested_kinds, rating_policies
from services.credit.schemas.rating_policies import RatingSource
from services.credit.schemas.violations import DIVISION
from shared.http import Page, PageQuery, Schema

GRADES = [one.id for one in rating_policies()[-1].grades]
ATTESTED = list(attested_kinds())


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
    """``by_score`` is the grade before anything moved it; ``not_counted``: what nobody has recorded of it.

    ``is_own``: the policy is one that the bureau adopted. ``started`` says why the score began at ``start``; ``earned``
    adds ``bonus`` together, at most ``most_bonus``.
    """

    source = fields.Nested(RatingSource, required=True)
    is_own = fields.Boolean(required=True)
    effective_from = fields.Date(required=True)
    facts = fields.List(fields.Nested(CountingFact), required=True)

    start = fields.Integer(required=True)
    started = fields.List(fields.Nested(CountedFact), required=True)
    earned = fields.List(fields.Nested(CountedFact), required=True)
    bonus = fields.Integer(required=True)
    most_bonus = fields.Integer(required=True)
    counted = fields.List(fields.Nested(CountedFact), required=True)
    moved = fields.List(fields.Nested(MovedGrade), required=True)
    not_counted = fields.List(fields.String(), required=True)


class AttestationQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(ATTESTED))


class NewAttestation(Schema):
    """What a document shows: ``until`` is the last day of what lasts, ``persons`` of how many it speaks."""

    enterprise_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(ATTESTED))
    document = fields.String(required=True, validate=validate.Length(2, 200))
    since = fields.Date(required=True)
    until = fields.Date(load_default=None, allow_none=True)
    title = fields.String(load_default="", validate=validate.Length(max=200))
    persons = fields.Integer(load_default=1, validate=validate.Range(1, 999))


class AttestationEnd(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 500))


class Attestation(Schema):
    """``ended_at``: it counts no more from then on, whatever its last day is."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    kind = fields.String(required=True)
    kind_zh = fields.String(required=True)
    kind_en = fields.String(required=True)
    title = fields.String(required=True)
    persons = fields.Integer(required=True)
    document = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    recorded_by = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    ended_by = fields.String(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_because = fields.String(required=True)


class AttestationList(Page):
    items = fields.List(fields.Nested(Attestation), required=True)


class AttestedKind(Schema):
    """It ``lasts`` up to a day that is named, ``counts`` persons, ``needs_level``: a confirmed standardisation."""

    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    lasts = fields.Boolean(required=True)
    counts = fields.Boolean(required=True)
    needs_level = fields.Boolean(required=True)


class AttestedKinds(Schema):
    items = fields.List(fields.Nested(AttestedKind), required=True)
