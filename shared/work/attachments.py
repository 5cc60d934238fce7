"""Evidence: photos and documents with the time, the place and the author, kept in the service's own database.

Content is addressed by its SHA-256: the same bytes are stored once, and sending them again for the same owner
gives the attachment that is there. Bytes are kept as they came, because evidence must not be changed; they are
served only to those who may see the owner. Object storage is not built.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import IO

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shared import ids
from shared.database.chassis import attachment
from shared.errors import NotFound, Refused
from shared.work.uploads import chunks, drop_upload, store_upload, upload_by_id

LARGEST = 15 << 20  # bytes; a phone's photo has 3 to 8 MB
_HEAD = 16
_SIGNS = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
)


class AttachmentUnknown(NotFound):
    code = "attachment_unknown"


class AttachmentRefused(Refused):
    code = "attachment_refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """Who made a photo, when, and where in WGS-84 degrees with the accuracy in metres, as far as it is known."""

    author: str
    taken_at: datetime
    longitude: float | None = None
    latitude: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    id: str
    owner: str
    upload_id: str
    sha256: str
    media_type: str
    size: int


def keep_attachment(session: Session, stream: IO[bytes], *, owner: str, taken: Taken, now: datetime) -> Attachment:
    """Store the bytes of ``stream`` for ``owner`` and return the attachment; the same bytes give the same one.

    Raises ``AttachmentRefused`` for what is no JPEG, PNG, WebP, HEIC or PDF, and above 15 MB.
    """
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise AttachmentRefused("The file is larger than 15 MB: send a smaller photo.", limit=LARGEST)
    media_type = media_type_of(content[:_HEAD])
    upload = store_upload(session, BytesIO(content), name="", media_type=media_type, now=now)
    same = select(attachment).where(attachment.c.sha256 == upload.sha256)
    if own := session.execute(same.where(attachment.c.owner == owner)).first():
        drop_upload(session, upload.id)
        return _attachment(own)
    upload_id = upload.id
    if other := session.execute(same).first():
        drop_upload(session, upload.id)
        upload_id = other.upload_id
    kept = Attachment(ids.new_id(), owner, upload_id, upload.sha256, media_type, upload.size)
    row = {name: getattr(kept, name) for name in kept.__slots__}
    made = {name: getattr(taken, name) for name in taken.__slots__}
    session.execute(insert(attachment).values(**row, **made, stored_at=now))
    return kept


def attachment_by_id(session: Session, attachment_id: str) -> Attachment:
    """Return what is known of an attachment; raises ``AttachmentUnknown``."""
    row = session.execute(select(attachment).where(attachment.c.id == attachment_id)).first()
    if row is None:
        raise AttachmentUnknown("There is no such attachment.", attachment_id=attachment_id)
    return _attachment(row)


def content_of(session: Session, kept: Attachment) -> Iterator[bytes]:
    """Yield the bytes of an attachment, chunk by chunk."""
    return chunks(session, upload_by_id(session, kept.upload_id))


def media_type_of(head: bytes) -> str:
    """Return what the first bytes say a file is, whatever its name says; raises ``AttachmentRefused``."""
    for offset, sign, media_type in _SIGNS:
        if head[offset : offset + len(sign)] == sign:
            return media_type
    raise AttachmentRefused("This is no photo and no PDF: send JPEG, PNG, WebP, HEIC or PDF.")


def _attachment(row: object) -> Attachment:
    return Attachment(**{name: getattr(row, name) for name in Attachment.__slots__})
