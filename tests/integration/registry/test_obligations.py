"""Obligations over HTTP: the law's own, decisions about many with their preview, and the events that tell of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from services.registry import subscriptions
from shared.clock import business_date
from shared.database import Database
from shared.database.chassis import outbox
from tests.integration.registry.conftest import BASE
from tests.integration.registry.test_enterprises import amended, created
from tests.unit.registry.registers import csv_text, row_of

Load = Callable[..., Mapping[str, Any]]
TO_SUPERVISE = {"kind": "supervision", "supervision": "supervised", "selection": {}}
CONTRACT = {"kind": "start", "duties": ["contract"], "selection": {}}
BASIS = "区安委办〔2026〕3号"


def tomorrow() -> str:
    return (business_date(datetime.now(UTC)) + timedelta(days=1)).isoformat()


def preview(client: FlaskClient, body: Mapping[str, Any]) -> Any:
    return client.post(f"{BASE}/obligations/preview", json=body).get_json()


def sheet(client: FlaskClient, enterprise_id: str) -> Any:
    return client.get(f"{BASE}/enterprises/{enterprise_id}/obligations").get_json()


def told(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        statement = (
            select(outbox.c.body).where(outbox.c.type == "registry.obligations_changed.v1").order_by(outbox.c.id)
        )
        return [orjson.loads(body) for body in session.scalars(statement)]


@pytest.fixture
def decide(bureau: FlaskClient, run_jobs: Callable[[], None]) -> Callable[..., Any]:
    """Decide after a preview and carry it out; returns the decision."""

    def make(body: Mapping[str, Any]) -> Any:
        expected = preview(bureau, body)["changed"]
        answer = bureau.post(f"{BASE}/obligations/decisions", json={**body, "basis": BASIS, "expected": expected})
        run_jobs()
        return bureau.get(f"{BASE}/obligations/decisions/{answer.get_json()['id']}").get_json()

    return make


class TestTheDayAfterAnImport:
    def test_nobody_owes_anything(self, bureau: FlaskClient, load: Load, database: Database) -> None:
        load(csv_text([row_of(number) for number in range(5)]).encode())

        items = bureau.get(f"{BASE}/obligations").get_json()["items"]

        assert ([item["obligations"] for item in items], told(database)) == ([[]] * 5, [])


class TestSupervision:
    def test_brings_what_the_law_says_from_tomorrow(self, bureau: FlaskClient, database: Database) -> None:
        row = created(bureau, features={"hazchem_use_licence": "yes"}).get_json()
        amended(bureau, row, supervision="supervised")

        shown = sheet(bureau, row["id"])

        duties = {one["duty"]: (one["frequency"], one["starts_on"], one["runs"]) for one in shown["obligations"]}
        assert duties == {
            "commitment": ("daily", tomorrow(), False),
            "self_check": ("by_level", tomorrow(), False),
            "training": ("yearly", tomorrow(), False),
        }
        event = told(database)[0]
        assert (event["sequence"], [one["duty"] for one in event["data"]["obligations"]]) == ("1", sorted(duties))

    def test_adds_a_duty_when_its_reason_is_confirmed_later(self, bureau: FlaskClient) -> None:
        row = created(bureau, supervision="supervised").get_json()
        amended(bureau, row, features={"hazchem_storage_trade": "yes"})

        shown = sheet(bureau, row["id"])

        assert "commitment" in [one["duty"] for one in shown["obligations"]]
        assert [len(one["obligations"]) for one in shown["history"]] == [4, 2]

    def test_carries_all_duties_away_when_the_enterprise_ends(self, bureau: FlaskClient) -> None:
        row = created(bureau, supervision="supervised").get_json()
        ended = amended(bureau, row, status="deregistered").get_json()

        shown = sheet(bureau, row["id"])

        assert ended["supervision"] == "ceased"
        assert {one["end_reason"] for one in shown["obligations"]} == {"supervision"}

    def test_does_not_go_back(self, bureau: FlaskClient) -> None:
        row = created(bureau, supervision="supervised").get_json()

        assert amended(bureau, row, supervision="unverified").get_json()["code"] == "supervision_not_allowed"


class TestDecision:
    @pytest.fixture(autouse=True)
    def _register(self, load: Load) -> None:
        load(csv_text([row_of(number) for number in range(5)]).encode())

    def test_does_exactly_what_the_preview_counted(self, bureau: FlaskClient, decide: Callable[..., Any]) -> None:
        counted = preview(bureau, TO_SUPERVISE)

        done = decide(TO_SUPERVISE)

        assert (counted["matched"], counted["changed"], counted["by_state"]["unverified"]["changed"]) == (5, 5, 5)
        assert [done[name] for name in ("state", "changed", "unchanged", "refused")] == ["completed", 5, 0, 0]
        assert preview(bureau, TO_SUPERVISE)["unchanged"] == 5

    def test_starts_a_duty_only_for_those_under_supervision(
        self, bureau: FlaskClient, decide: Callable[..., Any], database: Database
    ) -> None:
        decide({**TO_SUPERVISE, "selection": {"q": "样例3"}})
        done = decide(CONTRACT)

        assert (done["changed"], done["refused"]) == (1, 4)
        (one,) = [item for item in told(database)[-1]["data"]["obligations"] if item["duty"] == "contract"]
        assert (one["basis"], one["starts_on"], one["frequency"]) == (BASIS, tomorrow(), "continuous")
        assert bureau.get(f"{BASE}/obligations?duty=contract").get_json()["items"] == []

    def test_ends_a_duty_and_keeps_it_ended(self, bureau: FlaskClient, decide: Callable[..., Any]) -> None:
        decide(TO_SUPERVISE)
        done = decide({"kind": "end", "duties": ["training"], "selection": {"q": "样例3"}})

        row = bureau.get(f"{BASE}/enterprises?q=样例3").get_json()["items"][0]
        amended(bureau, row, headcount=40)

        (training,) = [one for one in sheet(bureau, row["id"])["obligations"] if one["duty"] == "training"]
        assert (done["changed"], training["end_reason"], training["ends_on"]) == (1, "decision", tomorrow())

    def test_holds_only_in_the_area_of_the_one_who_decides(
        self, subdistrict: FlaskClient, run_jobs: Callable[[], None]
    ) -> None:
        body = {**TO_SUPERVISE, "basis": BASIS, "expected": 1}

        decision_id = subdistrict.post(f"{BASE}/obligations/decisions", json=body).get_json()["id"]
        run_jobs()

        assert subdistrict.get(f"{BASE}/obligations/decisions/{decision_id}").get_json()["changed"] == 1

    def test_is_refused_when_the_enterprises_changed_since_they_were_counted(self, bureau: FlaskClient) -> None:
        body = {**TO_SUPERVISE, "basis": BASIS, "expected": 4}

        answer = bureau.post(f"{BASE}/obligations/decisions", json=body)

        assert (answer.status_code, answer.get_json()["code"]) == (409, "selection_changed")

    def test_is_listed(self, bureau: FlaskClient, decide: Callable[..., Any]) -> None:
        decide(TO_SUPERVISE)

        (one,) = bureau.get(f"{BASE}/obligations/decisions").get_json()["items"]
        missing = bureau.get(f"{BASE}/obligations/decisions/0192f0a0-0000-7000-8000-00000000ffff")

        assert (one["basis"], one["expected"], missing.get_json()["code"]) == (BASIS, 5, "decision_not_found")

    def test_is_told_again_to_a_new_consumer(self, decide: Callable[..., Any], database: Database) -> None:
        decide(TO_SUPERVISE)

        with database.reading() as session:
            first = subscriptions.current_obligations(session, None, 3)
            rest = subscriptions.current_obligations(session, first[-1].key, 3)

        assert [len(first), len(rest), first[0].sequence, len(first[0].event.obligations)] == [3, 2, 1, 2]


class TestRules:
    def test_name_their_source(self, bureau: FlaskClient) -> None:
        items = bureau.get(f"{BASE}/obligations/rules").get_json()["items"]

        assert {item["source"] for item in items if item["id"] == "COMMITMENT-HAZCHEM"} == {"应急〔2018〕74号"}
