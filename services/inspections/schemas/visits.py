"""Requests and responses about the visits of intermediaries."""

from marshmallow import fields, validate

from services.inspections.domain.visits import CLOCK_EVENTS, CONCLUSIONS, OUTCOMES
from services.inspections.rules import rating_rules, visit_rules
from services.inspections.schemas.hazards import (
    AREA,
    Hazard,
    InState,
    Named,
    StateCount,
    StepOfTier,
    latitude,
    longitude,
    photos,
    text,
)
from services.inspections.schemas.reviews import a_half_year
from shared.http import Page, PageQuery, Schema
from shared.machines.telling import StateTable

RULES = visit_rules()
MACHINE = RULES.machine
# Finding has its own route; closing is open to people too, the rest of the clock's steps is not.
EVENTS = [event for event in MACHINE.events if event not in {"find", *CLOCK_EVENTS} - {"close"}]
STATES = list(MACHINE.states)
ANOMALIES = list(RULES.anomalies)


class FiguresQuery(Schema):
    """``area``: the beginning of a division's code; ``mine``: the caller was on it; ``half_year``: of the report."""

    mine = fields.Boolean(load_default=False)
    enterprise_id = fields.UUID()
    intermediary_id = fields.UUID()
    half_year = a_half_year()
    area = fields.String(validate=validate.Regexp(AREA))


class VisitQuery(FiguresQuery, PageQuery):
    """The newest first. ``flag``: noted and not dismissed; ``fault``: what takes points from the intermediary."""

    state = fields.String(validate=validate.OneOf(STATES))
    is_open = fields.Boolean()
    is_flagged = fields.Boolean()
    flag = fields.String(validate=validate.OneOf(ANOMALIES))
    fault = fields.String(validate=validate.OneOf(list(rating_rules().minus)))
    proposes_place = fields.Boolean()
    task_id = fields.UUID()


class NewVisit(Schema):
    """A visit today; without a task it is one that nobody had planned."""

    enterprise_id = fields.UUID(required=True)
    task_id = fields.UUID(load_default=None)


class VisitStepBody(Schema):
    """What comes with a step; ``at`` is the moment that the phone tells, when it had no network."""

    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    version = fields.Integer(validate=validate.Range(1))
    at = fields.AwareDateTime()
    longitude = longitude()
    latitude = latitude()
    accuracy = fields.Float(validate=validate.Range(0, 100_000))
    companions = fields.List(fields.String(validate=validate.Length(1, 60)), validate=validate.Length(max=10))
    summary = text(1000)
    conclusion = fields.String(validate=validate.OneOf(CONCLUSIONS))
    evidence = photos()
    photos = photos()
    signed = fields.Boolean()
    reason = text()
    stars = fields.Integer(validate=validate.Range(1, RULES.limits.stars))
    opinion = text()
    flag = fields.String(validate=validate.OneOf(ANOMALIES))
    outcome = fields.String(validate=validate.OneOf(OUTCOMES))


class VisitFlag(Schema):
    """``outcome``: upheld or dismissed, empty while nobody has decided; ``facts`` show why it was noted."""

    kind = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    is_unreal = fields.Boolean(required=True)
    at = fields.AwareDateTime(required=True)
    facts = fields.Dict(required=True)
    explanation = fields.String(required=True)
    outcome = fields.String(required=True)
    remark = fields.String(required=True)


class Visit(InState):
    """``proposes_place``: nobody knew where the enterprise is, so its start is offered as the place."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    intermediary_id = fields.String(required=True)
    contract_id = fields.String(required=True)
    task_id = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    possible = fields.List(fields.String(), required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    inspector = fields.String(required=True)
    people = fields.List(fields.String(), required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    start_longitude = fields.Float(required=True, allow_none=True)
    start_latitude = fields.Float(required=True, allow_none=True)
    start_accuracy = fields.Float(required=True, allow_none=True)
    proposes_place = fields.Boolean(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    end_longitude = fields.Float(required=True, allow_none=True)
    end_latitude = fields.Float(required=True, allow_none=True)
    end_accuracy = fields.Float(required=True, allow_none=True)
    minutes = fields.Integer(required=True, allow_none=True)
    conclusion = fields.String(required=True)
    summary = fields.String(required=True)
    photos = fields.List(fields.String(), required=True)
    findings = fields.Integer(required=True)
    reported_at = fields.AwareDateTime(required=True, allow_none=True)
    countersigned_by = fields.String(required=True)
    countersigned_at = fields.AwareDateTime(required=True, allow_none=True)
    stars = fields.Integer(required=True, allow_none=True)
    opinion = fields.String(required=True)
    flags = fields.List(fields.Nested(VisitFlag), required=True)


class VisitList(Page):
    items = fields.List(fields.Nested(Visit), required=True)


class FoundHazard(Hazard):
    class Meta:
        fields = (
            "id",
            "description",
            "place",
            "level",
            "state",
            "is_open",
            "is_overdue",
            "is_reported_late",
            "deadline",
        )


class VisitWithSteps(Visit):
    """``allowed``: those of the possible steps that the caller may take; ``find`` has a route of its own."""

    allowed = fields.List(fields.String(), required=True)
    is_checked = fields.Boolean(required=True)
    hazards = fields.List(fields.Nested(FoundHazard), required=True)
    steps = fields.List(fields.Nested(StepOfTier), required=True)


class VisitFigures(Schema):
    states = fields.List(fields.Nested(StateCount), required=True)
    flagged = fields.Integer(required=True)


class AnomalyKind(Named):
    is_unreal = fields.Boolean(required=True)


class VisitTable(StateTable):
    """``anomalies``: what is noted beside a visit."""

    anomalies = fields.List(fields.Nested(AnomalyKind), required=True)
