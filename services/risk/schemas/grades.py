"""Requests and responses about grades, facts and rule tables."""

from marshmallow import fields, validate

from services.risk.domain.facts import Kind, Origin
from shared.http import Page, PageQuery, Schema

MOST_FACTS = 200
MOST_WORDS = 20


def a_level() -> fields.Integer:
    """Return a field of level 1 (red) to 4 (blue) or null (grey)."""
    return fields.Integer(required=True, allow_none=True, validate=validate.Range(1, 4))


class Labelled(Schema):
    zh = fields.String(required=True)
    en = fields.String(required=True)


class Reason(Labelled):
    id = fields.String(required=True)


class Question(Labelled):
    fact = fields.String(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    options = fields.List(fields.String(), required=True)
    maximum = fields.Integer(required=True, allow_none=True)
    inferred = fields.Raw(required=True, allow_none=True)
    words = fields.List(fields.String(), required=True)


class GradeBase(Schema):
    enterprise_id = fields.String(required=True)
    level = a_level()
    colour = fields.String(required=True, validate=validate.OneOf(["red", "orange", "yellow", "blue", "grey"]))
    score = fields.Float(required=True, allow_none=True)
    worst_level = a_level()
    known = fields.Integer(required=True)
    total = fields.Integer(required=True)
    provisional = fields.Boolean(required=True)
    card = fields.String(required=True)
    card_version = fields.String(required=True)
    reasons = fields.List(fields.Nested(Reason), required=True)
    previous_level = a_level()
    since = fields.AwareDateTime(required=True)


class Grade(GradeBase):
    next_questions = fields.List(fields.Nested(Question), required=True)


class GradeVersion(GradeBase):
    sequence = fields.Integer(required=True)
    graded_at = fields.AwareDateTime(required=True)
    registry_sequence = fields.Integer(required=True)
    fact_version = fields.Integer(required=True)
    inputs = fields.Dict(keys=fields.String(), required=True)


class GradeHistory(Page):
    items = fields.List(fields.Nested(GradeVersion), required=True)


class HistoryQuery(PageQuery):
    """Newest first."""


class Origins(Schema):
    document = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)
    effective_to = fields.Date(required=True, allow_none=True)


class RuleHit(Labelled):
    rule = fields.String(required=True)
    clause = fields.String(required=True)
    points = fields.Float(required=True)
    fact = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    origin = fields.Enum(Origin, by_value=True, required=True, allow_none=True)
    words = fields.List(fields.String(), required=True)
    confirmed = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        allow_none=True,
        metadata={"description": "account (by), role and moment (on) of the one who confirmed the fact, when known"},
    )


class ItemTally(Labelled):
    item = fields.String(required=True)
    cap = fields.Float(required=True, allow_none=True)
    deducted = fields.Float(required=True)
    added = fields.Float(required=True)
    rules = fields.List(fields.Nested(RuleHit), required=True)


class VetoHit(Labelled):
    id = fields.String(required=True)
    clause = fields.String(required=True)
    facts = fields.List(fields.String(), required=True)


class PolicyHead(Labelled):
    id = fields.String(required=True)
    version = fields.String(required=True)


class Explanation(GradeBase):
    policy = fields.Nested(PolicyHead, required=True)
    strategy = fields.String(required=True)
    source = fields.Nested(Origins)
    items = fields.List(fields.Nested(ItemTally), required=True)
    vetoes = fields.List(fields.Nested(VetoHit), required=True)
    unknown_facts = fields.List(fields.Nested(Question), required=True)


class KnownFact(Schema):
    """``value``: yes, no or unknown; a whole number; or one of the fact's options."""

    value = fields.Raw(
        required=True,
        validate=lambda value: isinstance(value, (str, int)) and not isinstance(value, bool),
        metadata={"oneOf": [{"type": "string", "maxLength": 40}, {"type": "integer", "minimum": 0}]},
    )
    origin = fields.Enum(Origin, by_value=True, load_default=Origin.CONFIRMED)
    words = fields.List(
        fields.String(validate=validate.Length(1, 50)), load_default=list, validate=validate.Length(max=MOST_WORDS)
    )


class FactSheetBody(Schema):
    facts = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)),
        values=fields.Nested(KnownFact),
        required=True,
        validate=validate.Length(max=MOST_FACTS),
    )


class FactSheet(Schema):
    enterprise_id = fields.String(required=True)
    version = fields.Integer(required=True)
    facts = fields.Dict(keys=fields.String(), values=fields.Nested(KnownFact), required=True)
    register = fields.Dict(keys=fields.String(), values=fields.Nested(KnownFact), required=True)


class RuleTableHead(Labelled):
    id = fields.String(required=True)
    version = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["score_card", "matrix"]))
    source = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)
    effective_to = fields.Date(required=True, allow_none=True)


class RuleTableList(Schema):
    items = fields.List(fields.Nested(RuleTableHead), required=True)


class RuleTable(RuleTableHead):
    """A score card has items, vetoes, thresholds and facts; a matrix has factors and bands (and no items)."""

    base = fields.Float()
    needs_assessment = fields.Boolean()
    thresholds = fields.List(fields.Dict(keys=fields.String()))
    items = fields.List(fields.Dict(keys=fields.String()), required=True)
    vetoes = fields.List(fields.Dict(keys=fields.String()))
    facts = fields.List(fields.Dict(keys=fields.String()))
    factors = fields.List(fields.Dict(keys=fields.String()))
    bands = fields.List(fields.Dict(keys=fields.String()))
