"""Proposals to close over HTTP: from penalties and a major hazard, once, and what the bureau decides."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.credit.subscriptions import on_hazard
from shared.clock import business_date
from shared.contracts.inspections import HazardClosed, HazardFound
from shared.database import Database
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise
from tests.integration.credit.test_penalties import decision
from tests.support.events import received

CLOSURES = f"{CREDIT}/closures"


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


def punished(client: FlaskClient, enterprise_id: str, *, days_ago: int, **changes: Any) -> dict[str, Any]:
    day = business_date(datetime.now(UTC)) - timedelta(days=days_ago)
    answer = client.post(f"{CREDIT}/penalties", json=decision(enterprise_id, decided_on=day.isoformat(), **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def hazard(database: Database, enterprise_id: str, *, hazard_id: str = "", is_closed: bool = False) -> str:
    kind, one = (HazardClosed if is_closed else HazardFound), hazard_id or new_id()
    event = kind(hazard_id=one, enterprise_id=enterprise_id, level="major")
    with database.transaction() as session:
        on_hazard(session, [received(event, sequence=2 if is_closed else 1)], now=datetime.now(UTC))
    return one


def proposals(client: FlaskClient) -> list[dict[str, Any]]:
    return list(client.get(CLOSURES).json["items"])


class TestAProposal:
    def test_follows_the_third_penalty_while_a_major_hazard_is_open(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        found = hazard(database, enterprise_id)
        ids = [punished(officer, enterprise_id, days_ago=ago)["id"] for ago in (170, 90)]
        assert proposals(officer) == []
        ids.append(punished(officer, enterprise_id, days_ago=0)["id"])
        [one] = proposals(officer)
        assert (one["span"], one["penalty_ids"], one["hazard_ids"]) == ("180_days", ids, [found])
        assert (one["basis"], one["state"]) == ("安全生产法 第一百一十三条第一项", "proposed")

    def test_follows_the_hazard_too_and_is_made_once(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        for ago in (170, 90, 0):
            punished(officer, enterprise_id, days_ago=ago)
        assert proposals(officer) == []
        hazard(database, enterprise_id)
        hazard(database, enterprise_id)
        assert len(proposals(officer)) == 1

    def test_counts_neither_what_was_withdrawn_nor_what_was_a_persons(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        first = punished(officer, enterprise_id, days_ago=5)
        punished(officer, enterprise_id, days_ago=4, subject_kind="natural", person="王大明")
        given = {"reason": "撤销", "document": "1号", "annulled_on": business_date(datetime.now(UTC)).isoformat()}
        officer.post(f"{CREDIT}/penalties/{first['id']}/steps", json={"event": "withdraw", **given})
        for ago in (3, 2):
            punished(officer, enterprise_id, days_ago=ago)
        hazard(database, enterprise_id)
        assert proposals(officer) == []

    def test_counts_penalties_of_this_law_alone(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        hazard(database, enterprise_id)
        for ago in (3, 2):
            punished(officer, enterprise_id, days_ago=ago)
        punished(officer, enterprise_id, days_ago=1, act="", basis="消防法 第六十条")
        assert proposals(officer) == []
        punished(officer, enterprise_id, days_ago=0, act="", basis="《中华人民共和国安全生产法》第一百零二条")
        assert len(proposals(officer)[0]["penalty_ids"]) == 3

    def test_is_not_made_when_the_hazard_is_closed(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        one = hazard(database, enterprise_id)
        hazard(database, enterprise_id, hazard_id=one, is_closed=True)
        for ago in (3, 2, 1):
            punished(officer, enterprise_id, days_ago=ago)
        assert proposals(officer) == []


class TestADecision:
    @pytest.fixture
    def proposed(self, database: Database, officer: FlaskClient, enterprise_id: str) -> dict[str, Any]:
        for ago in (3, 2, 1):
            punished(officer, enterprise_id, days_ago=ago)
        hazard(database, enterprise_id)
        return proposals(officer)[0]

    def test_is_the_bureaus(self, caller: Caller, officer: FlaskClient, proposed: dict[str, Any]) -> None:
        path = f"{CLOSURES}/{proposed['id']}/decide"
        assert officer.post(path, json={"event": "submit", "document": "函1号"}).status_code == 403
        leader = caller("bureau_leader")
        assert leader.post(path, json={"event": "submit"}).json["code"] == "document_missing"
        shown = leader.post(path, json={"event": "submit", "document": "函1号"}).json
        assert (shown["state"], shown["document"]) == ("submitted", "函1号")
        again = leader.post(path, json={"event": "dismiss", "reason": "有误"})
        assert (again.status_code, again.json["code"]) == (409, "closure_decided")

    def test_against_it_stands_until_there_is_another_penalty(
        self, caller: Caller, database: Database, *, officer: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        dismissed = {"event": "dismiss", "reason": "隐患正在整改"}
        caller("bureau_leader").post(f"{CLOSURES}/{proposed['id']}/decide", json=dismissed)
        hazard(database, proposed["enterprise_id"])
        assert len(proposals(officer)) == 1
        punished(officer, proposed["enterprise_id"], days_ago=0)
        assert [one["state"] for one in proposals(officer)] == ["proposed", "dismissed"]

    def test_is_not_for_it_when_a_penalty_was_withdrawn(
        self, caller: Caller, *, officer: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        given = {"reason": "撤销", "document": "1号", "annulled_on": business_date(datetime.now(UTC)).isoformat()}
        withdrawn = proposed["penalty_ids"][2]
        officer.post(f"{CREDIT}/penalties/{withdrawn}/steps", json={"event": "withdraw", **given})
        leader, path = caller("bureau_leader"), f"{CLOSURES}/{proposed['id']}/decide"
        assert leader.post(path, json={"event": "submit", "document": "函1号"}).json["code"] == "ground_lost"
        punished(officer, proposed["enterprise_id"], days_ago=0)
        assert leader.post(path, json={"event": "dismiss", "reason": "处罚已撤销"}).json["state"] == "dismissed"
        [another, _] = proposals(officer)
        assert (another["state"], withdrawn in another["penalty_ids"]) == ("proposed", False)

    def test_is_made_within_the_area(self, caller: Caller, proposed: dict[str, Any]) -> None:
        leader = caller("bureau_leader", subject="other", divisions=["331003"])
        answer = leader.post(f"{CLOSURES}/{proposed['id']}/decide", json={"event": "dismiss", "reason": "有误"})
        assert answer.json["code"] == "closure_not_found"
