"""permits/papers: print a permit, and let who holds the print see whether it is genuine."""

from typing import Any

from flask import Response

from services.permits.queries import papers as reading
from services.permits.queries.paper_files import paper_of
from services.permits.queries.permits import visible_permit
from services.permits.rules import ruleset
from services.permits.schemas.papers import PaperVerification, PermitPaper, PermitPapers
from services.permits.use_cases.papers import keep_paper
from shared.database import Session
from shared.http import Blueprint, audit_note, now, principal, public_reads, reads, writes
from shared.http.chassis import chassis

blp = Blueprint("permit_papers", __name__, url_prefix="/api/v1/permits", description="Papers of permits")


@blp.route("/permits/<id:permit_id>/papers", methods=["GET"])
@reads("permit:read")
@blp.response(200, PermitPapers)
def list_papers(session: Session, permit_id: str) -> Any:
    """What was printed of a permit, the newest first."""
    visible_permit(session, principal(), permit_id)
    return {"items": reading.papers_of(session, permit_id)}


@blp.route("/permits/<id:permit_id>/papers", methods=["POST"])
@writes("permit:read")
@blp.response(201, PermitPaper)
def print_permit(session: Session, permit_id: str) -> Any:
    """Fix what the permit says now as a paper with a code of its own."""
    row = visible_permit(session, principal(), permit_id)
    code = keep_paper(session, row, now=now())
    audit_note(session, entity=f"permit:{permit_id}", details={"event": "print", "code": code})
    return reading.paper_view(reading.paper_by_code(session, code))


@blp.route("/papers/<string:code>/file", methods=["GET"])
@reads("permit:read")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def read_paper(session: Session, code: str) -> Any:
    """The paper as a PDF, with its code as text and as a QR code."""
    row = reading.visible_paper(session, principal(), code)
    public_url = chassis().settings.public_url
    address = f"{public_url}/verify/permits/{row.code}" if public_url else ""
    rules = ruleset(row.content["ruleset"])
    file = paper_of(row.content, rules=rules, code=row.code, made_at=row.made_at, address=address)
    return Response(file, mimetype="application/pdf")


@blp.route("/public/papers/<string:code>", methods=["GET"])
@public_reads()
@blp.response(200, PaperVerification)
def verify_paper(session: Session, code: str) -> Any:
    """Whether the paper with this code is genuine, and where its permit stands; what it says is not shown."""
    return reading.verification_of(session, reading.paper_by_code(session, code))
