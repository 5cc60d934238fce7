"""Photos in parts: announced, received in any order and as often as they come, put together once, or given up."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.uploads import Layout
from services.inspections.queries.uploads import UploadUnknown, offsets_received
from services.inspections.rules import upload_limits
from services.inspections.tables import upload, upload_part
from shared.errors import Conflict, Refused
from shared.machines import NotAllowed, require
from shared.work.attachments import Attachment, Taken, attachment_by_id, keep_attachment, media_type_of
from shared.work.timers import schedule

GIVEN_UP = "upload_given_up"
HEAD = 16  # bytes that tell what a file is
TAKEN = ("author", "taken_at", "longitude", "latitude", "accuracy")


class UploadDiffers(Conflict):
    code = "upload_differs"


class UploadDamaged(Refused):
    """What was put together is not what was announced; the parts are gone, so that they can be sent again."""

    code = "upload_damaged"
    keeps_changes = True


def announce_upload(session: Session, upload_id: str, facts: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Note that a photo is coming (``enterprise_id``, ``size``, ``sha256``, when and where it was taken).

    Said again it changes nothing; raises ``UploadDiffers`` for another photo under the same id, ``UploadUnknown`` for
    an id of somebody else, ``NotAllowed`` when too many are under way.
    """
    limits, same = upload_limits(), upload.c.id == upload_id
    known = session.execute(select(upload).where(same)).one_or_none()
    if known is None:
        under_way = select(func.count()).where(upload.c.author == by, upload.c.attachment_id.is_(None))
        is_free = (session.scalar(under_way) or 0) < limits.most_open
        sentence = "Too many photos are on their way: let those arrive first."
        require(is_free, NotAllowed("too_many_uploads", sentence, most=limits.most_open))
        row = {"id": upload_id, "author": by, "part_bytes": limits.part_bytes, **facts}
        session.execute(insert(upload).values(**row))
        schedule(session, GIVEN_UP, upload_id, due_at=now + limits.keep)
    elif known.author != by:
        raise UploadUnknown("There is no such upload of yours.")
    elif (known.sha256, known.size, known.enterprise_id) != (facts["sha256"], facts["size"], facts["enterprise_id"]):
        raise UploadDiffers("Another photo has this id: choose a new one.", field="sha256")


def keep_part(session: Session, row: Row[Any], offset: int, *, content: bytes, digest: str, now: datetime) -> None:
    """Keep the part of the upload ``row`` that begins at ``offset``; one that is there already is not needed again.

    Raises ``NotAllowed`` for a part that does not fit, ``AttachmentRefused`` for what is no photo and no PDF.
    """
    Layout(row.size, row.part_bytes).check_part(offset, content, digest=digest)
    row = _held(session, row)
    if offset == 0:
        media_type_of(content[:HEAD])
    if row.attachment_id is None and offset not in offsets_received(session, row.id):
        session.execute(insert(upload_part).values(upload_id=row.id, offset=offset, content=content))
        schedule(session, GIVEN_UP, row.id, due_at=now + upload_limits().keep)


def finish_upload(session: Session, row: Row[Any], *, now: datetime) -> Attachment:
    """Put the parts together and keep the photo as evidence; said again it answers the same.

    Raises ``NotAllowed`` while parts are missing, ``UploadDamaged``, ``AttachmentRefused``.
    """
    row = _held(session, row)
    if row.attachment_id is not None:
        return attachment_by_id(session, row.attachment_id)
    missing = Layout(row.size, row.part_bytes).missing(offsets_received(session, row.id))
    require(not missing, NotAllowed("parts_missing", "Parts are missing: send those first.", missing=missing))
    parts = select(upload_part.c.content).where(upload_part.c.upload_id == row.id).order_by(upload_part.c.offset)
    content = b"".join(session.scalars(parts))
    _drop_parts(session, row.id)
    if sha256(content).hexdigest() != row.sha256:
        raise UploadDamaged("The photo is not the one that was announced: send its parts again.", field="sha256")
    taken = Taken(**{name: getattr(row, name) for name in TAKEN})
    kept = keep_attachment(session, BytesIO(content), owner=row.enterprise_id, taken=taken, now=now)
    session.execute(update(upload).where(upload.c.id == row.id).values(attachment_id=kept.id))
    return kept


def give_up(session: Session, upload_id: str) -> None:
    """Forget an upload and its parts; a photo that was put together stays."""
    _drop_parts(session, upload_id)
    session.execute(delete(upload).where(upload.c.id == upload_id))


def _held(session: Session, row: Row[Any]) -> Row[Any]:
    """Return an upload as it is now; until the transaction ends nobody else changes it."""
    return session.execute(select(upload).where(upload.c.id == row.id).with_for_update()).one()


def _drop_parts(session: Session, upload_id: str) -> None:
    session.execute(delete(upload_part).where(upload_part.c.upload_id == upload_id))
