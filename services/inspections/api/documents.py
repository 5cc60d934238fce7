"""inspections/documents: official documents drawn up, signed by everybody, kept as files, corrected, taken back."""

from typing import Any

from services.inspections.api.acting import step_of_caller
from services.inspections.queries import documents as reading
from services.inspections.queries.hazards import visible_hazard
from services.inspections.queries.tasks import visible_check
from services.inspections.schemas.documents import (
    DocumentKinds,
    DocumentList,
    DocumentQuery,
    NewDocument,
    Revision,
    SigningBody,
    TakingBack,
    Verification,
    WholeDocument,
)
from services.inspections.tables import document
from services.inspections.use_cases import documents, signing
from shared.database import Session
from shared.errors import NotFound
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
from shared.http.attachments import attachment_response
from shared.http.chassis import chassis
from shared.work.attachments import attachment_by_id

blp = Blueprint("documents", __name__, url_prefix="/api/v1/inspections", description="Official documents")
public = Blueprint("public-documents", __name__, url_prefix="/api/v1/public", description="For who holds a paper")


class FileNotReady(NotFound):
    code = "file_not_ready"


@blp.route("/documents/kinds", methods=["GET"])
@public_reads()
@blp.response(200, DocumentKinds)
def list_kinds(session: Session) -> Any:
    """Every kind of document with its fields and the clause that it stands on."""
    return {"items": reading.kinds_view()}


@blp.route("/documents", methods=["GET"])
@reads("document:read")
@blp.arguments(DocumentQuery, location="query")
@blp.response(200, DocumentList)
def list_documents(session: Session, query: dict[str, Any]) -> Any:
    """The documents of the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.documents(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.document_view, key=[document.c.id], descending=True, **paging)


@blp.route("/documents", methods=["POST"])
@writes("document:write")
@blp.arguments(NewDocument)
@blp.response(201, WholeDocument)
def draw_up(session: Session, body: dict[str, Any]) -> Any:
    """Draw up a document about a check or hazards; it has its number at once and counts when everybody has signed."""
    given = as_text(body)
    for hazard_id in given["hazard_ids"]:
        visible_hazard(session, principal(), hazard_id)
    if given["check_id"]:
        visible_check(session, principal(), given["check_id"])
    if given["replaces"]:
        reading.visible_document(session, principal(), given["replaces"])
    wanted = documents.Wanted(
        kind=given["kind"],
        fields=given["fields_"],
        check_id=given["check_id"] or "",
        hazard_ids=given["hazard_ids"],
        replaces=given["replaces"] or "",
    )
    document_id = documents.draw_up(session, wanted, asked=step_of_caller())
    return _shown(session, document_id, event="draw_up")


@blp.route("/documents/<id:document_id>", methods=["GET"])
@reads("document:read")
@blp.response(200, WholeDocument)
def show_document(session: Session, document_id: str) -> Any:
    """One document with what it says, who signed it and who has still to; its version is the ETag."""
    row = reading.visible_document(session, principal(), document_id)
    return reading.whole_document(session, row), 200, etag_of(row.version)


@blp.route("/documents/<id:document_id>/fields", methods=["PUT"])
@writes("document:write")
@blp.arguments(Revision)
@blp.response(200, WholeDocument)
def revise(session: Session, body: dict[str, Any], document_id: str) -> Any:
    """Write a draft anew that nobody has signed."""
    reading.visible_document(session, principal(), document_id)
    documents.revise(session, document_id, body["fields_"], based_on=body["version"], asked=step_of_caller())
    return _shown(session, document_id, event="revise")


@blp.route("/documents/<id:document_id>/signatures", methods=["POST"])
@writes("document:sign")
@blp.arguments(SigningBody)
@blp.response(200, WholeDocument)
def sign(session: Session, body: dict[str, Any], document_id: str) -> Any:
    """Sign a document, or record who of the other side signs or refuses; the last signature issues it."""
    reading.visible_document(session, principal(), document_id)
    given, caller = as_text(body), principal()
    wanted = signing.Signing(**{**given, "image_id": given["image_id"] or ""})
    signer = signing.Signer(caller.subject, caller.name, caller.enterprise_id, "pin" in caller.methods)
    address = chassis().settings.public_url
    signing.sign_document(session, document_id, wanted, signer=signer, public_url=address, now=now())
    return _shown(session, document_id, event=f"sign as {wanted.place}")


@blp.route("/documents/<id:document_id>/take-back", methods=["POST"])
@writes("document:write")
@blp.arguments(TakingBack)
@blp.response(200, WholeDocument)
def take_back(session: Session, body: dict[str, Any], document_id: str) -> Any:
    """Void a draft or withdraw what was issued, with the reason; hazards go back to where they were before it."""
    reading.visible_document(session, principal(), document_id)
    documents.take_back(session, document_id, reason=body["reason"], asked=step_of_caller())
    return _shown(session, document_id, event="take_back")


@blp.route("/documents/<id:document_id>/file", methods=["GET"])
@reads("document:read")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def show_file(session: Session, document_id: str) -> Any:
    """The document as it was signed (PDF)."""
    row = reading.visible_document(session, principal(), document_id)
    if row.attachment_id is None:
        raise FileNotReady("There is a file when everybody has signed.", state=row.state)
    return attachment_response(session, attachment_by_id(session, row.attachment_id))


@blp.route("/documents/<id:document_id>/verification", methods=["GET"])
@reads("document:read")
@blp.response(200, Verification)
def verify_document(session: Session, document_id: str) -> Any:
    """Whether content, signatures and file are still those that were signed."""
    row = reading.visible_document(session, principal(), document_id)
    return reading.verification_of(session, row)


@public.route("/documents/<string:code>", methods=["GET"])
@public_reads()
@public.response(200, Verification)
def verify_paper(session: Session, code: str) -> Any:
    """Whether the paper with this code is genuine and still counts; what it says is not shown."""
    return reading.verification_of(session, reading.document_by_code(session, code))


def _shown(session: Session, document_id: str, *, event: str) -> Any:
    row = reading.visible_document(session, principal(), document_id)
    audit_note(session, entity=f"document:{document_id}", details={"event": event, "state": row.state})
    return reading.whole_document(session, row), etag_of(row.version)
