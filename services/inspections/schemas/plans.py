"""Requests and responses about annual plans."""

from marshmallow import fields, validate

from services.inspections.queries.plans import STANDS
from services.inspections.rules import plan_rules
from services.inspections.schemas.hazards import InState, Named, TakenStep, text
from shared.http import Page, PageQuery, Schema

RULES = plan_rules()
MONTHS = validate.Range(1, 12)
KINDS = ("key", "general")
LEVELS = [str(level) for level, one in RULES.levels.items() if one.share]
CATEGORY, DAYS = fields.String(validate=validate.Length(1, 40)), fields.Integer(validate=validate.Range(0, 100_000))


class PlanQuery(PageQuery):
    """The newest first."""

    year = fields.Integer(validate=validate.Range(2000, 2100))
    authority = fields.String(validate=validate.Regexp(r"^\d{4,12}$"))
    state = fields.String(validate=validate.OneOf(list(RULES.machine.states)))


class NewPlan(Schema):
    """``authority`` is the division whose authority inspects; ``agency`` its name in the table that is handed in."""

    year = fields.Integer(required=True, validate=validate.Range(2000, 2100))
    authority = fields.String(required=True, validate=validate.Regexp(r"^(\d{6}|\d{9})$"))
    agency = fields.String(required=True, validate=validate.Length(1, 60))


class CapacityBody(Schema):
    """Working days of a year; the two maps hold days by category, each the mean of the last three years."""

    version = fields.Integer(validate=validate.Range(1))
    working_days = fields.Integer(required=True, validate=validate.Range(1, 366))
    officers = fields.Integer(required=True, validate=validate.Range(1, 10_000))
    days_each = fields.Float(
        load_default=1.0, validate=validate.Range(0.25, 30), metadata={"description": "of one check"}
    )
    other_enforcement = fields.Dict(CATEGORY, DAYS, load_default=dict)
    non_enforcement = fields.Dict(CATEGORY, DAYS, load_default=dict)
    shares = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LEVELS)),
        values=fields.Integer(validate=validate.Range(0, 100)),
        load_default=dict,
        metadata={"description": "per cent drawn by lot, by level"},
    )


class PlanLineBody(Schema):
    """No ``months``: the enterprise is left out; one that has to be in the plan needs a ``note`` then."""

    kind = fields.String(load_default="key", validate=validate.OneOf(KINDS))
    months = fields.List(fields.Integer(validate=MONTHS), required=True, validate=validate.Length(max=12))
    note = text(200, load_default="")
    is_joint = fields.Boolean(load_default=False, metadata={"description": "other agencies come along"})


