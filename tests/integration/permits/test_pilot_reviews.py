"""Pilot reviews over HTTP: off by default, answered in time or released by silence, never in the way (permits §5.3)."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from tests.integration.permits.conftest import NOW, PERMITS, TODAY, Caller, known_enterprise, run_clock, told
from tests.integration.permits.test_declarations import DECLARATIONS, JOB, TOXIC, begun, declare, photo, the_jobs

REVIEWS = f"{PERMITS}/reviews"
PILOT = {
    "division": "331002001",
    "document": "区应急〔2026〕1号",
    "starts_on": TODAY.isoformat(),
    "ends_on": (TODAY + timedelta(days=30)).isoformat(),
}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def principal(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def street(caller: Caller) -> FlaskClient:
    return caller("subdistrict_officer", divisions=["331002001"])


@pytest.fixture
def bureau(caller: Caller) -> FlaskClient:
    return caller()


def switched_on(bureau: FlaskClient, **changes: Any) -> dict[str, Any]:
    answer = bureau.post(f"{REVIEWS}/pilots", json=PILOT | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def outcomes(client: FlaskClient) -> list[str]:
    return [one["outcome"] for one in client.get(REVIEWS).json["items"]]


class TestWithoutAPilot:
    def test_nobody_waits(self, database: Database, principal: FlaskClient, enterprise_id: str) -> None:
        declare(principal, enterprise_id, TOXIC)
        run_clock(database, now=NOW + timedelta(hours=1))
        assert (outcomes(principal), told(database, "permit_reviewed")) == ([], [])


class TestInAPilot:
    @pytest.mark.parametrize(
        ("body", "outcome"),
        [({"event": "receive"}, "received"), ({"event": "advise", "reason": "大风"}, "advised")],
        ids=["received", "advised"],
    )
    def test_the_answer_is_told_and_blocks_nothing(
        self, database: Database, bureau: FlaskClient, *, street: FlaskClient, body: dict[str, Any], outcome: str
    ) -> None:
        switched_on(bureau, colours=["green"])
        job_id = begun(database, known_enterprise(database))
        street.post(f"{DECLARATIONS}/jobs/{job_id}/answers", json=body)
        run_clock(database, now=NOW + timedelta(hours=1))
        [event] = [one["data"] for one in told(database, "permit_reviewed")]
        assert (event["job_id"], event["outcome"], outcomes(street)) == (job_id, outcome, [outcome])

    def test_silence_releases(
        self, database: Database, bureau: FlaskClient, *, principal: FlaskClient, enterprise_id: str
    ) -> None:
        switched_on(bureau)
        declare(principal, enterprise_id, JOB)
        declared_at = NOW
        run_clock(database, now=declared_at + timedelta(minutes=29))
        waiting = outcomes(principal)
        run_clock(database, now=declared_at + timedelta(minutes=30))
        assert (waiting, outcomes(principal)) == (["waiting"], ["released"])
        assert the_jobs(principal)[0]["state"] == "declared"

    def test_work_that_is_over_waits_no_more(
        self, database: Database, bureau: FlaskClient, *, principal: FlaskClient, enterprise_id: str
    ) -> None:
        switched_on(bureau)
        job_id = begun(database, enterprise_id)
        body = {"event": "finish", "ended_at": NOW.isoformat(), "photos": [photo(principal, enterprise_id)]}
        assert principal.post(f"{DECLARATIONS}/jobs/{job_id}/steps", json=body).status_code == 200
        assert outcomes(bureau) == ["moot"]

    def test_other_colours_wait_for_nobody(
        self, bureau: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        switched_on(bureau, colours=["red"], kinds=["confined_space"])
        declare(principal, enterprise_id, JOB, TOXIC)
        assert [one["kind"] for one in principal.get(REVIEWS).json["items"]] == ["confined_space"]

    def test_counts_by_outcome(self, bureau: FlaskClient, principal: FlaskClient, enterprise_id: str) -> None:
        switched_on(bureau)
        declare(principal, enterprise_id, JOB, JOB)
        figures = bureau.get(f"{REVIEWS}/figures").json
        assert {one["outcome"]: one["count"] for one in figures["outcomes"] if one["count"]} == {"waiting": 2}


class TestAPilot:
    def test_ends_with_a_reason(self, bureau: FlaskClient, principal: FlaskClient, enterprise_id: str) -> None:
        one = switched_on(bureau)
        ended = bureau.post(f"{REVIEWS}/pilots/{one['id']}/end", json={"reason": "试点结束"})
        again = bureau.post(f"{REVIEWS}/pilots/{one['id']}/end", json={"reason": "试点结束"})
        declare(principal, enterprise_id, JOB)
        assert (ended.json["is_ended"], again.json["code"], outcomes(principal)) == (True, "pilot_ended", [])

    def test_needs_a_document_and_an_end(self, bureau: FlaskClient) -> None:
        answers = [bureau.post(f"{REVIEWS}/pilots", json=PILOT | one) for one in ({"document": " "}, {"ends_on": None})]
        assert [one.status_code for one in answers] == [422, 422]

    def test_lies_within_the_own_area(self, bureau: FlaskClient, caller: Caller) -> None:
        one = switched_on(bureau)
        elsewhere = caller(subject="other", divisions=["331003"])
        assert elsewhere.post(f"{REVIEWS}/pilots", json=PILOT).status_code == 403
        assert elsewhere.post(f"{REVIEWS}/pilots/{one['id']}/end", json={"reason": "试点"}).status_code == 404

    def test_is_seen_around_and_within_its_area(self, bureau: FlaskClient, street: FlaskClient) -> None:
        one = switched_on(bureau, division="331002")
        seen = [client.get(f"{REVIEWS}/pilots").json["items"] for client in (bureau, street)]
        assert [[row["id"] for row in rows] for rows in seen] == [[one["id"]], [one["id"]]]

    def test_is_the_bureaus(self, street: FlaskClient) -> None:
        assert street.post(f"{REVIEWS}/pilots", json=PILOT).status_code == 403
