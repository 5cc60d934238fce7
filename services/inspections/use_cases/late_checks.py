"""Answers that arrive when their task can take none any more: nothing of them is lost."""

from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services.inspections.domain.late_checks import check_had
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.late_checks import reason_of
from services.inspections.tables import late_check, task
from services.inspections.use_cases.checks import HandedIn
from services.inspections.use_cases.tasks import had_before
from shared.errors import Conflict, Refused
from shared.machines import Step


class NotLate(Refused):
    code = "not_late"


class SendingTaken(Conflict):
    code = "sending_taken"


def keep_late_check(session: Session, row: Row[Any], handed_in: HandedIn, *, asked: Step, sending_id: str) -> str:
    """Keep answers beside the task ``row`` and return why; sent again they are kept once.

    Raises ``NotLate`` when they can be handed in, ``NotAllowed`` for who never had the task, ``SendingTaken`` for an id
    that other answers have.
    """
    held_id(session, row.enterprise_id)
    if known := session.execute(select(late_check).where(late_check.c.id == sending_id)).one_or_none():
        if (known.task_id, known.by) != (row.id, asked.by):
            raise SendingTaken("Other answers have this id: choose a new one.", field="sending_id")
        return str(known.reason)
    row = session.execute(select(task).where(task.c.id == row.id).with_for_update()).one()
    version, finished_at = handed_in.list_version, handed_in.finished_at
    reason = reason_of(session, row, asked=asked, version=version, finished_at=finished_at)
    if not reason:
        raise NotLate("The task still takes a check: hand it in.")
    check_had(asked, tier=row.tier, had=had_before(session, row.id))
    session.execute(
        insert(late_check).values(
            id=sending_id,
            task_id=row.id,
            reason=reason,
            checklist=row.checklist,
            checklist_version=version or row.checklist_version,
            answers=dict(handed_in.answers),
            photos={item: list(ids) for item, ids in handed_in.photos.items()},
            notes=dict(handed_in.notes),
            longitude=handed_in.longitude,
            latitude=handed_in.latitude,
            finished_at=finished_at,
            by=asked.by,
            at=asked.now,
        )
    )
    return reason
