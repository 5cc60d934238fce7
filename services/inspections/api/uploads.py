"""inspections/uploads: photos in parts, so that a connection may break at any moment."""

from typing import Any

from services.inspections.queries import uploads as reading
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.schemas.hazards import Evidence
from services.inspections.schemas.uploads import AnnouncedPhoto, PartFacts, PartFile, UploadState
from services.inspections.use_cases import uploads
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, now, principal, reads, writes

blp = Blueprint("uploads", __name__, url_prefix="/api/v1/inspections", description="Photos in parts")


@blp.route("/uploads/<id:upload_id>", methods=["PUT"])
@writes("hazard:write")
@blp.arguments(AnnouncedPhoto)
@blp.response(200, UploadState)
def announce(session: Session, body: dict[str, Any], upload_id: str) -> Any:
    """Say which photo is coming, under an id that the phone chooses; the answer says which parts are missing."""
    facts = as_text(body)
    visible_enterprise(session, principal(), facts["enterprise_id"])
    uploads.announce_upload(session, upload_id, facts, by=principal().subject, now=now())
    return _shown(session, upload_id)


@blp.route("/uploads/<id:upload_id>", methods=["GET"])
@reads("hazard:write")
@blp.response(200, UploadState)
def show_upload(session: Session, upload_id: str) -> Any:
    """An own upload: which parts are missing."""
    return _shown(session, upload_id)


@blp.route("/uploads/<id:upload_id>/parts/<int:offset>", methods=["PUT"])
@writes("hazard:write")
@blp.arguments(PartFile, location="files")
@blp.arguments(PartFacts, location="form")
@blp.response(200, UploadState)
def send_part(session: Session, files: dict[str, Any], facts: dict[str, Any], *, upload_id: str, offset: int) -> Any:
    """Send the part that begins at an offset; in any order, and as often as need be."""
    row = reading.own_upload(session, principal(), upload_id)
    content = files["file"].stream.read()
    uploads.keep_part(session, row, offset, content=content, digest=facts["sha256"], now=now())
    return _shown(session, upload_id)


@blp.route("/uploads/<id:upload_id>/finish", methods=["POST"])
@writes("hazard:write")
@blp.response(200, Evidence)
def finish(session: Session, upload_id: str) -> Any:
    """Put the parts together: the photo is evidence from now on."""
    row = reading.own_upload(session, principal(), upload_id)
    visible_enterprise(session, principal(), row.enterprise_id)
    kept = uploads.finish_upload(session, row, now=now())
    audit_note(
        session, entity=f"enterprise:{row.enterprise_id}", details={"attachment": kept.id, "sha256": kept.sha256}
    )
    return {"id": kept.id, "sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}


def _shown(session: Session, upload_id: str) -> Any:
    return reading.upload_view(session, reading.own_upload(session, principal(), upload_id))
