"""What the clock does with a permit: it ends, somebody is told that something is due, it is archived."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import GUARDIAN
from services.permits.domain.permits import ARCHIVE, GUARDIAN_AWAY, due_now
from services.permits.domain.suspensions import because, because_it_ended
from services.permits.queries.permits import timed_permit
from services.permits.rules.permitting import permit_rules
from services.permits.use_cases.papers import keep_paper
from services.permits.use_cases.permits import locked_permit, set_clock, step_permit
from shared.machines import clock_step


def run_permit_clock(session: Session, permit_id: str, *, now: datetime) -> None:
    """Do what has fallen due for a permit; what was done already, or is not due any more, is left alone."""
    known = timed_permit(session, locked_permit(session, permit_id))
    due = due_now(permit_rules(), known, now=now)
    for what, moment in due:
        if what == ARCHIVE:
            step_permit(session, permit_id, step=clock_step("archive", now))
            keep_paper(session, locked_permit(session, permit_id), now=now)
        elif what == "expire":
            step_permit(session, permit_id, step=clock_step("expire", now, **because_it_ended()))
        elif what == GUARDIAN_AWAY:
            step_permit(session, permit_id, step=clock_step("suspend", now, cause=GUARDIAN, **because(GUARDIAN_AWAY)))
        else:
            step_permit(session, permit_id, step=clock_step("warn", now, what=what, moment=moment.isoformat()))
    if not due:  # every step has set it
        set_clock(session, permit_id)
