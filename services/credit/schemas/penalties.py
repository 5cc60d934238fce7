"""Requests and responses about penalty decisions and their publication."""

from marshmallow import fields, validate

from services.credit.domain.penalties import SUBJECTS
from services.credit.domain.publicity import STEPS
from services.credit.queries.penalties import PUBLIC_CODES
from services.credit.rules.publicity import publicity_rules
from services.credit.schemas.limits import LimitStanding
from services.credit.schemas.violations import ACTS, DIVISION, said
from shared.http import Page, PageQuery, Schema
from shared.machines.telling import StateTable

RULES = publicity_rules()
KINDS, CLASSES, STATES = list(RULES.kinds), list(RULES.classes), list(RULES.machine.states)
OTHER_CODES = ("registration", "organisation", "tax", "institution", "society")
LARGEST_AMOUNT = 10**12  # yuan


def words(longest: int) -> fields.String:
    """Return a field of text that is empty unless given."""
    return fields.String(load_default="", validate=validate.Length(max=longest))


def yuan() -> fields.Integer:
    """Return a field of an amount in yuan, nothing unless given."""
    return fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_AMOUNT))


class PenaltyQuery(PageQuery):
    """By the day of the decision, the newest first. ``awaits``: warned of and not yet decided whether public."""

    enterprise_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    penalty_class = fields.String(validate=validate.OneOf(CLASSES))
    is_open = fields.Boolean()
    awaits = fields.Boolean()
    year = fields.Integer(validate=validate.Range(1990, 2100))
    division = fields.String(validate=DIVISION)


class NewPenalty(Schema):
    """A decision as it was issued; amounts are yuan, ``penalty_class`` another than the usual one has a reason."""

    enterprise_id = fields.UUID(required=True)
    violation_id = fields.UUID(load_default=None)
    subject_kind = fields.String(load_default="legal", validate=validate.OneOf(SUBJECTS))
    person = words(50)
    person_number = words(30)
    representative = words(50)
    representative_number = words(30)
    other_codes = fields.Dict(
        keys=fields.String(validate=validate.OneOf(OTHER_CODES)),
        values=fields.String(validate=validate.Length(max=50)),
        load_default=dict,
    )
    document_number = said(100)
    act = fields.String(load_default="", validate=validate.OneOf(["", *ACTS]))
    conduct = said(500)
    facts = said(4000)
    basis = said(1000)
    kinds = fields.List(fields.String(validate=validate.OneOf(KINDS)), required=True, validate=validate.Length(1, 11))
    content = said(4000)
    fine = yuan()
    confiscated = yuan()
    licence = words(300)
    decided_on = fields.Date(required=True)
    valid_until = fields.Date(load_default=None)
    authority = said(100)
    authority_code = words(30)
    origin = words(100)
    origin_code = words(30)
    remark = words(500)
    is_simple = fields.Boolean(load_default=False)
    penalty_class = fields.String(load_default="", validate=validate.OneOf(["", *CLASSES]))
    class_reason = words(300)
    settled_on = fields.Date(load_default=None)


class PenaltyStepBody(Schema):
    """What a step asks for: ``penalties/table`` and the refusal say it."""

    event = fields.String(required=True, validate=validate.OneOf(STEPS))
    version = fields.Integer(validate=validate.Range(1))
    reason = fields.String(validate=validate.Length(max=500))
    settled_on = fields.Date()
    proof = fields.String(validate=validate.Length(max=300))
    promise = fields.String(validate=validate.Length(max=300))
    is_corrected = fields.Boolean()
    document = fields.String(validate=validate.Length(max=300))
    annulled_on = fields.Date()


