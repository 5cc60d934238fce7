"""permits/permits: apply for special work, prepare, sign, start, stop, end it, and see where it stands."""

from typing import Any

from services.permits.queries import permits as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.queries.permit_boards import permit_board
from services.permits.queries.signers import authority_to_sign
from services.permits.schemas.permit_views import (
    PermitBoard,
    PermitCore,
    PermitDetail,
    PermitList,
    PermitPerson,
)
from services.permits.schemas.permits import (
    ApprovalBody,
    GasTestBody,
    GuardianPosition,
    PermitApplication,
    PermitBoardQuery,
    PermitEdit,
    PermitEventBody,
    PermitQuery,
    PermitRenewal,
    PermitStepBody,
    SignatureBody,
)
from services.permits.tables import permit
from services.permits.use_cases import guardians, permits
from shared.clock import business_date
from shared.database import Session
from shared.ground import metres_between
from shared.http import (
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
from shared.machines import Step
from shared.machines.telling import StateTable

blp = Blueprint("permits", __name__, url_prefix="/api/v1/permits", description="Permits for special work")
# Steps with an address of their own; all the others go through ``steps``.
FIXED_STEPS = {
    "submit": "Plan the work: its level is computed and what the rules ask of it is settled.",
    "start": "Begin the work of an approved permit.",
    "suspend": "Stop the work and take the permit back for now.",
    "resume": "Let the work go on when everything that stopped it is in order again.",
    "finish": "End the work: nobody inside, nothing burning, the line removed.",
    "close": "Accept the finished work.",
}
ACTION_OF = {"close": "permit:sign"}


@blp.route("/permits", methods=["GET"])
@reads("permit:read")
@blp.arguments(PermitQuery, location="query")
@blp.response(200, PermitList)
def list_permits(session: Session, query: dict[str, Any]) -> Any:
    """The permits of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.permits(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.permit_view, key=[permit.c.id], descending=True, **paging)


@blp.route("/permits", methods=["POST"])
@writes("permit:write")
@blp.arguments(PermitApplication)
@blp.response(201, PermitCore)
def apply_permit(session: Session, body: dict[str, Any]) -> Any:
    """Apply for special work of an enterprise."""
    wanted = as_text(body)
    enterprise = visible_enterprise(session, principal(), wanted.pop("enterprise_id"))
    if wanted["parent_id"]:
        parent = reading.visible_permit(session, principal(), wanted["parent_id"])
        wanted["parent_id"] = parent.parent_id or parent.id
    application = permits.Application(enterprise.enterprise_id, **wanted)
    permit_id = permits.apply_permit(session, application, by=principal().subject, now=now())
    return _shown(session, permit_id, event="apply")


@blp.route("/permits/board", methods=["GET"])
@reads("permit:read")
@blp.arguments(PermitBoardQuery, location="query")
@blp.response(200, PermitBoard)
def show_permit_board(session: Session, query: dict[str, Any]) -> Any:
    """How many permits of a day stand in each state, by kind, level and subdistrict."""
    day = query.pop("day", None) or business_date(now())
    return permit_board(session, principal(), day=day, wanted=as_text(query))


@blp.route("/permits/table", methods=["GET"])
@public_reads()
@blp.response(200, StateTable)
def show_permit_table(session: Session) -> Any:
    """The way of a permit: every state, every step, its guards and its clause."""
    return reading.permit_table()


@blp.route("/permits/<id:permit_id>", methods=["GET"])
@reads("permit:read")
@blp.response(200, PermitDetail)
def show_permit(session: Session, permit_id: str) -> Any:
    """One permit with all that belongs to it and happened to it; its version is the ETag."""
    row = reading.visible_permit(session, principal(), permit_id)
    parts = reading.permit_parts(session, permit_id)
    shown = {
        **reading.permit_view(row),
        **parts,
        "confirmations": reading.confirmations_of(parts["steps"]),
        "preparation": reading.preparation_of(parts["steps"]),
        "related": reading.related_to(session, row),
        **reading.standing(session, row, asked=_step("")),
    }
    return shown, 200, etag_of(row.version)


@blp.route("/permits/<id:permit_id>", methods=["PUT"])
@writes("permit:write")
@blp.arguments(PermitEdit)
@blp.response(200, PermitCore)
def edit_permit(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Alter an application that nobody has signed; it is a draft again."""
    return _taken(session, permit_id, "edit", body=body)


@blp.route("/permits/<id:permit_id>/steps", methods=["POST"])
@writes("permit:write")
@blp.arguments(PermitEventBody)
@blp.response(200, PermitCore)
def take_permit_step(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Take one of the steps that the permit says are allowed."""
    return _taken(session, permit_id, body.pop("event"), body=body)


@blp.route("/permits/<id:permit_id>/gas-tests", methods=["POST"])
@writes("permit:write")
@blp.arguments(GasTestBody)
@blp.response(200, PermitCore)
def add_gas_test(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Enter a result of the analysis; one over its limit stops work that goes on."""
    return _taken(session, permit_id, "test_gas", body={"sampled_at": now()} | body)


@blp.route("/permits/<id:permit_id>/signatures", methods=["POST"])
@writes("permit:sign")
@blp.arguments(SignatureBody)
@blp.response(200, PermitCore)
def sign_permit(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Sign before the approval, or check the ticket before the start."""
    row = reading.visible_permit(session, principal(), permit_id)
    event = "check_ticket" if row.state == "approved" else "sign"
    return _taken(session, permit_id, event, body=_signing(session, row, body))


@blp.route("/permits/<id:permit_id>/approve", methods=["POST"])
@writes("permit:approve")
@blp.arguments(ApprovalBody)
@blp.response(200, PermitCore)
def approve_permit(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Sign as the last approver, or refuse."""
    row = reading.visible_permit(session, principal(), permit_id)
    event = "approve" if body.pop("approved") else "reject"
    return _taken(session, permit_id, event, body=_signing(session, row, body))


@blp.route("/permits/<id:permit_id>/positions", methods=["POST"])
@writes("permit:write")
@blp.arguments(GuardianPosition)
@blp.response(200, PermitPerson)
def report_guardian(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Tell where a guardian is; outside the fence for a minute the work is suspended (4.10 f)."""
    reading.visible_permit(session, principal(), permit_id)
    seen = guardians.Seen(**as_text(body))
    guardians.report_position(session, permit_id, seen, now=now())
    audit_note(session, entity=f"permit:{permit_id}", details={"event": "position"})
    return reading.guardian_of(session, permit_id, person_id=seen.person_id)


@blp.route("/permits/<id:permit_id>/renew", methods=["POST"])
@writes("permit:write")
@blp.arguments(PermitRenewal)
@blp.response(201, PermitCore)
def renew_permit(session: Session, body: dict[str, Any], permit_id: str) -> Any:
    """Begin a new permit for the same work: nothing can be prolonged (4.16)."""
    row = reading.visible_permit(session, principal(), permit_id)
    window = (body["starts_at"], body["ends_at"])
    renewed = permits.renew_permit(session, row, by=principal().subject, window=window, now=now())
    return _shown(session, renewed, event="renew")


def _fix_step(event: str, sentence: str) -> None:
    def take_step(session: Session, body: dict[str, Any], permit_id: str) -> Any:
        return _taken(session, permit_id, event, body=body)

    take_step.__name__, take_step.__doc__ = f"{event}_permit", sentence
    answering = blp.response(200, PermitCore)(take_step)
    guarded = writes(ACTION_OF.get(event, "permit:write"))(blp.arguments(PermitStepBody)(answering))
    blp.route(f"/permits/<id:permit_id>/{event}", methods=["POST"])(guarded)


for each, told in FIXED_STEPS.items():
    _fix_step(each, told)


def _step(event: str, given: dict[str, Any] | None = None) -> Step:
    return Step(event, principal().subject, 0, now(), given or {}, principal().roles)


def _signing(session: Session, row: Any, body: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent with how it was signed, and how far away from the work.

    Raises ``NotAllowed`` for a role that neither post nor mandate gives (Order 13 Art. 7: the principal's by letter).
    """
    role = body.get("role") or reading.next_role(session, row)
    if role:
        today = business_date(now())
        authority_to_sign(session, principal(), role=role, enterprise_id=row.enterprise_id, today=today)
        body = {**body, "role": role}  # somebody else may sign meanwhile: then another role is next
    own, work = (body.get("longitude"), body.get("latitude")), (row.longitude, row.latitude)
    is_known = None not in (*own, *work)
    distance = metres_between(own, work) if is_known else None  # type: ignore[arg-type]
    return {**body, "distance_m": distance, "method": "pin" if "pin" in principal().methods else "session"}


def _taken(session: Session, permit_id: str, event: str, *, body: dict[str, Any]) -> Any:
    reading.visible_permit(session, principal(), permit_id)
    based_on, given = body.pop("version", None), as_text(body)
    permits.step_permit(session, permit_id, step=_step(event, given), based_on=based_on)
    return _shown(session, permit_id, event=event)


def _shown(session: Session, permit_id: str, *, event: str) -> Any:
    row = reading.visible_permit(session, principal(), permit_id)
    audit_note(session, entity=f"permit:{permit_id}", details={"event": event, "state": row.state})
    return reading.permit_view(row), etag_of(row.version)
