"""Requests and responses about declared work."""

from marshmallow import fields, validate

from services.permits.rules.declarations import declaration_rules
from shared.http import PageQuery, Schema

RULES = declaration_rules()
KINDS, COLOURS, STATES = list(RULES.triage.kinds), list(RULES.triage.colours), list(RULES.machine.states)
EVENTS, ANSWERS = ("finish", "withdraw"), ("receive", "advise")  # of the enterprise, of the authority
APPROVERS = ("principal", "delegate", "other")  # delegate: in writing
SURROUNDINGS = ("dust", "paint", "insulation", "other")
DIVISION = validate.Regexp(r"^[0-9]{2,12}$")


def text(longest: int, **options: object) -> fields.String:
    """Return a field of text with at most so many characters."""
    return fields.String(validate=validate.Length(max=longest), **options)  # type: ignore[arg-type]


def a_number(least: float, most: float) -> fields.Float:
    """Return a field of a number within bounds; nothing unless it is given."""
    return fields.Float(validate=validate.Range(least, most))


def ids(most: int) -> fields.List:
    """Return a field of at most so many ids."""
    return fields.List(fields.UUID(), validate=validate.Length(max=most))


class NewJob(Schema):
    """Which of the answers are needed depends on the kind of work: ``declarations/table`` names them."""

    permit_id = fields.UUID()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = text(4)
    description = text(500)
    place_id = fields.UUID()
    place = fields.String(required=True, validate=validate.Length(1, 200))
    longitude = a_number(73, 136)
    latitude = a_number(3, 54)
    accuracy_m = a_number(0, 100_000)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    workers = ids(100)
    guardian = fields.UUID()
    photos = ids(20)
    approver = fields.String(validate=validate.OneOf(APPROVERS))
    approved_at = fields.AwareDateTime()
    is_guardian_trained = fields.Boolean()
    is_contractor = fields.Boolean()
    contractor = text(200)
    has_agreement = fields.Boolean()
    has_certificates = fields.Boolean()
    has_toxic_gas = fields.Boolean()
    has_fan = fields.Boolean()
    has_detector = fields.Boolean()
    has_rescue_gear = fields.Boolean()
    gas_readings = text(200)
    surroundings = fields.String(validate=validate.OneOf(SURROUNDINGS))
    is_shared_building = fields.Boolean()
    is_cleared = fields.Boolean()
    has_extinguishers = fields.Boolean()
    has_notice = fields.Boolean()
    in_business_hours = fields.Boolean()
    height_m = a_number(0, 1_000)
    load_t = a_number(0, 10_000)


class NewDeclaration(Schema):
    """``is_nil``: there is no dangerous work that day."""

    enterprise_id = fields.UUID(required=True)
    day = fields.Date(required=True)
    is_nil = fields.Boolean(load_default=False)
    jobs = fields.List(fields.Nested(NewJob), load_default=list, validate=validate.Length(max=RULES.limits.most_jobs))


class DeclarationQuery(PageQuery):
    day = fields.Date()
    is_nil = fields.Boolean()
    enterprise_id = fields.UUID()
    division = fields.String(validate=DIVISION)


class DeclaredJobQuery(DeclarationQuery):
    """The most urgent first."""

    class Meta:
        exclude = ("is_nil",)

    kind = fields.String(validate=validate.OneOf(KINDS))
    colour = fields.String(validate=validate.OneOf(COLOURS))
    state = fields.String(validate=validate.OneOf(STATES))
    is_open = fields.Boolean()
    is_visited = fields.Boolean()
    is_overdue = fields.Boolean()
    declaration_id = fields.UUID()
    permit_id = fields.UUID()
    contractor = text(200)
    from_day = fields.Date(data_key="from", attribute="from")
    to_day = fields.Date(data_key="to", attribute="to")


class DeclaredFiguresQuery(Schema):
    day = fields.Date()


class DeclaredJobStepBody(Schema):
    """What comes with a step; which of it is needed, the table says and the refusal names."""

    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    version = fields.Integer(validate=validate.Range(1))
    reason = text(500)
    ended_at = fields.AwareDateTime()
    photos = ids(20)
    is_fire_out = fields.Boolean()