class PenaltyWord(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class Penalty(Schema):
    """``allowed``: the steps that are possible now; ``publication``: how its last day, ``publish_by``, stands.

    Of a natural person the name is masked.
    """

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    violation_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    is_shown = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    subject_kind = fields.String(required=True)
    subject_name = fields.String(required=True)
    subject_code = fields.String(required=True)
    document_number = fields.String(required=True)
    act = fields.String(required=True)
    conduct = fields.String(required=True)
    basis = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    kind_words = fields.List(fields.Nested(PenaltyWord), required=True)
    fine = fields.Integer(required=True)
    confiscated = fields.Integer(required=True)
    decided_on = fields.Date(required=True)
    authority = fields.String(required=True)
    penalty_class = fields.String(required=True)
    class_zh = fields.String(required=True)
    class_en = fields.String(required=True)
    publish_by = fields.Date(required=True)
    publication = fields.Nested(LimitStanding, required=True)
    is_warned = fields.Boolean(required=True)
    published_on = fields.Date(required=True, allow_none=True)
    is_late = fields.Boolean(required=True)
    shown_least_until = fields.Date(required=True)
    shown_until = fields.Date(required=True)
    settled_on = fields.Date(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    allowed = fields.List(fields.String(), required=True)


class PenaltyList(Page):
    items = fields.List(fields.Nested(Penalty), required=True)


class PenaltyPersons(Schema):
    """Masked: the first character of a name, the first and last one of a number."""

    person = fields.String(required=True)
    person_number = fields.String(required=True)
    representative = fields.String(required=True)
    representative_number = fields.String(required=True)


class PenaltyMove(Schema):
    event = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class PenaltyWithSteps(Penalty):
    """A decision in full, with all that happened to it; ``is_misentered``: struck out, its document may come anew."""

    other_codes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    persons = fields.Nested(PenaltyPersons, required=True)
    facts = fields.String(required=True)
    content = fields.String(required=True)
    licence = fields.String(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    authority_code = fields.String(required=True)
    origin = fields.String(required=True)
    origin_code = fields.String(required=True)
    remark = fields.String(required=True)
    is_simple = fields.Boolean(required=True)
    class_reason = fields.String(required=True)
    regime = fields.String(required=True)
    explanation = fields.String(required=True)
    is_misentered = fields.Boolean(required=True)
    recorded_by = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    steps = fields.List(fields.Nested(PenaltyMove), required=True)


class PublicPeriod(Schema):
    penalty_class = fields.String(required=True)
    publishes = fields.String(required=True, validate=validate.OneOf(["always", "ask", "never"]))
    min_months = fields.Integer(required=True)
    max_months = fields.Integer(required=True)


class PublicRegime(PenaltyWord):
    source = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)
    periods = fields.List(fields.Nested(PublicPeriod), required=True)


class PublicDeadline(Schema):
    id = fields.String(required=True)
    amount = fields.Integer(required=True)
    unit = fields.String(required=True)


class PenaltyKindRow(PenaltyWord):
    penalty_class = fields.String(required=True)


class PenaltyTable(StateTable):
    """Kinds and their class, the periods of each order, and the deadlines."""

    kinds = fields.List(fields.Nested(PenaltyKindRow), required=True)
    classes = fields.List(fields.Nested(PenaltyWord), required=True)
    regimes = fields.List(fields.Nested(PublicRegime), required=True)
    deadlines = fields.List(fields.Nested(PublicDeadline), required=True)


PublicPenaltyCodes = Schema.from_dict(
    {code: fields.String(required=True, allow_none=True) for code in PUBLIC_CODES}, name="PublicPenaltyCodes"
)


class PublicPenalty(PublicPenaltyCodes):  # type: ignore[misc, valid-type]
    """The fields of the public record of penalties (双公示) under their codes; amounts are 万元."""

    id = fields.String(required=True)
    published_on = fields.Date(required=True)
    penalty_class = fields.String(required=True)
    CF_XDR_LB = fields.String(required=True)
    CF_CFLB = fields.String(required=True)
    CF_NR_FK = fields.String(required=True)
    CF_NR_WFFF = fields.String(required=True)


class PublicPenaltyList(Page):
    items = fields.List(fields.Nested(PublicPenalty), required=True)


class Withdrawal(Schema):
    """``subject_name`` is empty for a natural person."""

    id = fields.String(required=True)
    document_number = fields.String(required=True)
    authority = fields.String(required=True)
    subject_name = fields.String(required=True)
    published_on = fields.Date(required=True)
    withdrawn_on = fields.Date(required=True)
    explanation = fields.String(required=True)


class WithdrawalList(Page):
    items = fields.List(fields.Nested(Withdrawal), required=True)
