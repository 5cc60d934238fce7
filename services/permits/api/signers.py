"""permits/mandates, permits/signing: which roles an enterprise gave in writing, and which the caller signs in."""

from typing import Any

from services.permits.domain.signers import roles_of
from services.permits.queries import signers as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.queries.people import visible_person
from services.permits.rules.signers import signer_rules
from services.permits.schemas.signers import MandateNew, MandatePage, MandateQuery, MandateView, OwnSigning, SignerTable
from services.permits.tables import mandate
from services.permits.use_cases import signers as signing
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, audit_note, now, page, principal, public_reads, reads, writes

blp = Blueprint("permit_signers", __name__, url_prefix="/api/v1/permits", description="Who signs in which role")


@blp.route("/mandates", methods=["GET"])
@reads("certificate:read")
@blp.arguments(MandateQuery, location="query")
@blp.response(200, MandatePage)
def list_mandates(session: Session, query: dict[str, Any]) -> Any:
    """The mandates of the area, or of one enterprise, the newest first."""
    asked = query.get("enterprise_id")
    firm = visible_enterprise(session, principal(), str(asked)).enterprise_id if asked else None
    wanted = reading.mandates(principal(), enterprise_id=firm, is_open=query.get("is_open"))
    paging = {name: query[name] for name in ("limit", "cursor")}
    rows, next_cursor = page(session, wanted, key=[mandate.c.id], descending=True, **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/mandates", methods=["POST"])
@writes("certificate:write")
@blp.arguments(MandateNew)
@blp.response(201, MandateView)
def give_mandate(session: Session, body: dict[str, Any]) -> Any:
    """Let somebody of the enterprise sign in a role, for the principal only with the letter (Order 13 Art. 7)."""
    holder = visible_person(session, principal(), str(body.pop("person_id")))
    given = signing.NewMandate(**{**body, "letter_id": str(body["letter_id"] or "")})
    giver = reading.caller(session, principal(), enterprise_id=holder.enterprise_id)
    mandate_id = signing.give_mandate(session, holder, given, giver=giver, now=now())
    audit_note(session, entity=f"mandate:{mandate_id}", details={"event": "give", "role": given.role})
    return reading.visible_mandate(session, principal(), mandate_id)


@blp.route("/mandates/<id:mandate_id>/end", methods=["POST"])
@writes("certificate:write")
@blp.response(200, MandateView)
def end_mandate(session: Session, mandate_id: str) -> Any:
    """Take a role back."""
    row = reading.visible_mandate(session, principal(), mandate_id)
    signing.end_mandate(session, row, by=principal().subject, now=now())
    audit_note(session, entity=f"mandate:{mandate_id}", details={"event": "end", "role": row.role})
    return reading.visible_mandate(session, principal(), mandate_id)


@blp.route("/signing", methods=["GET"])
@reads("certificate:read")
@blp.response(200, OwnSigning)
def show_own_signing(session: Session) -> Any:
    """As whom, and in which roles, the caller signs today."""
    signer = reading.caller(session, principal(), enterprise_id=principal().enterprise_id)
    roles = roles_of(signer_rules(), signer, today=business_date(now()))
    return {"person_id": signer.person_id, "posts": sorted(signer.posts), "roles": roles}


@blp.route("/signing/table", methods=["GET"])
@public_reads()
@blp.response(200, SignerTable)
def show_signer_table(_session: Session) -> Any:
    """Who signs in which role by post, and how long a role may be given in writing."""
    return reading.signer_table()
