"""registry/enterprises/…/deregister and …/register-again: leaving the register, and coming back."""

from __future__ import annotations

from services.registry.domain.endings import Ending, reasons
from services.registry.queries.enterprises import enterprise_in_scope, with_masked_contacts
from services.registry.schemas.enterprises import Deregistration, EndingReasons, Enterprise, Reason
from services.registry.use_cases.endings import deregister_enterprise, register_again
from shared.http import Blueprint, audit_note, etag_of, now, principal, reads, require_version, writes

blp = Blueprint("endings", __name__, url_prefix="/api/v1/registry", description="Deregistration")


@blp.route("/enterprises/endings", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, EndingReasons)
def list_reasons(_session):
    """The reasons for which an enterprise leaves the register, each with its source."""
    return {"items": list(reasons().values())}


@blp.route("/enterprises/<id:enterprise_id>/deregister", methods=["POST"])
@writes("enterprise:end")
@blp.arguments(Deregistration)
@blp.response(200, Enterprise)
def deregister(session, body, enterprise_id):
    """Take an enterprise off the register: obligations, contracts and grade end, its people lose access."""
    current = enterprise_in_scope(session, principal(), enterprise_id, lock=True)
    require_version(current["version"])
    ending = Ending(body["reason"], body["on"], body["basis"])
    row = deregister_enterprise(session, current, ending, actor=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", details=ending.grounds)
    return with_masked_contacts(session, row), etag_of(row["version"])


@blp.route("/enterprises/<id:enterprise_id>/register-again", methods=["POST"])
@writes("enterprise:end")
@blp.arguments(Reason)
@blp.response(200, Enterprise)
def put_back(session, body, enterprise_id):
    """Put a deregistered enterprise back, with the reason; nobody supervises it before somebody has looked."""
    current = enterprise_in_scope(session, principal(), enterprise_id, lock=True)
    require_version(current["version"])
    row = register_again(session, current, reason=body["reason"], actor=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", details={"return_reason": body["reason"]})
    return with_masked_contacts(session, row), etag_of(row["version"])
