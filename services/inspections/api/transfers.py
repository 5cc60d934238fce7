"""inspections/transfers: what another authority has to deal with, and what it answers."""

from typing import Any

from services.inspections.api.acting import step_of_caller
from services.inspections.queries import steps_of
from services.inspections.queries import transfers as reading
from services.inspections.schemas.transfers import (
    Transfer,
    TransferAnswer,
    TransferList,
    TransferQuery,
    TransferWithSteps,
)
from services.inspections.tables import transfer, transfer_step
from services.inspections.use_cases.replies import note_answer
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, etag_of, listed, paging_of, principal, reads, writes

blp = Blueprint("transfers", __name__, url_prefix="/api/v1/inspections", description="Transfers to other authorities")


@blp.route("/transfers", methods=["GET"])
@reads("document:read")
@blp.arguments(TransferQuery, location="query")
@blp.response(200, TransferList)
def list_transfers(session: Session, query: dict[str, Any]) -> Any:
    """The transfers of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.transfers(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.transfer_view, key=[transfer.c.id], descending=True, **paging)


@blp.route("/transfers/<id:hazard_transfer_id>", methods=["GET"])
@reads("document:read")
@blp.response(200, TransferWithSteps)
def show_transfer(session: Session, hazard_transfer_id: str) -> Any:
    """One transfer with all that happened to it; its version is the ETag."""
    row = reading.visible_transfer(session, principal(), hazard_transfer_id)
    shown = {**reading.transfer_view(row), "steps": steps_of(session, transfer_step, hazard_transfer_id)}
    return shown, 200, etag_of(row.version)


@blp.route("/transfers/<id:hazard_transfer_id>/answers", methods=["POST"])
@writes("document:write")
@blp.arguments(TransferAnswer)
@blp.response(200, Transfer)
def answer(session: Session, body: dict[str, Any], hazard_transfer_id: str) -> Any:
    """Enter what the other authority says: the receipt, that it takes the hazard on or not, the result."""
    reading.visible_transfer(session, principal(), hazard_transfer_id)
    event, based_on = body.pop("event"), body.pop("version", None)
    note_answer(session, hazard_transfer_id, step=step_of_caller(event, body), based_on=based_on)
    row = reading.visible_transfer(session, principal(), hazard_transfer_id)
    audit_note(session, entity=f"transfer:{hazard_transfer_id}", details={"event": event, "state": row.state})
    return reading.transfer_view(row), etag_of(row.version)
