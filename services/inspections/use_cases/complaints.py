"""Receive a complaint about an intermediary and lead it to its answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.complaints import Complaint, check_complainer, take_complaint_step
from services.inspections.queries.complaints import known_complaint
from services.inspections.rules import complaint_rules
from services.inspections.tables import complaint, complaint_step
from services.inspections.use_cases import keep_step
from shared.errors import Conflict
from shared.ids import new_id
from shared.machines import Step, clock_step
from shared.work.timers import cancel, schedule

COMPLAINT_DUE = "complaint_due"
RECEIVED = "received"


class ComplaintChanged(Conflict):
    code = "complaint_changed"


def receive_complaint(session: Session, row: Row[Any], *, step: Step) -> str:
    """Take a complaint about the visit ``row`` in and return its id; it is answered within ten working days.

    Raises ``NotAllowed`` for everybody but the enterprise.
    """
    check_complainer(step)
    due_at = complaint_rules().answer.after(step.now)
    values = {
        "id": new_id(),
        "visit_id": row.id,
        "enterprise_id": row.enterprise_id,
        "intermediary_id": row.intermediary_id,
        "subject": step.given["subject"],
        "description": step.given["description"],
        "state": RECEIVED,
        "is_open": True,
        "version": 1,
        "by": step.by,
        "received_at": step.now,
        "due_at": due_at,
        "is_overdue": False,
        "response": "",
        "answer": "",
        "answered_by": "",
    }
    session.execute(insert(complaint).values(**values))
    schedule(session, COMPLAINT_DUE, str(values["id"]), due_at=due_at)
    return str(values["id"])


def step_complaint(session: Session, complaint_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take one step with a complaint; raises ``StepNotPossible``, ``NotAllowed``, ``ComplaintChanged``."""
    row = session.execute(select(complaint).where(complaint.c.id == complaint_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise ComplaintChanged("Somebody has changed this complaint meanwhile: read it again.", version=row.version)
    moved, transition = take_complaint_step(complaint_rules(), known_complaint(row), step=step)
    changes = {
        "state": moved.state,
        "is_open": complaint_rules().machine.states[moved.state].is_open,
        "version": row.version + 1,
        "due_at": moved.due_at,
        "is_overdue": moved.is_overdue,
        **(_WRITTEN[step.event](step) if step.event in _WRITTEN else {}),
    }
    session.execute(update(complaint).where(complaint.c.id == complaint_id).values(**changes))
    version, rule = row.version + 1, transition.row
    keep_step(session, complaint_step, complaint_id, version=version, rule=rule, step=step, state=moved.state)
    _set_clock(session, complaint_id, moved)


def note_complaint_due(session: Session, complaint_id: str, *, now: datetime) -> None:
    """Let the clock note that nobody has answered in time."""
    row = session.execute(select(complaint).where(complaint.c.id == complaint_id).with_for_update()).one()
    if row.due_at is not None and row.due_at <= now and not row.is_overdue:
        step_complaint(session, complaint_id, step=clock_step("overdue", now))


def _set_clock(session: Session, complaint_id: str, moved: Complaint) -> None:
    if moved.due_at is None or moved.is_overdue:
        cancel(session, COMPLAINT_DUE, complaint_id)
    else:
        schedule(session, COMPLAINT_DUE, complaint_id, due_at=moved.due_at)


def _answered(step: Step) -> dict[str, Any]:
    return {"answer": step.given["answer"], "answered_by": step.by, "answered_at": step.now}


_WRITTEN: Mapping[str, Callable[[Step], dict[str, Any]]] = {
    "respond": lambda step: {"response": step.given["answer"]},
    "uphold": _answered,
    "reject": _answered,
}
