"""Photos in parts: in any order, as often as they come, kept once, given up after days."""

import io
import random
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.inspections.rules import upload_limits
from services.inspections.tables import upload, upload_part
from shared.database import Database
from shared.database.chassis import attachment
from shared.ids import new_id
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    PHOTO,
    Caller,
    known_enterprise,
    photo_of,
    run_clock,
)

UPLOADS = f"{INSPECTIONS}/uploads"
PART = upload_limits().part_bytes
CONTENT = PHOTO + random.Random(3).randbytes(2 * PART)


def facts_of(enterprise_id: str, *, content: bytes = CONTENT, **changes: Any) -> dict[str, Any]:
    taken = {"taken_at": NOW.isoformat(), "longitude": 121.4, "latitude": 28.6, "accuracy": 9.0}
    return {"enterprise_id": enterprise_id, "size": len(content), "sha256": digest(content), **taken} | changes


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def announce(client: FlaskClient, upload_id: str, enterprise_id: str, **changes: Any) -> Any:
    return client.put(f"{UPLOADS}/{upload_id}", json=facts_of(enterprise_id, **changes))


def send(client: FlaskClient, upload_id: str, offset: int, *, content: bytes = CONTENT) -> Any:
    part = content[offset : offset + PART]
    form = {"sha256": digest(part), "file": FileStorage(io.BytesIO(part), "part")}
    boundary, body = encode_multipart(form)
    media_type = f"multipart/form-data; boundary={boundary}"
    return client.put(f"{UPLOADS}/{upload_id}/parts/{offset}", data=body, content_type=media_type)


def rows(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class TestAPhoto:
    def test_arrives_once_in_any_order_and_as_often_as_it_is_sent(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        worker, one = caller("grid_worker"), new_id()
        assert announce(worker, one, enterprise_id).json["missing"] == [0, PART, 2 * PART]
        for offset in (2 * PART, 0, 2 * PART):
            state = send(worker, one, offset).json
        assert (state["missing"], state["attachment_id"]) == ([PART], None)
        assert announce(worker, one, enterprise_id).json["missing"] == [PART]
        send(worker, one, PART)

        kept = [worker.post(f"{UPLOADS}/{one}/finish").json for _ in range(2)]

        assert kept[0] == kept[1]
        assert worker.get(f"{INSPECTIONS}/attachments/{kept[0]['id']}").data == CONTENT
        assert send(worker, one, 0).json == worker.get(f"{UPLOADS}/{one}").json
        assert [rows(database, table) for table in (upload, upload_part, attachment)] == [1, 0, 1]

    def test_carries_digest_place_time_and_author(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker, one = caller("grid_worker"), new_id()
        announce(worker, one, enterprise_id, content=PHOTO)
        send(worker, one, 0, content=PHOTO)
        kept = worker.post(f"{UPLOADS}/{one}/finish").json

        with database.reading() as session:
            row = session.execute(select(attachment).where(attachment.c.id == kept["id"])).one()
        assert (row.sha256, row.author, row.taken_at) == (digest(PHOTO), "a-grid_worker", NOW)
        assert (row.longitude, row.latitude, row.accuracy) == (121.4, 28.6, 9.0)
        assert photo_of(worker, enterprise_id) == kept["id"]

    def test_is_forgotten_when_nothing_more_comes(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker, one = caller("grid_worker"), new_id()
        announce(worker, one, enterprise_id)
        send(worker, one, 0)

        run_clock(database, now=NOW + timedelta(days=6))
        before = rows(database, upload_part)
        run_clock(database, now=NOW + timedelta(days=8))

        assert (before, rows(database, upload_part), rows(database, upload)) == (1, 0, 0)
        assert worker.get(f"{UPLOADS}/{one}").status_code == 404

    def test_stays_when_its_upload_is_forgotten(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker, one = caller("grid_worker"), new_id()
        announce(worker, one, enterprise_id, content=PHOTO)
        send(worker, one, 0, content=PHOTO)
        kept = worker.post(f"{UPLOADS}/{one}/finish").json["id"]

        run_clock(database, now=NOW + timedelta(days=8))

        assert worker.get(f"{INSPECTIONS}/attachments/{kept}").data == PHOTO


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestRefusal:
    def test_of_another_photo_under_the_same_id(self, caller: Caller, enterprise_id: str) -> None:
        worker, one = caller("grid_worker"), new_id()
        announce(worker, one, enterprise_id)

        answer = announce(worker, one, enterprise_id, content=PHOTO)

        assert (answer.status_code, answer.json["code"]) == (409, "upload_differs")

    def test_of_what_somebody_else_has_begun(self, caller: Caller, enterprise_id: str) -> None:
        one, other = new_id(), caller("grid_worker", subject="other")
        announce(caller("grid_worker"), one, enterprise_id)

        answers = [
            announce(other, one, enterprise_id),
            other.get(f"{UPLOADS}/{one}"),
            send(other, one, 0),
            other.post(f"{UPLOADS}/{one}/finish"),
        ]

        assert [(answer.status_code, answer.json["code"]) for answer in answers] == [(404, "upload_unknown")] * 4

    def test_of_an_enterprise_outside_the_area(self, database: Database, caller: Caller) -> None:
        foreign = known_enterprise(database, division="331003001001", subdistrict="331003001")

        assert announce(caller("grid_worker"), new_id(), foreign).status_code == 404

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"size": 16 << 20}, "size"), ({"sha256": "x"}, "sha256"), ({"taken_at": "0001-01-01T00:00:00Z"}, "taken_at")],
    )
    def test_of_what_cannot_be_names_the_field(
        self, caller: Caller, enterprise_id: str, changes: dict[str, Any], field: str
    ) -> None:
        answer = announce(caller("grid_worker"), new_id(), enterprise_id, **changes)

        assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, [field])

    def test_of_what_is_no_photo_comes_with_the_first_part(self, caller: Caller, enterprise_id: str) -> None:
        worker, one, content = caller("grid_worker"), new_id(), b"<svg onload='x'>"
        announce(worker, one, enterprise_id, content=content)

        answer = send(worker, one, 0, content=content)

        assert (answer.status_code, answer.json["code"]) == (422, "attachment_refused")

    def test_to_put_together_what_is_not_all_there_names_the_parts(self, caller: Caller, enterprise_id: str) -> None:
        worker, one = caller("grid_worker"), new_id()
        announce(worker, one, enterprise_id)
        send(worker, one, PART)

        answer = worker.post(f"{UPLOADS}/{one}/finish")

        assert (answer.json["code"], answer.json["facts"]["missing"]) == ("parts_missing", [0, 2 * PART])

    def test_of_other_bytes_than_announced_lets_them_be_sent_again(self, caller: Caller, enterprise_id: str) -> None:
        worker, one = caller("grid_worker"), new_id()
        announce(worker, one, enterprise_id, content=PHOTO, sha256=digest(b"other"))
        send(worker, one, 0, content=PHOTO)

        answer = worker.post(f"{UPLOADS}/{one}/finish")

        assert (answer.status_code, answer.json["code"]) == (422, "upload_damaged")
        assert worker.get(f"{UPLOADS}/{one}").json["missing"] == [0]

    def test_of_too_many_at_once(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        for _ in range(upload_limits().most_open):
            announce(worker, new_id(), enterprise_id)

        answer = announce(worker, new_id(), enterprise_id)

        assert (answer.status_code, answer.json["code"]) == (422, "too_many_uploads")
