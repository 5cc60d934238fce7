"""The commitment of today over HTTP: opened, judged, signed, amended, shown to everybody."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from services.permits.subscriptions import on_hazard
from services.permits.tables import commitment
from shared.contracts.inspections import HazardFound
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import (
    COMMITMENTS,
    NOW,
    PERMITS,
    TODAY,
    Caller,
    at,
    known_enterprise,
    owes,
    told,
)
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NIL = {"content": {"risk_grade": 4, "units": 3, "running": 3}, "is_nil": True}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    """Return an enterprise with all tiers that owes the commitment of today; its hour has not come."""
    found = known_enterprise(database, headcount=400)
    owes(database, found, now=at(TODAY, "00:00"))
    in_time(database)
    return found


@pytest.fixture
def principal(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)


def in_time(database: Database) -> None:
    """Let the hour of every commitment be the end of today, whenever the tests run."""
    with database.transaction() as session:
        session.execute(update(commitment).values(due_at=at(TODAY, "23:59")))


def opened(client: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    answer = client.post(f"{COMMITMENTS}/today", json={"enterprise_id": enterprise_id})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def step(client: FlaskClient, commitment_id: str, event: str, **body: Any) -> Any:
    return client.post(f"{COMMITMENTS}/{commitment_id}/{event}", json=body)


def signed(client: FlaskClient, enterprise_id: str, **changes: Any) -> dict[str, Any]:
    """Let every tier judge and the principal sign; return what was published."""
    one = opened(client, enterprise_id)
    for tier in one["tiers"]:
        assert step(client, one["id"], "judge", tier=tier).status_code == 200
    answer = step(client, one["id"], "sign", **(NIL | changes))
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


class TestToday:
    def test_is_one_record_however_often_it_is_opened(self, principal: FlaskClient, enterprise_id: str) -> None:
        first, second = (opened(principal, enterprise_id) for _ in range(2))

        assert (first["id"], first["state"], first["next_tier"]) == (second["id"], "open", "team")

    def test_is_refused_to_who_owes_none(self, database: Database, caller: Caller) -> None:
        other = known_enterprise(database)
        client = caller("enterprise_user", divisions=[], enterprise_id=other)

        answer = client.post(f"{COMMITMENTS}/today", json={"enterprise_id": other})

        assert (answer.status_code, answer.json["code"]) == (422, "commitment_not_owed")

    def test_is_judged_from_the_bottom_up(self, principal: FlaskClient, enterprise_id: str) -> None:
        one = opened(principal, enterprise_id)
        states = [step(principal, one["id"], "judge", tier=tier, remark="正常").json["state"] for tier in one["tiers"]]

        early = step(principal, one["id"], "judge", tier="team")

        assert states == ["team_judged", "workshop_judged", "department_judged"]
        assert (early.status_code, early.json["code"]) == (409, "tier_not_next")

    def test_carries_up_what_the_tiers_counted(self, principal: FlaskClient, enterprise_id: str) -> None:
        one = opened(principal, enterprise_id)
        step(principal, one["id"], "judge", tier="team", content={"height": 2})

        shown = principal.get(f"{COMMITMENTS}/{one['id']}").json

        assert (shown["suggested"], shown["steps"][0]["tier"]) == ({"height": 2}, "team")

    def test_is_published_by_the_signature(
        self, principal: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        done = signed(principal, enterprise_id)

        [event] = told(database, "commitment_made")
        assert (done["state"], done["is_late"], done["is_nil"], done["next_tier"]) == ("published", False, True, "")
        assert (event["data"]["commitment_id"], event["data"]["is_nil"]) == (done["id"], True)

    def test_is_based_on_what_was_read(self, principal: FlaskClient, enterprise_id: str) -> None:
        one = opened(principal, enterprise_id)

        answer = step(principal, one["id"], "judge", tier="team", version=one["version"] + 1)

        assert (answer.status_code, answer.json["code"]) == (409, "commitment_changed")

    def test_is_not_owed_any_more_the_next_day(
        self, principal: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        one = opened(principal, enterprise_id)
        with database.transaction() as session:
            session.execute(update(commitment).values(day=TODAY.replace(year=2020)))

        answer = step(principal, one["id"], "judge", tier="team")

        assert (answer.status_code, answer.json["code"]) == (409, "commitment_day_over")

    def test_by_a_delegate_is_marked(self, caller: Caller, enterprise_id: str) -> None:
        delegate = caller("enterprise_safety_officer", divisions=[], enterprise_id=enterprise_id)

        done = signed(delegate, enterprise_id, letter="委托书 2026-11-20")

        marked = delegate.get(f"{COMMITMENTS}?mark=delegated").json["items"]
        assert [(row["id"], row["letter"]) for row in marked] == [(done["id"], "委托书 2026-11-20")]

    def test_that_is_no_longer_owed_is_not_signed(
        self, principal: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        one = opened(principal, enterprise_id)
        owes(database, enterprise_id, now=at(TODAY, "00:00"), sequence=2, ends_on=TODAY.isoformat())

        answer = step(principal, one["id"], "judge", tier="team")

        assert (answer.status_code, answer.json["code"]) == (422, "commitment_not_owed")


class TestAmendment:
    def test_keeps_the_old_version(self, principal: FlaskClient, database: Database, enterprise_id: str) -> None:
        one = signed(principal, enterprise_id)
        changed = {"content": {"risk_grade": 3, "hot_work_1": 1}, "reason": "增加一处动火"}

        amended = step(principal, one["id"], "amend", **changed)

        editions = principal.get(f"{COMMITMENTS}/{one['id']}").json["editions"]
        assert (amended.status_code, amended.json["is_nil"], amended.json["edition"]) == (200, False, 2)
        assert [row["content"]["hot_work_1"] for row in editions] == [0, 1]
        assert told(database, "commitment_made")[-1]["data"]["counts"] == {"hot_work_1": 1}

    def test_belongs_to_its_day(self, principal: FlaskClient, database: Database, enterprise_id: str) -> None:
        one = signed(principal, enterprise_id)
        with database.transaction() as session:
            session.execute(update(commitment).values(day=TODAY.replace(year=2020)))

        answers = [step(principal, one["id"], event, **NIL, reason="x") for event in ("amend", "sign")]

        assert [answer.json["code"] for answer in answers if answer.status_code == 409] == ["commitment_day_over"]


class TestDispute:
    @pytest.fixture(autouse=True)
    def a_major_hazard(self, database: Database, enterprise_id: str) -> None:
        """Let a major hazard be open at the enterprise."""
        event = HazardFound(hazard_id=new_id(), enterprise_id=enterprise_id, level="major")
        with database.transaction() as session:
            on_hazard(session, [received(event)], now=NOW)

    def test_is_told_when_a_major_hazard_is_hidden(
        self, principal: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        done = signed(principal, enterprise_id)

        [event] = told(database, "commitment_disputed")
        shown = principal.get(f"{COMMITMENTS}?mark=disputed").json["items"]
        assert (event["data"]["checks"], event["data"]["is_high"]) == (["major_hazard_hidden"], True)
        assert [(row["id"], row["computed_grade"], row["content"]["risk_grade"]) for row in shown] == [
            (done["id"], 1, 4)
        ]

    def test_ends_with_an_amendment_that_agrees(
        self, principal: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        one = signed(principal, enterprise_id)
        same = step(principal, one["id"], "amend", **NIL, reason="再次确认").json
        agrees = NIL["content"] | {"has_major_hazard": True}

        amended = step(principal, one["id"], "amend", content=agrees, is_nil=True, reason="补报重大隐患").json

        assert (same["is_disputed"], amended["is_disputed"]) == (True, False)
        assert [event["sequence"] for event in told(database, "commitment_made", "commitment_disputed")] == list("1234")

    def test_is_avoided_by_the_form_that_says_so(self, principal: FlaskClient, enterprise_id: str) -> None:
        assert opened(principal, enterprise_id)["suggested"] == {"has_major_hazard": True}


class TestBoard:
    def test_counts_what_its_lists_open(self, principal: FlaskClient, caller: Caller, enterprise_id: str) -> None:
        signed(principal, enterprise_id)
        officer = caller()

        [row] = officer.get(f"{COMMITMENTS}/board").json["items"]

        marks = [name for name in row if name != "subdistrict"]
        lists = {name: officer.get(f"{COMMITMENTS}?mark={name}&subdistrict={row['subdistrict']}") for name in marks}
        assert {name: len(answer.json["items"]) for name, answer in lists.items()} == {
            name: row[name] for name in marks
        }
        assert (row["owed"], row["made"], row["awaited"], row["nil"]) == (1, 1, 0, 1)

    def test_shows_everybody_what_was_published(
        self, principal: FlaskClient, caller: Caller, enterprise_id: str
    ) -> None:
        board = f"{PERMITS}/public/commitments"
        before = caller().get(board).json["items"]
        signed(principal, enterprise_id)

        [shown] = caller().get(f"{board}?enterprise_id={enterprise_id}").json["items"]

        assert (before, shown["name"], shown["content"]["running"]) == ([], "甲字号化工厂", 3)

    def test_is_part_of_the_file_of_the_enterprise(self, principal: FlaskClient, enterprise_id: str) -> None:
        done = signed(principal, enterprise_id)

        file = principal.get(f"{PERMITS}/enterprises/{enterprise_id}").json

        assert (file["owes_commitment"], file["commitment"]["id"], file["misses_this_month"]) == (True, done["id"], 0)

    def test_tells_what_is_declared(self, caller: Caller) -> None:
        table = caller().get(f"{COMMITMENTS}/rules").json

        assert ("hot_work_special" in [one["id"] for one in table["fields"]], table["misses_for_credit"]) == (True, 3)
