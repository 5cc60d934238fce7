"""inspections/complaints: what enterprises complain of about their intermediaries, and what is answered."""

from functools import partial
from typing import Any

from services.inspections.api.acting import step_of_caller
from services.inspections.queries import complaints as reading
from services.inspections.queries import steps_of
from services.inspections.queries.visits import visible_visit
from services.inspections.rules import complaint_rules
from services.inspections.schemas.complaints import (
    ComplaintList,
    ComplaintQuery,
    ComplaintStepBody,
    ComplaintSubjects,
    ComplaintWithSteps,
    NewComplaint,
)
from services.inspections.tables import complaint, complaint_step
from services.inspections.use_cases import complaints
from shared.database import Session
from shared.http import (
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    listed,
    paging_of,
    principal,
    public_reads,
    reads,
    writes,
)

blp = Blueprint("complaints", __name__, url_prefix="/api/v1/inspections", description="Complaints about intermediaries")


@blp.route("/complaints", methods=["GET"])
@reads("task:read")
@blp.arguments(ComplaintQuery, location="query")
@blp.response(200, ComplaintList)
def list_complaints(session: Session, query: dict[str, Any]) -> Any:
    """The complaints of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.complaints(principal(), wanted=as_text(query))
    view = partial(reading.complaint_view, asked=step_of_caller())
    return listed(session, wanted, view=view, key=[complaint.c.id], descending=True, **paging)


@blp.route("/complaints", methods=["POST"])
@writes("task:work")
@blp.arguments(NewComplaint)
@blp.response(201, ComplaintWithSteps)
def complain(session: Session, body: dict[str, Any]) -> Any:
    """Complain about the intermediary of a visit; the enterprise itself does."""
    row = visible_visit(session, principal(), str(body.pop("visit_id")))
    complaint_id = complaints.receive_complaint(session, row, step=step_of_caller("complain", body))
    return _shown(session, complaint_id, event="complain")


@blp.route("/complaints/subjects", methods=["GET"])
@public_reads()
@blp.response(200, ComplaintSubjects)
def list_subjects(session: Session) -> Any:
    """What one may complain of."""
    return {"items": list(complaint_rules().subjects.values())}


@blp.route("/complaints/<id:complaint_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, ComplaintWithSteps)
def show_complaint(session: Session, complaint_id: str) -> Any:
    """One complaint with all that happened to it; its version is the ETag."""
    shown = _whole(session, complaint_id)
    return shown, 200, etag_of(shown["version"])


@blp.route("/complaints/<id:complaint_id>/steps", methods=["POST"])
@writes("task:work")
@blp.arguments(ComplaintStepBody)
@blp.response(200, ComplaintWithSteps)
def take_step(session: Session, body: dict[str, Any], complaint_id: str) -> Any:
    """Respond, examine, extend, answer or withdraw a complaint."""
    reading.visible_complaint(session, principal(), complaint_id)
    event, based_on = body.pop("event"), body.pop("version", None)
    complaints.step_complaint(session, complaint_id, step=step_of_caller(event, body), based_on=based_on)
    return _shown(session, complaint_id, event=event)


def _whole(session: Session, complaint_id: str) -> dict[str, Any]:
    row = reading.visible_complaint(session, principal(), complaint_id)
    shown = reading.complaint_view(row, asked=step_of_caller())
    return {**shown, "steps": steps_of(session, complaint_step, complaint_id)}


def _shown(session: Session, complaint_id: str, *, event: str) -> Any:
    shown = _whole(session, complaint_id)
    audit_note(session, entity=f"complaint:{complaint_id}", details={"event": event, "state": shown["state"]})
    return shown, etag_of(shown["version"])
