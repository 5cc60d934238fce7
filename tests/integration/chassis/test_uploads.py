import hashlib
import io
import random
from datetime import UTC, datetime

import pytest

from shared.database import Database
from shared.work.uploads import CHUNK_BYTES, UploadUnknown, chunks, drop_upload, open_upload, store_upload, upload_by_id

NOW = datetime(2026, 5, 6, tzinfo=UTC)
CONTENT = random.Random(1).randbytes(2 * CHUNK_BYTES + 77)


@pytest.fixture
def upload_id(database: Database) -> str:
    with database.transaction() as session:
        return store_upload(session, io.BytesIO(CONTENT), name="a.csv", media_type="text/csv", now=NOW).id


class TestStoredUpload:
    def test_knows_size_and_digest(self, database: Database, upload_id: str) -> None:
        with database.reading() as session:
            upload = upload_by_id(session, upload_id)

        assert (upload.size, upload.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())

    def test_is_read_back_in_chunks(self, database: Database, upload_id: str) -> None:
        with database.reading() as session:
            assert b"".join(chunks(session, upload_by_id(session, upload_id))) == CONTENT

    def test_can_be_read_from_any_place(self, database: Database, upload_id: str) -> None:
        with database.reading() as session:
            reader = io.BufferedReader(open_upload(session, upload_by_id(session, upload_id)))
            reader.seek(CHUNK_BYTES - 5)
            across = reader.read(10)
            reader.seek(-7, io.SEEK_END)

            assert (across, reader.read()) == (CONTENT[CHUNK_BYTES - 5 : CHUNK_BYTES + 5], CONTENT[-7:])

    def test_is_gone_when_dropped(self, database: Database, upload_id: str) -> None:
        with database.transaction() as session:
            drop_upload(session, upload_id)

        with pytest.raises(UploadUnknown), database.reading() as session:
            upload_by_id(session, upload_id)
