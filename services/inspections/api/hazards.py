"""inspections/hazards: find one, lead it on step by step, prove it, see where it stands."""

from typing import Any

from services.inspections.api.acting import acting_tier, step_of_caller
from services.inspections.queries import hazards as reading
from services.inspections.queries import steps_of
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.schemas.hazards import (
    Board,
    BoardQuery,
    EventBody,
    Evidence,
    EvidenceFacts,
    EvidenceFile,
    Finding,
    Hazard,
    HazardList,
    HazardQuery,
    HazardWithSteps,
    OfficialList,
    StepBody,
    VerifyBody,
)
from services.inspections.tables import hazard, hazard_step
from services.inspections.use_cases import hazards
from shared.database import Session
from shared.http import (
    MEGABYTE,
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    listed,
    now,
    paging_of,
    principal,
    public_reads,
    reads,
    writes,
)
from shared.http.attachments import attachment_response
from shared.machines.telling import StateTable
from shared.work.attachments import LARGEST, Taken, attachment_by_id, keep_attachment

BINARY = {"type": "string", "format": "binary"}

blp = Blueprint("hazards", __name__, url_prefix="/api/v1/inspections", description="Hazards")


@blp.route("/hazards", methods=["GET"])
@reads("hazard:read")
@blp.arguments(HazardQuery, location="query")
@blp.response(200, HazardList)
def list_hazards(session: Session, query: dict[str, Any]) -> Any:
    """The hazards of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.hazards(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.hazard_view, key=[hazard.c.id], descending=True, **paging)


@blp.route("/hazards", methods=["POST"])
@writes("hazard:write")
@blp.arguments(Finding)
@blp.response(201, Hazard)
def find_hazard(session: Session, body: dict[str, Any]) -> Any:
    """Enter a hazard that was found at an enterprise."""
    found = as_text(body)
    visible_enterprise(session, principal(), found["enterprise_id"])
    hazards.check_evidence(session, found["before"], owner=found["enterprise_id"])
    finding = hazards.Finding(**found)
    caller = principal()
    hazard_id = hazards.find_hazard(session, finding, by=caller.subject, tier=acting_tier(), now=now())
    return _shown(session, hazard_id, event="find")


@blp.route("/hazards/board", methods=["GET"])
@reads("hazard:read")
@blp.arguments(BoardQuery, location="query")
@blp.response(200, Board)
def show_board(session: Session, query: dict[str, Any]) -> Any:
    """How many hazards of the own area stand in each state."""
    return reading.board(session, principal(), wanted=as_text(query))


@blp.route("/hazards/table", methods=["GET"])
@public_reads()
@blp.response(200, StateTable)
def show_table(session: Session) -> Any:
    """The way of a hazard: every state, every step, its guards and its clause."""
    return reading.hazard_table()


@blp.route("/hazards/items", methods=["GET"])
@public_reads()
@blp.response(200, OfficialList)
def list_items(session: Session) -> Any:
    """The official list of major hazards of industry and trade."""
    return reading.official_items()


@blp.route("/hazards/<id:hazard_id>", methods=["GET"])
@reads("hazard:read")
@blp.response(200, HazardWithSteps)
def show_hazard(session: Session, hazard_id: str) -> Any:
    """One hazard with all that happened to it; its version is the ETag."""
    row = reading.visible_hazard(session, principal(), hazard_id)
    allowed = reading.steps_allowed(row, asked=step_of_caller())
    shown = {**reading.hazard_view(row), "allowed": allowed, "steps": steps_of(session, hazard_step, hazard_id)}
    return shown, 200, etag_of(row.version)


@blp.route("/hazards/<id:hazard_id>/steps", methods=["POST"])
@writes("hazard:write")
@blp.arguments(EventBody)
@blp.response(200, Hazard)
def take_step(session: Session, body: dict[str, Any], hazard_id: str) -> Any:
    """Take one of the steps that the hazard says are possible."""
    return _step(session, hazard_id, body.pop("event"), body=body)


@blp.route("/hazards/<id:hazard_id>/rectify", methods=["POST"])
@writes("hazard:write")
@blp.arguments(StepBody)
@blp.response(200, Hazard)
def rectify(session: Session, body: dict[str, Any], hazard_id: str) -> Any:
    """Say that a hazard was put right: photos before and after, of a major one the evaluation report."""
    return _step(session, hazard_id, "rectify", body=body)


@blp.route("/hazards/<id:hazard_id>/verify", methods=["POST"])
@writes("hazard:write")
@blp.arguments(VerifyBody)
@blp.response(200, Hazard)
def verify(session: Session, body: dict[str, Any], hazard_id: str) -> Any:
    """Say whether it really was put right; two officers do so for a major hazard."""
    return _step(session, hazard_id, "pass" if body.pop("passed") else "fail", body=body)


@blp.route("/hazards/<id:hazard_id>/close", methods=["POST"])
@writes("hazard:write")
@blp.arguments(StepBody)
@blp.response(200, Hazard)
def close(session: Session, body: dict[str, Any], hazard_id: str) -> Any:
    """Close a verified hazard; of a listed one say where the end was published."""
    return _step(session, hazard_id, "close", body=body)


@blp.route("/attachments", methods=["POST"])
@writes("hazard:write", body_limit=LARGEST + MEGABYTE)
@blp.arguments(EvidenceFile, location="files")
@blp.arguments(EvidenceFacts, location="form")
@blp.response(201, Evidence)
def add_attachment(session: Session, files: dict[str, Any], facts: dict[str, Any]) -> Any:
    """Keep a photo or document of an enterprise with time, place and author; sent again it is the same one."""
    owner = str(facts.pop("enterprise_id"))
    visible_enterprise(session, principal(), owner)
    taken = Taken(author=principal().subject, **facts)
    kept = keep_attachment(session, files["file"].stream, owner=owner, taken=taken, now=now())
    audit_note(session, entity=f"enterprise:{owner}", details={"attachment": kept.id, "sha256": kept.sha256})
    return {"id": kept.id, "sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}


@blp.route("/attachments/<id:attachment_id>", methods=["GET"])
@reads("hazard:read")
@blp.response(200, BINARY, content_type="application/octet-stream")
def show_attachment(session: Session, attachment_id: str) -> Any:
    """The bytes of a photo, for those who may see the enterprise."""
    kept = attachment_by_id(session, attachment_id)
    visible_enterprise(session, principal(), kept.owner)
    return attachment_response(session, kept)


def _step(session: Session, hazard_id: str, event: str, *, body: dict[str, Any]) -> Any:
    row = reading.visible_hazard(session, principal(), hazard_id)
    based_on = body.pop("version", None)
    given = as_text(body)
    photos = [*given.get("before", ()), *given.get("after", ())]
    hazards.check_evidence(session, photos, owner=row.enterprise_id)
    step = step_of_caller(event, given)
    hazards.check_officers(session, given.get("officers", ()), today=step.today)
    hazards.step_hazard(session, hazard_id, step=step, based_on=based_on)
    return _shown(session, hazard_id, event=event)


def _shown(session: Session, hazard_id: str, *, event: str) -> Any:
    row = reading.visible_hazard(session, principal(), hazard_id)
    audit_note(session, entity=f"hazard:{hazard_id}", details={"event": event, "state": row.state})
    return reading.hazard_view(row), etag_of(row.version)
