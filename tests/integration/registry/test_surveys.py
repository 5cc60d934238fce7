"""The baseline survey over HTTP: its list, its card, what it changes, and that nothing counts twice."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from tests.integration.registry.conftest import ALL, BASE
from tests.integration.registry.test_enterprises import created
from tests.support.callers import Signer
from tests.unit.registry.registers import code_of, csv_text, row_of

Load = Callable[..., Mapping[str, Any]]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
AT_THE_GATE = {"longitude": 121.4301, "latitude": 28.6502, "accuracy": 12.0}
NONE_OF_IT = [
    {"question": name, "answer": "none"}
    for name in ("hazchem", "hot_metal", "dust", "surface", "spaces", "building", "record", "management")
]


def body(row: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    found = {"outcome": "exists", "place": AT_THE_GATE, "headcount": 12, "answers": NONE_OF_IT}
    moment = datetime.now(UTC).isoformat()
    return {"enterprise_id": row["id"], "surveyed_at": moment, **found, **changes}


def put(client: FlaskClient, content: Mapping[str, Any], survey_id: str = "") -> Any:
    return client.put(f"{BASE}/surveys/{survey_id or new_id()}", json=content)


def shown(client: FlaskClient, row: Mapping[str, Any]) -> Any:
    return client.get(f"{BASE}/enterprises/{row['id']}").get_json()


def told(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        bodies = select(outbox.c.body).where(outbox.c.type == "registry.enterprise_surveyed.v1").order_by(outbox.c.id)
        return [orjson.loads(one) for one in session.scalars(bodies)]


@pytest.fixture
def worker_of_grid(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, subject="worker-1", actions=ALL, grids=["G-1"], roles=["grid_worker"])


class TestList:
    def test_begins_with_what_may_be_worst(self, bureau: FlaskClient, load: Load) -> None:
        paint = row_of(9, 经营范围="油漆制造、销售。")
        load(csv_text([*(row_of(number) for number in range(3)), paint]).encode())

        items = bureau.get(f"{BASE}/surveys").get_json()["items"]
        pages = [bureau.get(f"{BASE}/surveys?limit=2").get_json()]
        pages.append(bureau.get(f"{BASE}/surveys?limit=2&cursor={pages[0]['next_cursor']}").get_json())

        assert (len(items), "hazchem_production" in items[0]["features"]) == (4, True)
        assert [one["id"] for page in pages for one in page["items"]] == [one["id"] for one in items]

    def test_loses_those_that_were_surveyed(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        put(bureau, body(row))

        due, done = (bureau.get(f"{BASE}/surveys?state={state}").get_json()["items"] for state in ("due", "done"))

        assert (due, [one["id"] for one in done]) == ([], [row["id"]])


class TestSurvey:
    def test_confirms_what_was_found(self, worker_of_grid: FlaskClient, bureau: FlaskClient) -> None:
        row = created(bureau, grid="G-1").get_json()
        content = body(row, contact_name="样例人", contact_phone="13800138000")
        answer = put(worker_of_grid, content)

        now = shown(bureau, row)

        assert (answer.status_code, now["headcount"], now["location_precision"]) == (200, 12, "exact")
        assert (now["contact_phone"], now["supervision"]) == ("138****8000", "supervised")
        casting = now["features"]["casting"]
        assert [casting[name] for name in ("value", "origin", "by", "role", "on")] == [
            "no", "confirmed", "worker-1", "grid_worker", content["surveyed_at"],
        ]  # fmt: skip

    def test_is_told_with_the_facts_that_it_confirmed(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau).get_json()
        put(bureau, body(row))

        (event,) = told(database)

        facts = event["data"]["facts"]
        assert (event["data"]["enterprise_id"], event["data"]["accuracy"]) == (row["id"], 12.0)
        assert (facts["headcount"], facts["casting"], facts["no_safety_staff"], facts["penalties_1y"]) == (
            12,
            "no",
            "no",
            0,
        )

    def test_counts_once_however_often_it_is_sent(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau).get_json()
        content, survey_id = body(row), new_id()

        answers = [put(bureau, content, survey_id) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert (len(told(database)), shown(bureau, row)["version"]) == (1, 2)
        assert put(bureau, {**content, "headcount": 13}, survey_id).get_json()["code"] == "survey_exists"

    def test_that_arrives_late_does_not_undo_a_later_one(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau).get_json()
        earlier = (datetime.now(UTC) - timedelta(days=2)).isoformat()
        put(bureau, body(row, headcount=40))
        put(bureau, body(row, headcount=9, surveyed_at=earlier))

        card = bureau.get(f"{BASE}/enterprises/{row['id']}/survey").get_json()

        assert (card["headcount"], [one["headcount"] for one in card["surveys"]], len(told(database))) == (
            40,
            [40, 9],
            2,
        )

    def test_keeps_a_coarse_position_from_the_map(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        put(bureau, body(row, place={**AT_THE_GATE, "accuracy": 900.0}))

        assert shown(bureau, row)["location_precision"] == "subdistrict"

    def test_of_a_closed_enterprise_ends_supervision(self, bureau: FlaskClient) -> None:
        row = created(bureau, supervision="supervised").get_json()
        put(bureau, body(row, outcome="closed", answers=[]))

        assert shown(bureau, row)["supervision"] == "ceased"

    @pytest.mark.parametrize(
        ("address", "state", "due"),
        [("台州市路桥区样例镇1号", "transferred", 0), ("椒江区三甲街道样例路2号", "unverified", 1)],
    )
    def test_of_one_that_moved_follows_it(self, bureau: FlaskClient, address: str, state: str, due: int) -> None:
        row = created(bureau).get_json()
        put(bureau, body(row, outcome="moved", moved_to=address, answers=[]))

        items = bureau.get(f"{BASE}/surveys").get_json()["items"]

        assert (shown(bureau, row)["supervision"], shown(bureau, row)["address"], len(items)) == (state, address, due)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"outcome": "moved"}, "survey_malformed"),
            ({"answers": [{"question": "weather", "answer": "none"}]}, "survey_malformed"),
            ({"surveyed_at": "2099-01-01T00:00:00+00:00"}, "survey_malformed"),
            ({"outcome": "sold"}, "invalid_fields"),
        ],
    )
    def test_is_refused_when_it_cannot_be(self, bureau: FlaskClient, changes: Any, code: str) -> None:
        row = created(bureau).get_json()

        assert put(bureau, body(row, **changes)).get_json()["code"] == code

    def test_of_a_foreign_enterprise_is_not_found(self, bureau: FlaskClient, worker_of_grid: FlaskClient) -> None:
        row = created(bureau, grid="G-2").get_json()

        assert put(worker_of_grid, body(row)).status_code == 404


class TestProgress:
    def test_counts_by_subdistrict(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        before = bureau.get(f"{BASE}/surveys/progress").get_json()
        put(bureau, body(row))

        after = bureau.get(f"{BASE}/surveys/progress").get_json()

        assert [(one["enterprises"], one["surveyed"]) for one in (before, after)] == [(1, 0), (1, 1)]
        assert [(one["name"], one["exists"]) for one in after["subdistricts"]] == [("洪家街道", 1)]


class TestPhoto:
    def send(self, client: FlaskClient, row: Mapping[str, Any], content: bytes = PNG) -> Any:
        facts = {"enterprise_id": row["id"], "taken_at": "2026-11-25T03:00:00+00:00", "accuracy": "9"}
        return client.post(f"{BASE}/attachments", data={"file": (BytesIO(content), "gate.html"), **facts})

    def test_is_kept_once_and_served_as_what_it_is(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()
        first, again = (self.send(bureau, row).get_json() for _ in range(2))

        with bureau.get(f"{BASE}/attachments/{first['id']}") as answer:
            assert (first, answer.data, answer.mimetype) == (again, PNG, "image/png")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_is_refused_when_it_is_something_else(self, bureau: FlaskClient) -> None:
        row = created(bureau).get_json()

        assert self.send(bureau, row, b"<script>alert(1)</script>").get_json()["code"] == "attachment_refused"

    def test_is_hidden_from_those_who_may_not_see_the_enterprise(
        self, bureau: FlaskClient, worker_of_grid: FlaskClient
    ) -> None:
        kept = self.send(bureau, created(bureau, grid="G-2").get_json()).get_json()

        assert worker_of_grid.get(f"{BASE}/attachments/{kept['id']}").status_code == 404

    def test_proves_a_survey_of_its_own_enterprise_however_often_that_is_sent(self, bureau: FlaskClient) -> None:
        row, survey_id = created(bureau).get_json(), new_id()
        content = body(row, photo_id=self.send(bureau, row).get_json()["id"])

        answers = [put(bureau, content, survey_id) for _ in range(2)]

        assert [[one["photo_id"] for one in answer.get_json()["surveys"]] for answer in answers] == [
            [content["photo_id"]]
        ] * 2

    def test_of_another_enterprise_or_of_none_proves_nothing(self, bureau: FlaskClient, database: Database) -> None:
        row, other = created(bureau).get_json(), created(bureau, uscc=code_of(903), name="样例铸造二厂").get_json()
        foreign = self.send(bureau, other).get_json()["id"]

        answers = [put(bureau, body(row, photo_id=photo_id)) for photo_id in (foreign, new_id())]

        assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [
            (422, "foreign_evidence"),
            (404, "attachment_unknown"),
        ]
        assert (told(database), shown(bureau, row)["version"]) == ([], 1)