class DeclaredJobAnswer(Schema):
    """``reason``: why one had better wait."""

    event = fields.String(required=True, validate=validate.OneOf(ANSWERS))
    version = fields.Integer(validate=validate.Range(1))
    reason = text(500)


class NewUndeclared(Schema):
    enterprise_id = fields.UUID(required=True)
    finding = fields.String(required=True, validate=validate.OneOf(list(RULES.findings)))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    place = fields.String(required=True, validate=validate.Length(1, 200))
    description = fields.String(required=True, validate=validate.Length(2, 1000))


class UndeclaredQuery(PageQuery):
    enterprise_id = fields.UUID()
    division = fields.String(validate=DIVISION)


class Declaration(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    day = fields.Date(required=True)
    is_nil = fields.Boolean(required=True)
    jobs = fields.Integer(required=True)
    signed_by = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True)


class DeclarationList(Schema):
    items = fields.List(fields.Nested(Declaration), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class TriageReason(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    colour = fields.String(required=True)
    clause = fields.String(required=True)


class DeclaredJob(Schema):
    """``reasons``: why it has its colour; ``open_rules``: what nobody can exclude; ``allowed``: the caller's steps."""

    id = fields.String(required=True)
    declaration_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    day = fields.Date(required=True)
    permit_id = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    description = fields.String(required=True)
    place_id = fields.String(required=True, allow_none=True)
    place = fields.String(required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    accuracy_m = fields.Float(required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    contractor = fields.String(required=True)
    people = fields.Dict(required=True)
    facts = fields.Dict(required=True)
    photos = fields.List(fields.String(), required=True)
    colour = fields.String(required=True)
    colour_zh = fields.String(required=True)
    colour_en = fields.String(required=True)
    advice_zh = fields.String(required=True)
    advice_en = fields.String(required=True)
    reasons = fields.List(fields.Nested(TriageReason), required=True)
    open_rules = fields.List(fields.Nested(TriageReason), required=True)
    is_visited = fields.Boolean(required=True)
    is_late = fields.Boolean(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    is_overdue = fields.Boolean(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    declared_by = fields.String(required=True)
    declared_at = fields.AwareDateTime(required=True)
    allowed = fields.List(fields.String(), required=True)


class DeclaredJobList(Schema):
    items = fields.List(fields.Nested(DeclaredJob), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeclaredJobMove(Schema):
    version = fields.Integer(required=True)
    event = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class DeclaredJobWithSteps(DeclaredJob):
    steps = fields.List(fields.Nested(DeclaredJobMove), required=True)


class ColourCount(Schema):
    colour = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    jobs = fields.Integer(required=True)
    open = fields.Integer(required=True)
    visited = fields.Integer(required=True)
    overdue = fields.Integer(required=True)


class DeclaredFigures(Schema):
    day = fields.Date(required=True)
    declarations = fields.Integer(required=True)
    nil = fields.Integer(required=True)
    colours = fields.List(fields.Nested(ColourCount), required=True)


class Undeclared(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    finding = fields.String(required=True)
    kind = fields.String(required=True)
    place = fields.String(required=True)
    description = fields.String(required=True)
    found_by = fields.String(required=True)
    found_at = fields.AwareDateTime(required=True)
    weighs_until = fields.AwareDateTime(required=True)


class UndeclaredList(Schema):
    items = fields.List(fields.Nested(Undeclared), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class TriageColour(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    visit = fields.String(required=True)
    advice_zh = fields.String(required=True)
    advice_en = fields.String(required=True)


class TriageRow(TriageReason):
    source = fields.String(required=True)
    status = fields.String(required=True)


class DeclaredWord(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class DeclarationTable(Schema):
    """What is asked of each kind of work, how work is sorted, and the words."""

    kinds = fields.List(fields.String(), required=True)
    asks = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    colours = fields.List(fields.Nested(TriageColour), required=True)
    rules = fields.List(fields.Nested(TriageRow), required=True)
    findings = fields.List(fields.Nested(DeclaredWord), required=True)
    states = fields.List(fields.Nested(DeclaredWord), required=True)
    sample_percent = fields.Integer(required=True)
    completion_hours = fields.Integer(required=True)
