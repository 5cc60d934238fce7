"""inspections/tasks and checks: the inbox, what one does with a task, and what was handed in."""

from typing import Any

from services.inspections.api.acting import acting_tier, step_of_caller
from services.inspections.queries import steps_of
from services.inspections.queries import tasks as reading
from services.inspections.queries.caps import acting_authority
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.rules import plan_rules
from services.inspections.schemas.tasks import (
    AtEnterprise,
    Causes,
    Check,
    CheckList,
    CheckQuery,
    HandedIn,
    Inbox,
    NewCheck,
    Task,
    TaskList,
    TaskOwners,
    TaskQuery,
    TaskStepBody,
    TaskWithSteps,
)
from services.inspections.tables import check_record, task, task_step
from services.inspections.use_cases import checks, hazards, tasks
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    listed,
    now,
    paging_of,
    principal,
    public_reads,
    reads,
    writes,
)

HANDED_IN = ("answers", "photos", "notes", "longitude", "latitude", "sending_id", "finished_at", "list_version")

blp = Blueprint("tasks", __name__, url_prefix="/api/v1/inspections", description="Tasks and checks")


@blp.route("/tasks", methods=["GET"])
@reads("task:read")
@blp.arguments(TaskQuery, location="query")
@blp.response(200, TaskList)
def list_tasks(session: Session, query: dict[str, Any]) -> Any:
    """The tasks of the own area, or the own ones, by the moment at which they are due."""
    paging = paging_of(query)
    is_mine = query.pop("mine")
    wanted = reading.tasks(principal(), wanted=as_text(query))
    if is_mine:
        wanted = wanted.where(reading.own_task(session, principal().subject))
    return listed(session, wanted, view=reading.task_view, key=[task.c.due_at, task.c.id], **paging)


@blp.route("/enterprises/<id:enterprise_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, AtEnterprise)
def show_enterprise(session: Session, enterprise_id: str) -> Any:
    """What is open at an enterprise: hazards, and the task that is due next."""
    row = visible_enterprise(session, principal(), enterprise_id)
    return reading.at_enterprise(session, row.enterprise_id)


@blp.route("/tasks/inbox", methods=["GET"])
@reads("task:read")
@blp.response(200, Inbox)
def show_inbox(session: Session) -> Any:
    """How many open tasks there are: mine, in my area, overdue, in a queue."""
    return reading.inbox(session, principal())


@blp.route("/tasks", methods=["POST"])
@writes("task:work")
@blp.arguments(NewCheck)
@blp.response(201, Task)
def begin_check(session: Session, body: dict[str, Any]) -> Any:
    """Begin a check of an enterprise today, for example after scanning its code; the cap may refuse it."""
    wanted = as_text(body)
    here, caller = visible_enterprise(session, principal(), wanted["enterprise_id"]), principal()
    year = business_date(now()).year
    authority = acting_authority(session, caller.divisions, here.enterprise_id, year=year)
    visit = checks.Visit(**wanted, authority=authority)
    task_id = checks.begin_check(session, visit, by=caller.subject, tier=acting_tier(), now=now())
    return _shown(session, task_id, event="begin")


@blp.route("/tasks/<id:task_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, TaskWithSteps)
def show_task(session: Session, task_id: str) -> Any:
    """One task with all that happened to it; its version is the ETag."""
    row = reading.visible_task(session, principal(), task_id)
    allowed = reading.steps_allowed(row, asked=step_of_caller())
    shown = {**reading.task_view(row), "allowed": allowed, "steps": steps_of(session, task_step, task_id)}
    return shown, 200, etag_of(row.version)


@blp.route("/tasks/<id:task_id>/owners", methods=["GET"])
@reads("task:work")
@blp.response(200, TaskOwners)
def list_owners(session: Session, task_id: str) -> Any:
    """To whom the task can be given, who has least to do first; the subdistrict and the bureau do so."""
    row = reading.visible_task(session, principal(), task_id)
    return {"items": reading.possible_owners(session, row, now=now())}


@blp.route("/tasks/<id:task_id>/steps", methods=["POST"])
@writes("task:work")
@blp.arguments(TaskStepBody)
@blp.response(200, Task)
def take_step(session: Session, body: dict[str, Any], task_id: str) -> Any:
    """Take one of the steps that the task says are possible."""
    row = reading.visible_task(session, principal(), task_id)
    given = as_text(body)
    event, based_on = given.pop("event"), given.pop("version", None)
    if owner := given.get("owner", "").strip():
        tasks.check_owner(session, row, owner, now=now())
    hazards.check_evidence(session, given.get("evidence", ()), owner=row.enterprise_id)
    step = step_of_caller(event, given)
    tasks.step_task(session, task_id, step=step, based_on=based_on)
    return _shown(session, task_id, event=event)


@blp.route("/tasks/<id:task_id>/submit", methods=["POST"])
@writes("task:work")
@blp.arguments(HandedIn)
@blp.response(201, Check)
def submit_check(session: Session, body: dict[str, Any], task_id: str) -> Any:
    """Hand in what was checked: what is not in order becomes a hazard with the clause of its item."""
    row = reading.visible_task(session, principal(), task_id)
    handed_in = handed_in_of(session, row, body)
    caller = principal().subject
    check_id = checks.submit_check(session, row, handed_in, by=caller, tier=acting_tier(), now=now())
    audit_note(session, entity=f"task:{task_id}", details={"event": "submit", "check": check_id})
    return reading.check_view(reading.visible_check(session, principal(), check_id))


@blp.route("/checks", methods=["GET"])
@reads("task:read")
@blp.arguments(CheckQuery, location="query")
@blp.response(200, CheckList)
def list_checks(session: Session, query: dict[str, Any]) -> Any:
    """Records of checks of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.checks(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.check_view, key=[check_record.c.id], descending=True, **paging)


@blp.route("/checks/<id:check_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, Check)
def show_check(session: Session, check_id: str) -> Any:
    """One record of a check."""
    return reading.check_view(reading.visible_check(session, principal(), check_id))


@blp.route("/causes", methods=["GET"])
@public_reads()
@blp.response(200, Causes)
def list_causes(session: Session) -> Any:
    """Why government supervision comes to an enterprise."""
    return {"items": list(plan_rules().causes.values())}


def _shown(session: Session, task_id: str, *, event: str) -> Any:
    row = reading.visible_task(session, principal(), task_id)
    audit_note(session, entity=f"task:{task_id}", details={"event": event, "state": row.state})
    return reading.task_view(row), etag_of(row.version)


def handed_in_of(session: Session, row: Any, body: dict[str, Any]) -> checks.HandedIn:
    """Return what was sent about a check of the task in ``row``; raises for a photo of another enterprise."""
    given = as_text(body)
    hazards.check_evidence(session, [one for ids in given["photos"].values() for one in ids], owner=row.enterprise_id)
    facts = {name: given.pop(name) for name in HANDED_IN}
    return checks.HandedIn(**facts, based_on=given.pop("version", None), given=given)