class PlanLineQuery(PageQuery):
    """The worst level first. ``stand`` is that of a visit, in ``month`` when one is named."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    month = fields.Integer(validate=MONTHS)
    stand = fields.String(validate=validate.OneOf(STANDS))
    q = text(60)
    left_out = fields.Boolean()
    over_cap = fields.Boolean()
    enterprise_id = fields.UUID()


class PlanStepBody(Schema):
    event = fields.String(required=True, validate=validate.OneOf(["submit", "publish", "withdraw"]))
    version = fields.Integer(validate=validate.Range(1))
    reason = text()


class PlanDecision(Schema):
    """Somebody else than who wrote the plan approves it, or returns it and says why."""

    is_approved = fields.Boolean(required=True)
    version = fields.Integer(validate=validate.Range(1))
    reason = text()


class Plan(InState):
    year = fields.Integer(required=True)
    authority = fields.String(required=True)
    agency = fields.String(required=True)
    number = fields.Integer(required=True)
    replaces = fields.String(required=True, allow_none=True)
    author = fields.String(required=True)
    submitted_by = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)


class Plans(Page):
    items = fields.List(fields.Nested(Plan), required=True)


class PlanArithmetic(Schema):
    """安监总政法〔2017〕150号: total − other enforcement − non-enforcement = inspection days."""

    working_days = fields.Integer(required=True)
    officers = fields.Integer(required=True)
    days_each = fields.Float(required=True)
    other_enforcement = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    non_enforcement = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    total = fields.Integer(required=True)
    other_days = fields.Integer(required=True)
    non_days = fields.Integer(required=True)
    inspection_days = fields.Integer(required=True)
    key_days = fields.Integer(required=True)
    general_days = fields.Integer(required=True)
    reserve_percent = fields.Integer(required=True)
    officers_each = fields.Integer(required=True)
    most = fields.Integer(required=True)


class PlanCalendar(Schema):
    """``is_arranged``: the holidays of the year are published; else Monday to Friday counts, without statutory ones."""

    working_days = fields.Integer(required=True)
    is_arranged = fields.Boolean(required=True)


class PlanQuota(Schema):
    level = fields.Integer(required=True)
    percent = fields.Integer(required=True)
    least = fields.Integer(required=True)
    most = fields.Integer(required=True)
    pool = fields.Integer(required=True)
    visits = fields.Integer(required=True)


class PlanKind(Schema):
    kind = fields.String(required=True)
    enterprises = fields.Integer(required=True)
    visits = fields.Integer(required=True)


class PlanMonth(Schema):
    """``planned`` visits by how they stand; ``drawn`` are to be drawn by lot besides, ``drawn_made`` were."""

    month = fields.Integer(required=True)
    working_days = fields.Integer(required=True)
    drawn = fields.Integer(required=True)
    drawn_made = fields.Integer(required=True)
    planned = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    running = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    done = fields.Integer(required=True)
    ended = fields.Integer(required=True)
    dropped = fields.Integer(required=True)


class WholePlan(Plan):
    """``missing`` enterprises have to be in it and are not; ``over_cap`` lines have too many visits."""

    arithmetic = fields.Nested(PlanArithmetic, required=True, allow_none=True)
    calendar = fields.Nested(PlanCalendar, required=True)
    quotas = fields.List(fields.Nested(PlanQuota), required=True)
    kinds = fields.List(fields.Nested(PlanKind), required=True)
    months = fields.List(fields.Nested(PlanMonth), required=True)
    lines = fields.Integer(required=True)
    visits = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    over_cap = fields.Integer(required=True)
    left_out = fields.Integer(required=True)
    allowed = fields.List(fields.String(), required=True)
    steps = fields.List(fields.Nested(TakenStep), required=True)


class PlanVisit(Schema):
    """``dropped`` says why no task was made."""

    month = fields.Integer(required=True)
    stand = fields.String(required=True)
    task_id = fields.String(required=True, allow_none=True)
    dropped = fields.String(required=True)


class PlanLine(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    level = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True)
    musts = fields.List(fields.String(), required=True)
    note = fields.String(required=True)
    visits = fields.Integer(required=True)
    cap = fields.Integer(required=True)
    is_over_cap = fields.Boolean(required=True)
    is_joint = fields.Boolean(required=True)
    months = fields.List(fields.Nested(PlanVisit), required=True)


class PlanLines(Page):
    items = fields.List(fields.Nested(PlanLine), required=True)


class PlanChange(Schema):
    """The months before and after; null where the enterprise is in one of the versions only."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    before = fields.List(fields.Integer(), required=True, allow_none=True)
    after = fields.List(fields.Integer(), required=True, allow_none=True)


class PlanChanges(Schema):
    """What a version changed; ``items`` are the first 200."""

    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(PlanChange), required=True)


class PlanTable(Schema):
    """Words of a plan: the categories of days, and why an enterprise has to be in it."""

    other_enforcement = fields.List(fields.String(), required=True)
    non_enforcement = fields.List(fields.String(), required=True)
    musts = fields.List(fields.Nested(Named), required=True)
    columns = fields.List(fields.String(), required=True)


class PlanProposed(Schema):
    """How many lines were added."""

    added = fields.Integer(required=True)
