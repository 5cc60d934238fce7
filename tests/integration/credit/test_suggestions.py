"""Suggested violations: from what others tell, once each, confirmed or dismissed by an officer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.credit.subscriptions import on_misconduct
from shared.clock import business_date
from shared.contracts.inspections import EntryRefused, HazardOverdue, SelfCheckRefuted
from shared.contracts.permits import CommitmentMissed, PermitRevoked
from shared.database import Database
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, told
from tests.support.events import received

SUGGESTIONS = f"{CREDIT}/suggestions"


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


def hear(database: Database, *events: Any) -> None:
    for event in events:
        with database.transaction() as session:
            on_misconduct(session, received(event), now=datetime.now(UTC))


def suggested(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    return list(client.get(SUGGESTIONS, query_string=query).json["items"])


def missed(enterprise_id: str, day: str, misses: int) -> CommitmentMissed:
    return CommitmentMissed(commitment_id=new_id(), enterprise_id=enterprise_id, day=day, misses_this_month=misses)


def body(**changes: Any) -> dict[str, Any]:
    today = business_date(datetime.now(UTC)).isoformat()
    return {"act": "V-102", "severity": "general", "facts": "逾期未整改", "found_on": today} | changes


class TestASuggestion:
    def test_is_made_once_for_each_thing_that_is_told(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        overdue = HazardOverdue(hazard_id=new_id(), enterprise_id=enterprise_id, level="general", deadline="2026-01-05")
        refuted = SelfCheckRefuted(check_id=new_id(), enterprise_id=enterprise_id, refuted_check_id=new_id())
        refused = EntryRefused(task_id=new_id(), enterprise_id=enterprise_id, tier=4)
        revoked = PermitRevoked(permit_id=new_id(), enterprise_id=enterprise_id, kind="hot_work")
        hear(database, overdue, overdue, refuted, refused, revoked)
        found = [(one["kind"], one["act"]) for one in suggested(officer)]
        assert found == [
            ("permit_revoked", "V-101-3"),
            ("entry_refused", "V-108"),
            ("self_check_refuted", "V-97-5"),
            ("hazard_overdue", "V-102"),
        ]
        [first] = suggested(officer, kind="hazard_overdue", division="331002001")
        assert (first["details"]["deadline"], first["kind_zh"]) == ("2026-01-05", "隐患逾期未整改")

    def test_is_made_for_the_third_miss_of_a_month_once_a_month(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        days = (("2026-01-05", 1), ("2026-01-06", 2), ("2026-01-07", 3), ("2026-01-08", 4), ("2026-02-09", 3))
        hear(database, *(missed(enterprise_id, day, misses) for day, misses in days))
        assert [one["details"]["day"] for one in suggested(officer)] == ["2026-02-09", "2026-01-07"]

    def test_is_not_shown_to_the_enterprise(self, caller: Caller, enterprise_id: str) -> None:
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert own.get(SUGGESTIONS).status_code == 403


class TestADecision:
    @pytest.fixture
    def one(self, database: Database, officer: FlaskClient, enterprise_id: str) -> dict[str, Any]:
        hear(database, HazardOverdue(hazard_id=new_id(), enterprise_id=enterprise_id, level="general"))
        return suggested(officer)[0]

    def test_records_the_violation(self, database: Database, officer: FlaskClient, one: dict[str, Any]) -> None:
        shown = officer.post(f"{SUGGESTIONS}/{one['id']}/confirm", json=body()).json
        violation = officer.get(f"{CREDIT}/violations/{shown['violation_id']}").json
        assert (shown["state"], violation["cause"], violation["cause_id"]) == ("confirmed", "hazard_overdue", one["id"])
        assert [event["data"]["act"] for event in told(database, "violation_recorded")] == ["V-102"]
        again = officer.post(f"{SUGGESTIONS}/{one['id']}/dismiss", json={"reason": "有误"})
        assert (again.status_code, again.json["code"]) == (409, "suggestion_decided")

    def test_dismisses_it_with_a_reason(self, database: Database, officer: FlaskClient, one: dict[str, Any]) -> None:
        shown = officer.post(f"{SUGGESTIONS}/{one['id']}/dismiss", json={"reason": "已延期"}).json
        assert (shown["state"], shown["reason"], shown["violation_id"]) == ("dismissed", "已延期", None)
        assert told(database, "violation_recorded") == []

    def test_is_made_within_the_area(self, caller: Caller, one: dict[str, Any]) -> None:
        elsewhere = caller(subject="other", divisions=["331003"])
        answer = elsewhere.post(f"{SUGGESTIONS}/{one['id']}/dismiss", json={"reason": "有误"})
        assert answer.json["code"] == "suggestion_not_found"
