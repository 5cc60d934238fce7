"""Requests and responses about tasks and checks."""

from marshmallow import fields, validate

from services.inspections.rules import plan_rules, task_rules
from services.inspections.schemas.hazards import InState, Named, TakenStep, latitude, longitude, photos, text
from services.inspections.schemas.uploads import REAL_TIME
from shared.http import Page, PageQuery, Schema

MACHINE = task_rules().machine
# Handing in has its own route, and only the clock says that a deadline has passed.
EVENTS = [event for event in MACHINE.events if event not in ("submit", "overdue")]
MOST_ITEMS = 300
ITEM_ID = validate.Length(1, 40)


class TaskQuery(PageQuery):
    """What is due first comes first. ``mine``: what one owns, and to what one was drawn to go along."""

    mine = fields.Boolean(load_default=False)
    is_open = fields.Boolean()
    is_overdue = fields.Boolean()
    tier = fields.Integer(validate=validate.Range(1, 4))
    state = fields.String(validate=validate.OneOf(list(MACHINE.states)))
    enterprise_id = fields.UUID()


class NewCheck(Schema):
    """``cause`` is asked of government supervision only: the cap of an enterprise counts by it.

    ``basis`` is what justifies a check that the cap does not count: number of a complaint, an order, a reading.
    """

    enterprise_id = fields.UUID(required=True)
    checklist = text(40, load_default="")
    cause = fields.String(load_default="", validate=validate.OneOf(["", *plan_rules().causes]))
    basis = text(200, load_default="")


class TaskStepBody(Schema):
    """``owner`` is an account; position for checking in; reason and evidence where the step asks for them.

    ``done_at``: by the phone's clock, when it could send the step only later.
    """

    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    version = fields.Integer(validate=validate.Range(1))
    owner = text(60)
    reason = text()
    longitude = longitude()
    latitude = latitude()
    evidence = photos()
    done_at = fields.AwareDateTime(validate=REAL_TIME)


class HandedIn(Schema):
    """Answers, photos (attachment ids) and notes by item of the checklist.

    ``signed``: below government supervision, whose record is a document that everybody signs.
    ``sending_id``: chosen by the phone, a check arrives once under it; ``finished_at``: by the phone's clock.
    """

    version = fields.Integer(validate=validate.Range(1))
    answers = fields.Dict(
        keys=fields.String(validate=ITEM_ID), values=text(40), required=True, validate=validate.Length(max=MOST_ITEMS)
    )
    photos = fields.Dict(
        keys=fields.String(validate=ITEM_ID),
        values=photos(),
        load_default=dict,
        validate=validate.Length(max=MOST_ITEMS),
    )
    notes = fields.Dict(
        keys=fields.String(validate=ITEM_ID), values=text(), load_default=dict, validate=validate.Length(max=MOST_ITEMS)
    )
    longitude = longitude()
    latitude = latitude()
    signed = fields.Boolean(load_default=False)
    sending_id = fields.UUID(load_default=None)
    finished_at = fields.AwareDateTime(load_default=None, validate=REAL_TIME)
    list_version = fields.Integer(load_default=None, validate=validate.Range(1))


class Task(InState):
    """``owner`` is an account, or a queue such as ``tier:3@331002001``; ``rung`` how far the routing had to go."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    tier = fields.Integer(required=True)
    origin = fields.String(required=True)
    cause = fields.String(required=True)
    authority = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    possible = fields.List(fields.String(), required=True)
    owner = fields.String(required=True)
    rung = fields.String(required=True)
    checklist = fields.String(required=True)
    checklist_version = fields.Integer(required=True)
    due_at = fields.AwareDateTime(required=True)
    is_overdue = fields.Boolean(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    hazard_id = fields.String(required=True, allow_none=True)


class TaskList(Page):
    items = fields.List(fields.Nested(Task), required=True)


class TaskMove(TakenStep):
    owner = fields.String(required=True)


class TaskWithSteps(Task):
    """``allowed``: those of the possible steps that the caller may take."""

    allowed = fields.List(fields.String(), required=True)
    steps = fields.List(fields.Nested(TaskMove), required=True)


class TaskOwner(Schema):
    """Somebody who can be given a task, with the number of their open ones."""

    account_id = fields.String(required=True)
    tiers = fields.List(fields.Integer(), required=True)
    open_tasks = fields.Integer(required=True, attribute="load")


class TaskOwners(Schema):
    items = fields.List(fields.Nested(TaskOwner), required=True)


class NextTask(Task):
    class Meta:
        fields = ("id", "tier", "state", "is_open", "owner", "last_day", "due_at", "is_overdue")


class AtEnterprise(Schema):
    """What is open at one enterprise, and the task that is due next."""

    enterprise_id = fields.String(required=True)
    open_hazards = fields.Integer(required=True)
    open_major = fields.Integer(required=True)
    overdue_hazards = fields.Integer(required=True)
    next_task = fields.Nested(NextTask, required=True, allow_none=True)


class Inbox(Schema):
    """Open tasks: in the area, one's own, overdue, and waiting in a queue for somebody to take them."""

    area = fields.Integer(required=True)
    mine = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    queued = fields.Integer(required=True)


class Answered(Schema):
    """``finished_at`` is the phone's time, ``at`` that of the arrival."""

    id = fields.String(required=True)
    task_id = fields.String(required=True)
    checklist = fields.String(required=True)
    checklist_version = fields.Integer(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class Check(Answered):
    """``hazards`` names the hazard of each item that was not in order; ``refuted`` items of the last self-check."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    tier = fields.Integer(required=True)
    score = fields.Float(required=True, allow_none=True)
    hazards = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    refuted = fields.List(fields.String(), required=True)


class CheckQuery(PageQuery):
    """The newest first."""

    enterprise_id = fields.UUID()
    task_id = fields.UUID()
    tier = fields.Integer(validate=validate.Range(1, 4))


class CheckList(Page):
    items = fields.List(fields.Nested(Check), required=True)


class Cause(Named):
    is_counted = fields.Boolean(required=True)


class Causes(Schema):
    """Why government supervision comes; the yearly cap of an enterprise bounds only what ``is_counted``."""

    items = fields.List(fields.Nested(Cause), required=True)
