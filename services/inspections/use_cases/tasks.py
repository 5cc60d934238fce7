"""Tasks: made for a period, routed so that nobody's task is unowned, led on by their owner and by the clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.caps import OnSite, authority_of
from services.inspections.domain.checklists import Checklist
from services.inspections.domain.routing import owner_of
from services.inspections.domain.schedules import Period
from services.inspections.domain.tasks import MovedTask, Task, next_rung, take_task_step
from services.inspections.queries.caps import require_room
from services.inspections.queries.checklists import checklist_for
from services.inspections.queries.documents import is_recorded
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.tasks import HIGHEST_TIER, is_awaited, need_of, possible_owners, workers
from services.inspections.rules import escalations, ladder, major_hazard_calls, task_rules
from services.inspections.tables import enterprise, staff, task, task_officer, task_step
from services.inspections.use_cases import keep_step
from shared.clock import business_date
from shared.contracts.inspections import EntryRefused, TaskAssigned, TaskEscalated, TaskOverdue
from shared.database.bulk import insert_rows
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step, clock_step, end_of
from shared.work.timers import cancel, schedule

LADDER, ABSENCE = "task_ladder", "task_absence"
ADHOC = "adhoc"
MAJOR_HAZARD = "major_hazard"
REFUSE_ENTRY = "refuse_entry"
EXACT = "exact"


class TaskChanged(Conflict):
    code = "task_changed"


class OwnerUnfit(Refused):
    code = "owner_unfit"


@dataclass(frozen=True, slots=True)
class NewTask:
    """A check of a tier at an enterprise within ``period``; ``owner`` when it is already known who does it.

    ``authority`` is the division for which government supervision comes, that of the county unless named.
    ``officers`` go there together, the owner with them: it is everybody's task, and the owner's to hand in.
    """

    enterprise_id: str
    tier: int
    origin: str
    period: Period
    checklist: str = ""
    owner: str = ""
    cause: str = ""
    basis: str = ""
    authority: str = ""
    key: str = ""
    hazard_id: str | None = None
    officers: Sequence[str] = ()


def make_task(session: Session, wanted: NewTask, *, now: datetime) -> str:
    """Make a task and give it an owner, or return the id of the one that is there for this period.

    Raises ``NotAllowed`` when government supervision would come more often than the cap of the enterprise allows.
    """
    enterprise_id = held_id(session, wanted.enterprise_id)
    place = session.execute(select(enterprise).where(enterprise.c.enterprise_id == enterprise_id)).one()
    key = wanted.key or f"{wanted.origin} {wanted.period.first.isoformat()}"
    same = select(task.c.id).where(task.c.enterprise_id == enterprise_id, task.c.tier == wanted.tier, task.c.key == key)
    if found := session.scalar(same):
        return str(found)
    authority = wanted.authority or authority_of([place.division])
    if wanted.tier == HIGHEST_TIER:
        on_site = OnSite(wanted.cause, authority, wanted.basis)
        require_room(session, enterprise_id, wanted=on_site, day=wanted.period.first)
    checklist = checklist_for(session, place, tier=wanted.tier, named=wanted.checklist, at=now)
    row = _first_row(wanted, place, key=key, authority=authority, checklist=checklist)
    session.execute(insert(task).values(**row))
    owner, rung = (wanted.owner, "first") if wanted.owner else _route(session, place, tier=wanted.tier, now=now)
    along = [{"account_id": one, "task_id": row["id"]} for one in wanted.officers if one != owner]
    insert_rows(session, task_officer, along)
    team = {"officers": list(wanted.officers)} if wanted.officers else {}
    step_task(session, row["id"], step=clock_step("assign", now, owner=owner, rung=rung, **team))
    return str(row["id"])


def _first_row(wanted: NewTask, place: Row[Any], *, key: str, authority: str, checklist: Checklist) -> dict[str, Any]:
    return {
        "id": new_id(),
        "enterprise_id": place.enterprise_id,
        "tier": wanted.tier,
        "origin": wanted.origin,
        "key": key,
        "cause": wanted.cause,
        "basis": wanted.basis,
        "authority": authority if wanted.tier == HIGHEST_TIER else "",
        "hazard_id": wanted.hazard_id,
        "first_day": wanted.period.first,
        "last_day": wanted.period.last,
        "state": "planned",
        "is_open": True,
        "version": 1,
        "told": 0,
        "owner": "",
        "rung": "",
        "climbed": 0,
        "checklist": checklist.id,
        "checklist_version": checklist.version,
        "due_at": end_of(wanted.period.last),
        "is_overdue": False,
    }


def step_task(session: Session, task_id: str, *, step: Step, based_on: int | None = None) -> MovedTask:
    """Take one step with a task; raises ``StepNotPossible``, ``NotAllowed``, ``TaskChanged``."""
    row = session.execute(select(task).where(task.c.id == task_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise TaskChanged("Somebody has changed this task meanwhile: read it again.", version=row.version)
    moved = take_task_step(task_rules(), _task_of(session, row), step=step)
    tells = [word for word in moved.transition.tells if word in _EVENTS]
    changes = {
        "state": moved.task.state,
        "is_open": task_rules().machine.states[moved.task.state].is_open,
        "version": row.version + 1,
        "told": row.told + len(tells),
        "owner": moved.task.owner,
        "rung": step.given.get("rung", row.rung),
        "is_overdue": moved.task.is_overdue,
        "submitted_at": step.given.get("judged_at", step.now) if step.event == "submit" else row.submitted_at,
    }
    session.execute(update(task).where(task.c.id == task_id).values(**changes))
    version, rule, after = row.version + 1, moved.transition.row, moved.task
    keep_step(session, task_step, task_id, version=version, rule=rule, step=step, state=after.state, owner=after.owner)
    _set_ladder(session, row._asdict() | changes)
    for place, word in enumerate(tells):
        publish(session, _EVENTS[word](row._asdict() | changes), sequence=row.told + place + 1, at=step.now)
    if step.event == REFUSE_ENTRY:
        hand_up(session, row.enterprise_id, tier=row.tier, cause="refusal", key=task_id, now=step.now)
    return moved


def check_owner(session: Session, row: Row[Any], owner: str, *, now: datetime) -> None:
    """Raise ``OwnerUnfit`` unless routing, too, could give the task to this account, in its tier or a higher one."""
    if owner not in {one.account_id for one in possible_owners(session, row, now=now)}:
        sentence = "Nobody of this name is at work for this enterprise: choose somebody of its area who is not away."
        raise OwnerUnfit(sentence, field="owner")


def climb_ladder(session: Session, task_id: str, *, now: datetime) -> None:
    """Do what the ladder says at this moment: remind, note that it is overdue, or give it to somebody else (row 52)."""
    row = session.execute(select(task).where(task.c.id == task_id).with_for_update()).one()
    found = next_rung(ladder(), row.due_at, climbed=row.climbed)
    if found is None or not row.is_open or found[0] > now:
        return
    rung = found[1]
    session.execute(update(task).where(task.c.id == task_id).values(climbed=row.climbed + 1))
    if rung.act == "overdue" and row.state not in _DONE:
        step_task(session, task_id, step=clock_step("overdue", now))
    elif rung.act == "escalate" and row.state in ((*MOVABLE, ON_SITE) if rung.takes_begun else MOVABLE):
        _escalate(session, row, whom=rung.whom, now=now)
    _set_ladder(session, row._asdict() | {"climbed": row.climbed + 1})


def replace_owner(session: Session, account_id: str, *, now: datetime) -> None:
    """Give to others what somebody who is away or without a licence has not begun on site; of a leaver all (row 2)."""
    columns = staff.c
    away = select(columns.is_enabled).where(columns.account_id == account_id, ~columns.is_available)
    is_enabled = session.scalar(away)
    if is_enabled is not None:
        states = MOVABLE if is_enabled else (*MOVABLE, ON_SITE)
        waiting = select(task).where(task.c.owner == account_id, task.c.is_open, task.c.state.in_(states))
        for row in session.execute(waiting.order_by(task.c.id).with_for_update()).all():
            _escalate(session, row, whom="absence", now=now)


def call_for_hazard(session: Session, enterprise_id: str, hazard_id: str, *, key: str, now: datetime) -> None:
    """Give a task to each tier that has to come at once because of a major hazard (§7.1); one each for a ``key``."""
    today = business_date(now)
    for call in major_hazard_calls():
        period = Period(today, call.last_day(today))
        wanted = NewTask(enterprise_id, call.tier, MAJOR_HAZARD, period, cause=call.cause, key=key, hazard_id=hazard_id)
        make_task(session, wanted, now=now)


def hand_up(session: Session, enterprise_id: str, *, tier: int, cause: str, key: str, now: datetime) -> None:
    """Give the next tier the task to look at what ``tier`` has met, where the table names one; once for a ``key``.

    Nobody is sent a second time for the same cause before the first task has been handed in.
    """
    call = escalations().get((tier, cause))
    if call is None:
        return
    firm = held_id(session, enterprise_id)
    if not is_awaited(session, firm, origin=cause):
        today = business_date(now)
        period, counted = Period(today, call.last_day(today)), {"cause": call.cause, "basis": call.basis}
        make_task(session, NewTask(firm, call.tier, cause, period, key=f"{cause} {key}", **counted), now=now)


def call_off(session: Session, hazard_id: str, *, reason: str, now: datetime) -> None:
    """Cancel what a hazard has asked for and nobody has begun."""
    waiting = select(task.c.id).where(task.c.hazard_id == hazard_id, task.c.state.in_(MOVABLE))
    for task_id in session.scalars(waiting.order_by(task.c.id)).all():
        step_task(session, task_id, step=clock_step("cancel", now, reason=reason))


def had_before(session: Session, task_id: str) -> list[str]:
    """Return who has had a task: it was given to them, or they took it from a queue."""
    given = task_step.c.event.in_(("assign", "take"))
    wanted = select(task_step.c.owner).where(task_step.c.task_id == task_id, given)
    return list(session.scalars(wanted))


SUBMITTED, ON_SITE = "submitted", "on_site"
_DONE = (SUBMITTED, "confirmed")
MOVABLE = ("assigned", "accepted", "returned")
_TIER_OF = {"subdistrict": 3, "bureau": 4}


def _escalate(session: Session, row: Row[Any], *, whom: str, now: datetime) -> None:
    place = session.execute(select(enterprise).where(enterprise.c.enterprise_id == row.enterprise_id)).one()
    reached = [rung.whom for rung in ladder()[: row.climbed]]
    tier = max([row.tier, *(_TIER_OF.get(one, 0) for one in (*reached, whom))])
    owner, rung = _route(session, place, tier=tier, without=had_before(session, row.id), now=now)
    step_task(session, row.id, step=clock_step("assign", now, owner=owner, rung=rung, ladder=whom))


def _route(
    session: Session, place: Row[Any], *, tier: int, now: datetime, without: Sequence[str] = ()
) -> tuple[str, str]:
    need = need_of(session, place, tier=tier, now=now)
    owner = owner_of(need, workers(session, need), district=place.division[:6], without=without)
    return owner.name, owner.rung


def _task_of(session: Session, row: Row[Any]) -> Task:
    place = session.execute(select(enterprise).where(enterprise.c.enterprise_id == row.enterprise_id)).one()
    is_exact = place.location_precision == EXACT and place.longitude is not None
    return Task(
        state=row.state,
        tier=row.tier,
        owner=row.owner,
        due_at=row.due_at,
        is_overdue=row.is_overdue,
        place=(place.longitude, place.latitude) if is_exact else None,
        is_recorded=row.state == SUBMITTED and is_recorded(session, row.id),
    )


def _set_ladder(session: Session, row: Mapping[str, Any]) -> None:
    """A timer stands at the next rung while the task is open."""
    found = next_rung(ladder(), row["due_at"], climbed=row["climbed"])
    if found is None or not row["is_open"]:
        cancel(session, LADDER, row["id"])
    else:
        schedule(session, LADDER, row["id"], due_at=found[0])


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task_id": row["id"],
        "enterprise_id": row["enterprise_id"],
        "tier": row["tier"],
        "owner": row["owner"],
        "due": row["due_at"].isoformat(),
    }


_EVENTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "assigned": lambda row: TaskAssigned(**_facts(row)),
    "escalated": lambda row: TaskEscalated(**_facts(row), rung=row["rung"]),
    "overdue": lambda row: TaskOverdue(**_facts(row)),
    "entry_refused": lambda row: EntryRefused(**_facts(row)),
}
