"""What other services tell that somebody has to go and look at: a missed commitment, declared work."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.inspections.domain.schedules import Period
from services.inspections.queries.enterprises import present_id
from services.inspections.rules import declared_work_tier, missed_commitment_call
from services.inspections.tables import enterprise
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.clock import business_date
from shared.contracts.permits import CommitmentMissed, WorkDeclared
from shared.errors import NotYet

COMMITMENT, DECLARED_WORK = "commitment", "declared_work"


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


def _arrived(session: Session, enterprise_id: str) -> str:
    """Return the id under which an enterprise lives now; raises ``NotYet`` when it has not arrived."""
    present = present_id(session, enterprise_id)
    if session.scalar(select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id == present)) is None:
        raise NotYet(f"enterprise:{present}")
    return present
