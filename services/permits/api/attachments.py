"""permits/attachments: photos of work, tickets and papers of an enterprise."""

from typing import Any

from services.permits.queries.enterprises import visible_enterprise
from services.permits.schemas.attachments import Photo, PhotoFacts, PhotoFile
from shared.database import Session
from shared.http import MEGABYTE, Blueprint, audit_note, now, principal, reads, writes
from shared.http.attachments import attachment_response
from shared.work.attachments import LARGEST, Taken, attachment_by_id, keep_attachment

BINARY = {"type": "string", "format": "binary"}

blp = Blueprint("attachments", __name__, url_prefix="/api/v1/permits", description="Photos")


@blp.route("/attachments", methods=["POST"])
@writes("attachment:write", body_limit=LARGEST + MEGABYTE)
@blp.arguments(PhotoFile, location="files")
@blp.arguments(PhotoFacts, location="form")
@blp.response(201, Photo)
def add_attachment(session: Session, files: dict[str, Any], facts: dict[str, Any]) -> Any:
    """Keep a photo or document of an enterprise with time, place and author; sent again it is the same one."""
    owner = str(facts.pop("enterprise_id"))
    visible_enterprise(session, principal(), owner)
    taken = Taken(author=principal().subject, **facts)
    kept = keep_attachment(session, files["file"].stream, owner=owner, taken=taken, now=now())
    audit_note(session, entity=f"enterprise:{owner}", details={"attachment": kept.id, "sha256": kept.sha256})
    return {"id": kept.id, "sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}


@blp.route("/attachments/<id:attachment_id>", methods=["GET"])
@reads("permit:read")
@blp.response(200, BINARY, content_type="application/octet-stream")
def show_attachment(session: Session, attachment_id: str) -> Any:
    """The bytes of a photo, for those who may see the enterprise."""
    kept = attachment_by_id(session, attachment_id)
    visible_enterprise(session, principal(), kept.owner)
    return attachment_response(session, kept)
