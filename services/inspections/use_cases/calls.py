"""What other services tell that somebody has to go and look at: a missed commitment, declared work, a stop."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.inspections.domain.schedules import Period
from services.inspections.queries.enterprises import held_id, present_id
from services.inspections.queries.tasks import is_awaited
from services.inspections.rules import declared_work_tier, missed_commitment_call, suspended_work_call
from services.inspections.tables import enterprise
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.clock import business_date
from shared.contracts.permits import CommitmentMissed, PermitSuspended, WorkDeclared
from shared.errors import NotYet

COMMITMENT, DECLARED_WORK, SUSPENDED_WORK = "commitment", "declared_work", "suspended_work"


def call_for_commitment(session: Session, told: CommitmentMissed, *, now: datetime) -> None:
    """Give somebody the task to see why the daily commitment of a day was missed; one for each day.

    Raises ``NotYet`` when the enterprise has not arrived.
    """
    call, today = missed_commitment_call(), business_date(now)
    period, key = Period(today, call.last_day(today)), f"{COMMITMENT} {told.day}"
    make_task(session, NewTask(_arrived(session, told.enterprise_id), call.tier, COMMITMENT, period, key=key), now=now)


def call_for_declared_work(session: Session, told: WorkDeclared, *, now: datetime) -> None:
    """Make the task of looking at declared work that is to be visited: one for an enterprise and day (permits §5.5).

    Raises ``NotYet`` when the enterprise has not arrived.
    """
    if told.is_visited:
        day = date.fromisoformat(told.day)
        period = Period(day, max(day, business_date(now)))
        firm = _arrived(session, told.enterprise_id)
        make_task(session, NewTask(firm, declared_work_tier(), DECLARED_WORK, period), now=now)


def call_for_suspended_work(session: Session, told: PermitSuspended, *, sequence: int, now: datetime) -> None:
    """Let somebody look where an alarm or something unusual has stopped work under a permit (chain 4; GB 30871 4.8).

    Nobody is sent a second time before the first visit has been handed in: one alarm stops every permit of a place.
    Raises ``NotYet`` when the enterprise has not arrived.
    """
    call, causes = suspended_work_call()
    if told.cause not in causes:
        return
    firm = held_id(session, _arrived(session, told.enterprise_id))
    if not is_awaited(session, firm, origin=SUSPENDED_WORK):
        today, key = business_date(now), f"{SUSPENDED_WORK} {told.permit_id} {sequence}"
        period = Period(today, call.last_day(today))
        make_task(session, NewTask(firm, call.tier, SUSPENDED_WORK, period, key=key), now=now)


def _arrived(session: Session, enterprise_id: str) -> str:
    """Return the id under which an enterprise lives now; raises ``NotYet`` when it has not arrived."""
    present = present_id(session, enterprise_id)
    if session.scalar(select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id == present)) is None:
        raise NotYet(f"enterprise:{present}")
    return present
