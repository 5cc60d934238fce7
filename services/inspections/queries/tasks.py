"""Tasks and records of checks within the caller's area, the checklists they use, and who could get a task."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, true
from sqlalchemy.orm import Session

from services.inspections.domain.hazard_facts import MAJOR
from services.inspections.domain.routing import Need, Worker, owner_of
from services.inspections.domain.tasks import Task, allowed_task_steps
from services.inspections.queries import in_state
from services.inspections.queries.enterprises import in_places, of_area, sees_places
from services.inspections.rules import task_rules, tiers
from services.inspections.tables import (
    check_record,
    enterprise,
    hazard,
    staff,
    standing,
    task,
    task_officer,
    task_tally,
)
from shared.database.bulk import among
from shared.database.chassis import scope_contract
from shared.errors import NotFound
from shared.machines import Step
from shared.security.principal import Principal


def intermediary_of(session: Session, enterprise_id: str, *, now: datetime) -> str:
    """Return the intermediary with a live contract, the one that began last; empty when there is none."""
    contract = scope_contract.c
    is_live = (contract.starts_at <= now, or_(contract.ends_at.is_(None), contract.ends_at > now))
    wanted = select(contract.intermediary_id).where(contract.enterprise_id == enterprise_id, *is_live)
    return str(session.scalar(wanted.order_by(contract.starts_at.desc()).limit(1)) or "")


def workers(session: Session, need: Need) -> Sequence[Worker]:
    """Return the accounts among which routing looks, with the number of their open tasks."""
    columns = staff.c
    load = select(task.c.owner, func.count().label("load")).where(task.c.is_open).group_by(task.c.owner).subquery()
    wanted = select(staff, load.c.load).outerjoin(load, load.c.owner == columns.account_id).where(_side(need))
    return [
        Worker(
            account_id=row.account_id,
            tiers=frozenset(number for number, tier in tiers().items() if tier.roles & set(row.roles)),
            divisions=tuple(row.divisions),
            grids=tuple(row.grids),
            skills=frozenset(row.skills),
            enterprise_id=row.enterprise_id,
            intermediary_id=row.intermediary_id,
            load=row.load or 0,
            is_available=row.is_available,
        )
        for row in session.execute(wanted)
    ]


def need_of(session: Session, place: Row[Any], *, tier: int, now: datetime) -> Need:
    """Return what a task of ``tier`` at the enterprise ``place`` asks for."""
    return Need(
        tier,
        place.enterprise_id,
        division=place.division,
        grid=place.grid,
        intermediary_id=intermediary_of(session, place.enterprise_id, now=now) if tier == 2 else "",
    )


def possible_owners(session: Session, row: Row[Any], *, now: datetime) -> list[Worker]:
    """Return to whom routing, too, could give the task in ``row``, in its tier or a higher one; the freest first."""
    place = session.execute(select(enterprise).where(enterprise.c.enterprise_id == row.enterprise_id)).one()
    found: dict[str, Worker] = {}
    for tier in sorted({row.tier, *OFFICES}):
        need = need_of(session, place, tier=tier, now=now)
        able = (one for one in workers(session, need) if one.is_available)
        found |= {one.account_id: one for one in able if owner_of(need, [one], district="").name == one.account_id}
    return sorted(found.values(), key=lambda one: (one.load, one.account_id))


def is_awaited(session: Session, enterprise_id: str, *, origin: str) -> bool:
    """Return whether somebody is to come to an enterprise for this reason already and has not handed in."""
    columns = task.c
    waiting = (columns.enterprise_id == enterprise_id, columns.origin == origin, columns.is_open)
    return session.scalar(select(columns.id).where(*waiting, columns.submitted_at.is_(None)).limit(1)) is not None


def _side(need: Need) -> ColumnElement[bool]:
    if need.tier == 1:
        return staff.c.enterprise_id == need.enterprise_id
    if need.tier == 2 and need.intermediary_id:
        return staff.c.intermediary_id == need.intermediary_id
    return (staff.c.enterprise_id == "") & (staff.c.intermediary_id == "")


Document = dict[str, Any]
HIGHEST_TIER = 4
OFFICES = (3, HIGHEST_TIER)  # the tiers of the subdistrict and of the bureau, which may do what lower ones leave
CANCELLED = "cancelled"


class TaskNotFound(NotFound):
    code = "task_not_found"


class CheckNotFound(NotFound):
    code = "check_not_found"


def tasks(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the tasks of the area; ``wanted`` filters by column, None by nothing."""
    joined = task.join(enterprise, enterprise.c.enterprise_id == task.c.enterprise_id)
    conditions = [task.c[name] == value for name, value in wanted.items() if value is not None]
    columns = (task, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(of_area(principal, task), *conditions)


def own_task(session: Session, account_id: str) -> ColumnElement[bool]:
    """Return the condition under which a task is an account's own: it owns it, or was drawn to go along."""
    along = session.scalars(select(task_officer.c.task_id).where(task_officer.c.account_id == account_id)).all()
    is_owner = task.c.owner == account_id
    return or_(is_owner, among(session, task.c.id, along)) if along else is_owner


def visible_task(session: Session, principal: Principal, task_id: str) -> Row[Any]:
    """Return one task; raises ``TaskNotFound`` outside the area."""
    row = session.execute(tasks(principal, wanted={"id": task_id})).one_or_none()
    if row is None:
        raise TaskNotFound("There is no such task in your area.")
    return row


def task_view(row: Row[Any]) -> Document:
    """Return a task with the name of its state and the steps that may follow."""
    machine = task_rules().machine
    possible = [event for event in machine.possible(row.state) if event != "overdue"]
    return {**in_state(row, machine), "possible": possible}


def steps_allowed(row: Row[Any], *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take with the task in ``row``."""
    known = Task(state=row.state, tier=row.tier, owner=row.owner, due_at=row.due_at, is_overdue=row.is_overdue)
    allowed = allowed_task_steps(task_rules(), known, asked=asked)
    return [event for event in allowed if event != "overdue"]


def inbox(session: Session, principal: Principal) -> Document:
    """Return how many open tasks are the caller's own, wait in the area, are overdue there, or lie in a queue."""
    columns = task_tally.c
    if sees_places(principal):
        counts = [
            func.coalesce(func.sum(columns.number).filter(of), 0)
            for of in (true(), columns.is_overdue, columns.is_queued)
        ]
        counted = select(*counts).where(in_places(principal, task_tally))
    else:
        flags = (true(), task.c.is_overdue, task.c.owner.contains(":"))
        counted = tasks(principal, wanted={"is_open": True}).with_only_columns(
            *(func.count().filter(of) for of in flags), maintain_column_froms=True
        )
    own = tasks(principal, wanted={"is_open": True}).where(own_task(session, principal.subject))
    mine = session.scalar(own.with_only_columns(func.count(), maintain_column_froms=True))
    area, overdue, queued = (int(number) for number in session.execute(counted).one())
    return {"area": area, "mine": mine, "overdue": overdue, "queued": queued}


def at_enterprise(session: Session, enterprise_id: str) -> Document:
    """Return how many hazards are open at an enterprise, major or overdue among them, and the task that is due next."""
    mine = (hazard.c.enterprise_id == enterprise_id, hazard.c.is_open)
    counts = (func.count(), func.count().filter(hazard.c.level == MAJOR), func.count().filter(hazard.c.is_overdue))
    opened, major, overdue = session.execute(select(*counts).where(*mine)).one()
    waiting = select(task).where(task.c.enterprise_id == enterprise_id, task.c.is_open)
    following = session.execute(waiting.order_by(task.c.due_at, task.c.id).limit(1)).one_or_none()
    figures = {"open_hazards": opened, "open_major": major, "overdue_hazards": overdue}
    return {"enterprise_id": enterprise_id, **figures, "next_task": following}


def level_of(session: Session, enterprise_id: str) -> int | None:
    """Return the present level of an enterprise; None for grey and unknown."""
    return session.scalar(select(standing.c.level).where(standing.c.enterprise_id == enterprise_id))


def checks(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads records of checks of the area."""
    joined = check_record.join(enterprise, enterprise.c.enterprise_id == check_record.c.enterprise_id)
    conditions = [check_record.c[name] == value for name, value in wanted.items() if value is not None]
    columns = (check_record, enterprise.c.name)
    return select(*columns).select_from(joined).where(of_area(principal, check_record), *conditions)


def visible_check(session: Session, principal: Principal, check_id: str) -> Row[Any]:
    """Return one record; raises ``CheckNotFound`` outside the area."""
    row = session.execute(checks(principal, wanted={"id": check_id})).one_or_none()
    if row is None:
        raise CheckNotFound("There is no such check in your area.")
    return row


def check_view(row: Row[Any]) -> Document:
    """Return a record with its score (0 to 100)."""
    return {**row._asdict(), "score": None if row.score_hundredths is None else row.score_hundredths / 100}
