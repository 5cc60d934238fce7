"""Requests and responses about hazards, their steps, their evidence and the tables they move by."""

from flask_smorest.fields import Upload
from marshmallow import fields, validate
from webargs.fields import DelimitedList

from services.inspections.rules import hazard_rules
from shared.http import Page, PageQuery, Schema

MACHINE = hazard_rules().machine
STATES = [name for name in MACHINE.states if name != "new"]
# Entering and taking documents back have routes of their own, and only the clock says that a deadline has passed.
EVENTS = [event for event in MACHINE.events if event not in ("find", "overdue", "withdraw_order", "take_back")]
MOST_PHOTOS = 20
AREA = r"^\d{2,12}\Z"


def text(longest: int = 500, **options: object) -> fields.String:
    """Return a field of text with at most so many characters."""
    return fields.String(validate=validate.Length(max=longest), **options)  # type: ignore[arg-type]


def photos(**options: object) -> fields.List:
    """Return a field of attachment ids."""
    return fields.List(fields.UUID(), validate=validate.Length(max=MOST_PHOTOS), **options)  # type: ignore[arg-type]


def officers(**options: object) -> fields.List:
    """Return a field of the officers who carried something out together."""
    one = fields.String(validate=validate.Length(1, 60))
    return fields.List(one, validate=validate.Length(max=10), **options)  # type: ignore[arg-type]


def longitude() -> fields.Float:
    """Return a field of a longitude in China (degrees); None when it is not known."""
    return fields.Float(load_default=None, validate=validate.Range(73, 136))


def latitude() -> fields.Float:
    """Return a field of a latitude in China (degrees); None when it is not known."""
    return fields.Float(load_default=None, validate=validate.Range(3, 54))


class Named(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class InState(Schema):
    """Where something stands on the way that its table describes; ``version`` grows with each step."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class HazardQuery(PageQuery):
    """The newest first. ``states``: several, separated by commas; ``area``: the beginning of a division's code."""

    state = fields.String(validate=validate.OneOf(STATES))
    states = DelimitedList(fields.String(validate=validate.OneOf(STATES)), validate=validate.Length(1, len(STATES)))
    area = fields.String(validate=validate.Regexp(AREA))
    level = fields.String(validate=validate.OneOf(["general", "major"]))
    is_open = fields.Boolean()
    is_overdue = fields.Boolean()
    enterprise_id = fields.UUID()


class BoardQuery(Schema):
    """``area``: the beginning of a division's code."""

    enterprise_id = fields.UUID()
    level = fields.String(validate=validate.OneOf(["general", "major"]))
    is_overdue = fields.Boolean()
    area = fields.String(validate=validate.Regexp(AREA))


class Found(Schema):
    """``item`` is a code of the official list: such a hazard is major by itself. ``found_at`` is the phone's."""

    description = fields.String(required=True, validate=validate.Length(2, 1000))
    place = fields.String(required=True, validate=validate.Length(1, 100))
    item = text(20, load_default="")
    clause = text(200, load_default="")
    found_at = fields.AwareDateTime(load_default=None)
    longitude = longitude()
    latitude = latitude()
    before = photos(load_default=list)


class Finding(Found):
    enterprise_id = fields.UUID(required=True)


class StepBody(Schema):
    """What comes with a step; which of it is needed, the row of the table says and the refusal names."""

    version = fields.Integer(validate=validate.Range(1))
    reason = text()
    item = text(20)
    expert_opinion = text(200)
    before = photos()
    after = photos()
    deadline = fields.Date()
    responsible = text(100)
    measures = text()
    funds = text(100)
    acceptance = text(200)
    goal = text()
    methods = text()
    people = text()
    schedule = text()
    emergency = text()
    condition = text()
    difficulty = text()
    treatment = text()
    told_workers_on = fields.Date()
    order_number = text(60)
    part = text(100)
    decision = text(200)
    evaluation = text(200)
    officers = officers()
    signed = fields.Boolean()
    publication = text(200)
    receiver = text(100)
    reply = text()
    ground = fields.String(validate=validate.OneOf(["penalties", "halt_in_vain", "halt_refused"]))
    penalties_180_days = fields.Integer(validate=validate.Range(0, 1000))
    penalties_one_year = fields.Integer(validate=validate.Range(0, 1000))


class EventBody(StepBody):
    event = fields.String(required=True, validate=validate.OneOf(EVENTS))


class VerifyBody(StepBody):
    passed = fields.Boolean(required=True)


class Hazard(InState):
    """``possible``: the steps that may follow; ``due_at``: by when the next one is expected."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    possible = fields.List(fields.String(), required=True)
    level = fields.String(required=True)
    item = fields.String(required=True)
    clause = fields.String(required=True)
    description = fields.String(required=True)
    place = fields.String(required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    found_by = fields.String(required=True)
    found_tier = fields.Integer(required=True)
    found_at = fields.AwareDateTime(required=True)
    reported_at = fields.AwareDateTime(required=True)
    is_reported_late = fields.Boolean(required=True)
    deadline = fields.Date(required=True, allow_none=True)
    wanted_deadline = fields.Date(required=True, allow_none=True)
    again = fields.Integer(required=True)
    is_overdue = fields.Boolean(required=True)
    listed_on = fields.Date(required=True, allow_none=True)
    was_halted = fields.Boolean(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    repeats = fields.String(required=True, allow_none=True)
    closed_on = fields.Date(required=True, allow_none=True)


class HazardList(Page):
    items = fields.List(fields.Nested(Hazard), required=True)


class TakenStep(Schema):
    """``rule`` is the row of the table that allowed it."""

    version = fields.Integer(required=True)
    event = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class StepOfTier(TakenStep):
    """``tier``: that of who took it."""

    tier = fields.Integer(required=True)


class HazardWithSteps(Hazard):
    """``allowed``: those of the possible steps that the caller may take."""

    allowed = fields.List(fields.String(), required=True)
    steps = fields.List(fields.Nested(StepOfTier), required=True)


class StateCount(Schema):
    state = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    count = fields.Integer(required=True)


class Board(Schema):
    states = fields.List(fields.Nested(StateCount), required=True)
    open = fields.Integer(required=True)
    open_major = fields.Integer(required=True)
    overdue = fields.Integer(required=True)


class OfficialItem(Schema):
    """``label``: ✔ and the source where the text was seen, ○ recalled and still to be verified."""

    code = fields.String(required=True)
    group = fields.String(required=True)
    group_zh = fields.String(required=True)
    group_en = fields.String(required=True)
    zh = fields.String(required=True)
    label = fields.String(required=True)
    clause = fields.String(required=True)
    is_text_seen = fields.Boolean(required=True)


class OfficialList(Schema):
    id = fields.String(required=True)
    version = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)
    items = fields.List(fields.Nested(OfficialItem), required=True)


class EvidenceFile(Schema):
    file = Upload(required=True)


class EvidenceFacts(Schema):
    enterprise_id = fields.UUID(required=True)
    taken_at = fields.AwareDateTime(required=True)
    longitude = fields.Float(validate=validate.Range(73, 136))
    latitude = fields.Float(validate=validate.Range(3, 54))
    accuracy = fields.Float(validate=validate.Range(0, 100_000))


class Evidence(Schema):
    id = fields.String(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
