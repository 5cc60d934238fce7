"""Keeps where a transferred hazard is with another authority, and asks again when nothing comes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.transfers import SENT, take_transfer_step
from services.inspections.rules.transfers import transfer_rules
from services.inspections.tables import transfer, transfer_step
from services.inspections.use_cases import keep_step
from shared.ids import new_id
from shared.machines import Step
from shared.work.timers import cancel, schedule

REMINDER = "transfer_reminder"
ENDS = {"note_reply": "resolve", "take_back": "take_back"}  # what a step of the hazard is for its transfer


def follow_hazard(session: Session, row: Row[Any], *, step: Step) -> None:
    """Begin or end the transfer of the hazard in ``row`` as its ``step`` says; other steps are about something else."""
    if step.event == "transfer":
        _begin(session, row, step=step)
    elif step.event in ENDS:
        opened = select(transfer).where(transfer.c.hazard_id == row.id, transfer.c.is_open)
        for one in session.execute(opened.with_for_update()).all():
            move_transfer(session, one, step=Step(ENDS[step.event], step.by, step.tier, step.now, step.given))


def move_transfer(session: Session, row: Row[Any], *, step: Step) -> None:
    """Take one step with a transfer; raises ``StepNotPossible``, ``NotAllowed``."""
    moved = take_transfer_step(transfer_rules(), row.state, step=step, sent_at=row.sent_at)
    changes = {
        "state": moved.state,
        "is_open": transfer_rules().machine.states[moved.state].is_open,
        "version": row.version + 1,
        "due_at": moved.due_at,
        "is_overdue": False,
        **_said(step),
    }
    session.execute(update(transfer).where(transfer.c.id == row.id).values(**changes))
    version, rule = row.version + 1, moved.transition.row
    keep_step(session, transfer_step, row.id, version=version, rule=rule, step=step, state=moved.state)
    _set_reminder(session, row.id, moved.due_at)


def remind(session: Session, transfer_id: str, *, now: datetime) -> None:
    """Note that nothing has come by the day on which it was due, and again after a while."""
    row = session.execute(select(transfer).where(transfer.c.id == transfer_id).with_for_update()).one()
    if row.due_at is None or row.due_at > now:
        return
    changes = {"is_overdue": True, "reminders": row.reminders + 1, "version": row.version + 1}
    session.execute(update(transfer).where(transfer.c.id == transfer_id).values(**changes))
    _set_reminder(session, transfer_id, transfer_rules().reminder.after(now))


def _begin(session: Session, row: Row[Any], *, step: Step) -> None:
    transfer_id, due_at = new_id(), transfer_rules().receipt.after(step.now)
    sent = {
        "id": transfer_id,
        "hazard_id": row.id,
        "enterprise_id": row.enterprise_id,
        "document_id": step.given.get("document_id"),
        "receiver": step.given["receiver"],
        "reason": step.given["reason"],
        "sent_at": step.now,
        "due_at": due_at,
    }
    nothing = {"signed_for_by": "", "reply": "", "is_overdue": False, "reminders": 0}
    session.execute(insert(transfer).values(**sent, **nothing, state=SENT, is_open=True, version=1))
    keep_step(session, transfer_step, transfer_id, version=1, rule="0", step=step, state=SENT)
    _set_reminder(session, transfer_id, due_at)


def _said(step: Step) -> dict[str, Any]:
    """Return what a step tells of the other authority."""
    day = step.given.get("on") or step.today
    if step.event == "receive":
        return {"signed_for_by": step.given["signed_for_by"], "received_on": day}
    return {"reply": step.given["reply"], "replied_on": day} if "reply" in step.given else {}


def _set_reminder(session: Session, transfer_id: str, due_at: datetime | None) -> None:
    if due_at is None:
        cancel(session, REMINDER, transfer_id)
    else:
        schedule(session, REMINDER, transfer_id, due_at=due_at)
