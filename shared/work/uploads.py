"""Uploads are stored in the service's own database, in chunks, before anybody is told that they were accepted."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from typing import IO

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from shared import ids
from shared.database.chassis import stored_chunk, stored_upload
from shared.errors import NotFound

CHUNK_BYTES = 256 * 1024


class UploadUnknown(NotFound):
    code = "upload_unknown"


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    name: str
    media_type: str
    size: int
    sha256: str


def store_upload(session: Session, stream: IO[bytes], *, name: str, media_type: str, now: datetime) -> Upload:
    """Store the bytes of ``stream`` chunk by chunk and return what was stored; memory stays at one chunk."""
    upload_id, size, digest = ids.new_id(), 0, hashlib.sha256()
    for number, content in enumerate(iter(lambda: stream.read(CHUNK_BYTES), b"")):
        session.execute(insert(stored_chunk), {"upload_id": upload_id, "number": number, "content": content})
        size += len(content)
        digest.update(content)
    upload = Upload(upload_id, name, media_type, size, digest.hexdigest())
    session.execute(
        insert(stored_upload).values(
            id=upload.id, name=name, media_type=media_type, size=size, sha256=upload.sha256, stored_at=now
        )
    )
    return upload


def upload_by_id(session: Session, upload_id: str) -> Upload:
    """Return what is known of a stored upload; raises ``UploadUnknown``."""
    row = session.execute(select(stored_upload).where(stored_upload.c.id == upload_id)).first()
    if row is None:
        raise UploadUnknown("There is no such upload; send the file again.", upload_id=upload_id)
    return Upload(row.id, row.name, row.media_type, row.size, row.sha256)


def open_upload(session: Session, upload: Upload) -> "UploadReader":
    """Return a seekable binary stream over a stored upload; it reads one chunk at a time."""
    return UploadReader(session, upload)


def drop_upload(session: Session, upload_id: str) -> None:
    """Remove a stored upload that nobody needs any more."""
    session.execute(delete(stored_chunk).where(stored_chunk.c.upload_id == upload_id))
    session.execute(delete(stored_upload).where(stored_upload.c.id == upload_id))


def chunks(session: Session, upload: Upload) -> Iterator[bytes]:
    """Yield the content of a stored upload, chunk by chunk."""
    for number in range(-(-upload.size // CHUNK_BYTES)):
        yield _chunk(session, upload.id, number)


def _chunk(session: Session, upload_id: str, number: int) -> bytes:
    statement = select(stored_chunk.c.content).where(
        stored_chunk.c.upload_id == upload_id, stored_chunk.c.number == number
    )
    return bytes(session.execute(statement).scalar_one())


class UploadReader(RawIOBase):
    """A seekable raw stream over the chunks, for readers such as zipfile; wrap it in ``BufferedReader``."""

    def __init__(self, session: Session, upload: Upload) -> None:
        super().__init__()
        self._session = session
        self._upload = upload
        self._offset = 0
        self._loaded: tuple[int, bytes] = (-1, b"")

    def attach(self, session: Session) -> None:
        """Read on through another session: a reader may outlive the transaction in which it was opened."""
        self._session = session

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._offset

    def seek(self, offset: int, whence: int = 0) -> int:
        start = (0, self._offset, self._upload.size)[whence]
        self._offset = max(0, start + offset)
        return self._offset

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._offset >= self._upload.size:
            return 0
        number, start = divmod(self._offset, CHUNK_BYTES)
        if self._loaded[0] != number:
            self._loaded = (number, _chunk(self._session, self._upload.id, number))
        piece = self._loaded[1][start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._offset += len(piece)
        return len(piece)
