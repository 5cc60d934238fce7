"""Answers kept beside a task, when its check was begun, and whether answers can still be handed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.inspections.domain.late_checks import judged_moment, reason_to_keep
from services.inspections.queries import steps_of
from services.inspections.queries.tasks import steps_allowed
from services.inspections.rules import believed_time, task_rules
from services.inspections.tables import late_check, task_step
from shared.machines import Step

BEGINNINGS = ("check_in", "return")
RETURNED = "returned"


def late_checks_of(session: Session, task_id: str) -> Sequence[Row[Any]]:
    """Return the answers that are kept beside a task, the latest first."""
    wanted = select(late_check).where(late_check.c.task_id == task_id).order_by(late_check.c.at.desc(), late_check.c.id)
    return session.execute(wanted).all()


def begun_at(session: Session, task_id: str) -> datetime | None:
    """Return when somebody last came on site for a task, or it was given back; None when neither has happened.

    Who came without a connection says when (``done_at``); that is believed after the step before.
    """
    begun = before = None
    for taken in steps_of(session, task_step, task_id):
        if taken.event in BEGINNINGS:
            said = datetime.fromisoformat(taken.given["done_at"]) if "done_at" in taken.given else None
            begun = judged_moment(believed_time(), said, begun_at=before or taken.at, arrived_at=taken.at)
        before = taken.at
    return begun


def reason_of(
    session: Session, row: Row[Any], *, asked: Step, version: int | None, finished_at: datetime | None
) -> str:
    """Return why answers that somebody ``asked`` to hand in for the task ``row`` are only kept; empty: they are not.

    ``version`` is that of the list that was answered, ``finished_at`` the phone's time; None for what it does not say.
    """
    begun = begun_at(session, row.id) if row.state == RETURNED else None
    is_before = bool(begun and finished_at and finished_at < begun - believed_time().tolerance)
    return reason_to_keep(
        row.state,
        takes="submit" in task_rules().machine.possible(row.state),
        is_own="submit" in steps_allowed(row, asked=asked),
        is_other_list=version not in (None, row.checklist_version),
        is_before_return=is_before,
    )
