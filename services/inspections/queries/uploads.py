"""Photos on their way, each seen by who sends it."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.inspections.domain.uploads import Layout
from services.inspections.tables import upload, upload_part
from shared.errors import NotFound
from shared.security.principal import Principal


class UploadUnknown(NotFound):
    code = "upload_unknown"


def own_upload(session: Session, principal: Principal, upload_id: str) -> Row[Any]:
    """Return an upload of the caller; raises ``UploadUnknown``."""
    wanted = select(upload).where(upload.c.id == upload_id, upload.c.author == principal.subject)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise UploadUnknown("There is no such upload of yours: announce the photo first.")
    return row


def offsets_received(session: Session, upload_id: str) -> set[int]:
    """Return where the parts begin that have arrived."""
    return set(session.scalars(select(upload_part.c.offset).where(upload_part.c.upload_id == upload_id)))


def upload_view(session: Session, row: Row[Any]) -> dict[str, Any]:
    """Return an upload with what is still missing; nothing is once it was put together."""
    layout, received = Layout(row.size, row.part_bytes), offsets_received(session, row.id)
    missing = layout.missing(received) if row.attachment_id is None else []
    return {**row._asdict(), "missing": missing}
