"""Evidence kept in the database: addressed by content, told apart by its first bytes."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from sqlalchemy import func, select

from shared.database import Database, Session
from shared.database.chassis import attachment, stored_upload
from shared.ids import new_id
from shared.work.attachments import (
    LARGEST,
    Attachment,
    AttachmentRefused,
    AttachmentUnknown,
    Taken,
    attachment_by_id,
    content_of,
    keep_attachment,
    media_type_of,
)

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2000  # more than one chunk


def keep(session: Session, owner: str, content: bytes = PHOTO) -> Attachment:
    taken = Taken("tester", NOON, 121.4, 28.6, 8.0)
    return keep_attachment(session, BytesIO(content), owner=owner, taken=taken, now=NOON)


class TestAttachment:
    def test_gives_back_the_very_bytes(self, database: Database) -> None:
        with database.transaction() as session:
            kept = keep(session, new_id())

        with database.reading() as session:
            again = attachment_by_id(session, kept.id)
            assert (again, b"".join(content_of(session, again))) == (kept, PHOTO)

    def test_is_one_for_the_same_owner_and_bytes(self, database: Database) -> None:
        owner = new_id()
        with database.transaction() as session:
            assert keep(session, owner) == keep(session, owner)
            assert session.scalar(select(func.count()).where(attachment.c.owner == owner)) == 1

    def test_shares_its_bytes_between_owners(self, database: Database) -> None:
        with database.transaction() as session:
            first, second = keep(session, new_id()), keep(session, new_id())

            assert (first.id == second.id, first.upload_id == second.upload_id) == (False, True)
            assert session.scalar(select(func.count()).select_from(stored_upload)) == 1

    def test_is_unknown_when_nobody_sent_it(self, database: Database) -> None:
        with database.reading() as session, pytest.raises(AttachmentUnknown):
            attachment_by_id(session, new_id())

    @pytest.mark.parametrize(
        "content",
        [b"", b"<svg onload='x'>", b"PK\x03\x04", pytest.param(PHOTO + bytes(LARGEST), id="too large")],
    )
    def test_is_refused_when_it_is_no_photo_or_too_large(self, database: Database, content: bytes) -> None:
        with database.transaction() as session, pytest.raises(AttachmentRefused):
            keep(session, new_id(), content)


class TestMediaType:
    @pytest.mark.parametrize(
        ("head", "media_type"),
        [
            (b"\xff\xd8\xff\xe1", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
            (b"\x00\x00\x00\x18ftypheic", "image/heic"),
            (b"%PDF-1.7", "application/pdf"),
        ],
    )
    def test_is_what_the_first_bytes_say(self, head: bytes, media_type: str) -> None:
        assert media_type_of(head) == media_type
