"""What another authority answers to a transfer: that it has the letter, takes the hazard on or not, the result."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.inspections.tables import hazard, transfer
from services.inspections.use_cases.hazards import step_hazard
from services.inspections.use_cases.transfers import move_transfer
from shared.errors import Conflict
from shared.machines import Step

HAZARD_STEPS = {"resolve": "note_reply", "refuse": "take_back"}


class TransferChanged(Conflict):
    code = "transfer_changed"


def note_answer(session: Session, transfer_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Keep an answer; what was dealt with is closed, what is not taken on is the bureau's again.

    Raises ``StepNotPossible``, ``NotAllowed``, ``TransferChanged``.
    """
    hazard_id = session.scalars(select(transfer.c.hazard_id).where(transfer.c.id == transfer_id)).one()
    session.execute(select(hazard.c.id).where(hazard.c.id == hazard_id).with_for_update())
    row = session.execute(select(transfer).where(transfer.c.id == transfer_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise TransferChanged("Somebody has changed this transfer meanwhile: read it again.", version=row.version)
    move_transfer(session, row, step=step)
    if event := HAZARD_STEPS.get(step.event):
        given = {"reply": step.given["reply"], "reason": step.given["reply"]}
        step_hazard(session, hazard_id, step=replace(step, event=event, given=given))
