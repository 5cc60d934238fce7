"""Contracts with intermediaries, and the visits that they make due: one task and one visit for each period."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.schedules import Period, contract_period
from services.inspections.domain.visits import INTERMEDIARY
from services.inspections.queries.enterprises import held_id, present_id
from services.inspections.rules import task_rules
from services.inspections.tables import enterprise, service_contract, task, visit
from services.inspections.use_cases.checks import Visit as AdHoc
from services.inspections.use_cases.checks import begin_check
from services.inspections.use_cases.tasks import MOVABLE, NewTask, make_task, step_task
from services.inspections.use_cases.visits import VISIT_DUE, step_visit
from shared.clock import business_date
from shared.contracts.registry import ServiceContractState
from shared.database.bulk import upsert_rows
from shared.errors import NotYet, Refused
from shared.ids import new_id
from shared.machines import clock_step, end_of
from shared.work.timers import schedule

VISIT_PLAN = "visit_plan"
VISITING, DUTY = "visit", "contract"  # origins of tasks
CONTRACT_ENDED = "contract_ended"


class NoContract(Refused):
    code = "no_contract"


class TaskNotForVisits(Refused):
    code = "task_not_for_visits"


def keep_contract(session: Session, state: ServiceContractState, *, sequence: int, now: datetime) -> None:
    """Keep a contract as the register tells it, and plan its visits; raises ``NotYet`` for an unknown enterprise."""
    enterprise_id = present_id(session, state.enterprise_id)
    if session.scalar(_known(enterprise_id)) is None:
        raise NotYet(f"enterprise:{enterprise_id}")
    row = {
        "contract_id": state.contract_id,
        "sequence": sequence,
        "enterprise_id": enterprise_id,
        "intermediary_id": state.intermediary_id,
        "starts_at": datetime.fromisoformat(state.starts_at),
        "ends_at": datetime.fromisoformat(state.ends_at),
        "visits_per_year": state.visits_per_year,
    }
    upsert_rows(session, service_contract, [row], key=["contract_id"], newer="sequence")
    schedule(session, VISIT_PLAN, state.contract_id, due_at=now)


def plan_visits(session: Session, contract_id: str, *, now: datetime) -> None:
    """Make the visit of the present period of a contract, and wake up when the next one begins.

    When the contract has ended, the visits that nobody has begun are cancelled.
    """
    wanted = select(service_contract).where(service_contract.c.contract_id == contract_id)
    row = session.execute(wanted.with_for_update()).one()
    if row.ends_at <= now:
        _cancel_planned(session, contract_id, now=now)
        return
    if row.starts_at > now:
        schedule(session, VISIT_PLAN, contract_id, due_at=row.starts_at)
        return
    starts_on, ends_on = business_date(row.starts_at), business_date(row.ends_at)
    period = contract_period(starts_on, ends_on, per_year=row.visits_per_year, today=business_date(now))
    if period:
        plan_visit(session, row, _task_for(session, row, period, now=now), period=period, now=now)
    schedule(session, VISIT_PLAN, contract_id, due_at=min(row.ends_at, end_of(period.last)) if period else row.ends_at)


def arrange_visit(
    session: Session, enterprise_id: str, *, task_id: str | None, by: str, intermediary_id: str, now: datetime
) -> str:
    """Arrange a visit today, for a task of the intermediary or without one, and return its id.

    Raises ``NoContract``, ``TaskNotForVisits``.
    """
    enterprise_id, columns = held_id(session, enterprise_id), service_contract.c
    live = (columns.starts_at <= now, columns.ends_at > now, columns.intermediary_id == intermediary_id)
    wanted = select(service_contract).where(columns.enterprise_id == enterprise_id, *live)
    contract = session.execute(wanted.order_by(columns.starts_at.desc()).limit(1)).one_or_none()
    if contract is None:
        raise NoContract("Only an intermediary under contract with this enterprise visits it.")
    if task_id is None:
        task_id = begin_check(session, AdHoc(enterprise_id), by=by, tier=INTERMEDIARY, now=now)
    row = session.execute(select(task).where(task.c.id == task_id)).one()
    if row.tier != INTERMEDIARY or row.enterprise_id != enterprise_id or not row.is_open:
        raise TaskNotForVisits("Choose an open task of the intermediaries at this enterprise.", field="task_id")
    return plan_visit(session, contract, task_id, period=Period(row.first_day, row.last_day), now=now)


def plan_visit(session: Session, contract: Row[Any], task_id: str, *, period: Period, now: datetime) -> str:
    """Make the visit of a task, or return the id of the one that is there."""
    if found := session.scalar(select(visit.c.id).where(visit.c.task_id == task_id)):
        return str(found)
    due_at = end_of(period.last)
    row = {
        "id": new_id(),
        "enterprise_id": contract.enterprise_id,
        "intermediary_id": contract.intermediary_id,
        "contract_id": contract.contract_id,
        "task_id": task_id,
        "first_day": period.first,
        "last_day": period.last,
        "state": "planned",
        "is_open": True,
        "version": 1,
        "told": 0,
        "due_at": due_at,
        "inspector": "",
        "people": [],
        "proposes_place": False,
        "conclusion": "",
        "summary": "",
        "photos": [],
        "findings": 0,
        "countersigned_by": "",
        "opinion": "",
    }
    session.execute(insert(visit).values(**row))
    schedule(session, VISIT_DUE, row["id"], due_at=due_at)
    return str(row["id"])


def _task_for(session: Session, contract: Row[Any], period: Period, *, now: datetime) -> str:
    """Return the task of a period: the one that a duty has made and nobody has begun, else a new one."""
    columns, taken = task.c, select(visit.c.task_id).where(visit.c.task_id == task.c.id)
    own = (columns.enterprise_id == contract.enterprise_id, columns.tier == INTERMEDIARY, columns.origin == DUTY)
    waiting = select(columns.id).where(*own, columns.state.in_(MOVABLE), ~taken.exists())
    if found := session.scalar(waiting.order_by(columns.last_day, columns.id).limit(1)):
        session.execute(update(task).where(columns.id == found).values(origin=VISITING))
        return str(found)
    key = f"{VISITING} {contract.contract_id} {period.first.isoformat()}"
    return make_task(session, NewTask(contract.enterprise_id, INTERMEDIARY, VISITING, period, key=key), now=now)


def _cancel_planned(session: Session, contract_id: str, *, now: datetime) -> None:
    columns = visit.c
    waiting = select(columns.id, columns.task_id).where(columns.contract_id == contract_id, columns.state == "planned")
    for visit_id, task_id in session.execute(waiting.order_by(columns.id)).all():
        step_visit(session, visit_id, step=clock_step("cancel", now, reason=CONTRACT_ENDED))
        state = session.scalar(select(task.c.state).where(task.c.id == task_id))
        if (state, "cancel") in task_rules().machine.transitions:
            step_task(session, task_id, step=clock_step("cancel", now, reason=CONTRACT_ENDED))


def _known(enterprise_id: str) -> Any:
    return select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id == enterprise_id)
