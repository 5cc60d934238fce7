"""Policies of the credit grade over HTTP: drafted, tried out, adopted by somebody else, in force by the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from services.credit.tables import rating
from shared.clock import business_date
from shared.database import Database
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.test_penalties import decision
from tests.integration.credit.test_ratings import explained, hear_own
from tests.support.racing import at_once

RATINGS = f"{CREDIT}/ratings"
POLICIES = f"{RATINGS}/policies"
HARSH = {"points": {"penalty_general": -30}, "grades": {"A": 85}}


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


@pytest.fixture
def leader(caller: Caller) -> FlaskClient:
    return caller("bureau_leader")


@pytest.fixture
def enterprise_id(database: Database, officer: FlaskClient) -> str:
    """Return an enterprise with one general penalty: 97 points, A."""
    enterprise_id = known_enterprise(database)
    officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
    hear_own(database)
    return enterprise_id


def day(ahead: int) -> str:
    return (business_date(datetime.now(UTC)) + timedelta(ahead)).isoformat()


def drafted(officer: FlaskClient, **changes: Any) -> dict[str, Any]:
    return dict(officer.post(POLICIES, json=changes or HARSH).json)


def taken(client: FlaskClient, policy_id: str, step: str, **body: Any) -> Any:
    """Take a step with a policy as it stands."""
    match = {"If-Match": client.get(f"{POLICIES}/{policy_id}").headers["ETag"]}
    path = f"{POLICIES}/{policy_id}" + (f"/{step}" if step else "")
    method = "POST" if step else "PATCH"
    return client.open(path, method=method, json=body or None, headers=match)


def adopted(officer: FlaskClient, leader: FlaskClient, *, ahead: int, **changes: Any) -> dict[str, Any]:
    policy_id = drafted(officer, **changes)["id"]
    taken(officer, policy_id, "trial")
    said = {"first_day": day(ahead), "document": "椒应急〔2026〕8号", "reason": "局务会通过"}
    return dict(taken(leader, policy_id, "adopt", **said).json)


def grades(database: Database) -> list[tuple[str, int, str]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(rating.c.policy, rating.c.score, rating.c.grade))]


class TestADraft:
    def test_begins_with_the_policy_in_force_and_names_what_is_new(self, officer: FlaskClient) -> None:
        draft = drafted(officer)
        assert (draft["state"], draft["version"], draft["official"], draft["is_tried"]) == (
            "draft",
            "v1.1",
            "v1",
            False,
        )
        found = [(one["part"], one["id"], one["before"], one["after"]) for one in draft["differences"]]
        assert found == [("points", "penalty_general", -3, -30), ("grades", "A", 80, 85)]
        assert (draft["policy"]["months"], draft["compared_with"]) == (12, "v1")
        assert officer.get(f"{RATINGS}/table").json["draft"] == draft["id"]

    def test_changes_nothing_and_there_is_one_at_a_time(
        self, officer: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        drafted(officer)
        run_clock(database, now=datetime.now(UTC))
        assert (officer.post(POLICIES, json={}).json["code"], grades(database)) == ("draft_exists", [("v1", 97, "A")])

    def test_is_one_of_two_that_begin_at_the_same_moment(self, caller: Caller, officer: FlaskClient) -> None:
        officers = [caller(subject=f"officer-{number}") for number in range(4)]
        answers = at_once(lambda number: officers[number].post(POLICIES, json=HARSH), threads=4)
        assert sorted(answer.json.get("code", "drafted") for answer in answers) == ["draft_exists"] * 3 + ["drafted"]
        assert [one["version"] for one in officer.get(POLICIES).json["items"]] == ["v1.1"]

    def test_is_amended_as_it_was_read(self, officer: FlaskClient) -> None:
        policy_id = drafted(officer)["id"]
        assert officer.patch(f"{POLICIES}/{policy_id}", json={"start": 90}).status_code == 428
        amended = taken(officer, policy_id, "", start=90).json
        points = {one["id"]: one["points"] for one in amended["policy"]["points"]}
        assert (amended["revision"], amended["policy"]["start"], points["penalty_general"]) == (2, 90, -30)
        stale = officer.patch(f"{POLICIES}/{policy_id}", json={"start": 80}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412

    def test_is_refused_with_what_cannot_be(self, officer: FlaskClient) -> None:
        codes = [
            officer.post(POLICIES, json=body).json["code"]
            for body in ({"grades": {"B": 90}}, {"moves": {"listed": 0}}, {"points": {"penalty_light": 1}})
        ]
        assert codes[:2] == ["policy_unsuitable", "policy_locked"]
        assert officer.get(POLICIES).json["items"] == []

    def test_is_dropped_with_a_reason_and_stays_in_the_history(self, officer: FlaskClient) -> None:
        policy_id = drafted(officer)["id"]
        dropped = taken(officer, policy_id, "drop", reason="另行起草").json
        assert (dropped["state"], dropped["ended_because"]) == ("dropped", "另行起草")
        assert taken(officer, policy_id, "trial").json["code"] == "not_a_draft"
        assert drafted(officer)["version"] == "v1.2"
        states = {one["version"]: one["state"] for one in officer.get(POLICIES).json["items"]}
        assert states == {"v1.1": "dropped", "v1.2": "draft"}
        assert [one["version"] for one in officer.get(POLICIES, query_string={"state": "draft"}).json["items"]] == [
            "v1.2"
        ]


class TestATrial:
    def test_names_who_would_move_and_is_noted(
        self, officer: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        policy_id = drafted(officer)["id"]
        tried = taken(officer, policy_id, "trial").json
        assert [(one["enterprise_id"], one["now"], one["then"]) for one in tried["movers"]] == [
            (enterprise_id, "A", "B")
        ]
        assert officer.get(f"{POLICIES}/{policy_id}").json["is_tried"]
        assert not taken(officer, policy_id, "", start=99).json["is_tried"]
        assert grades(database) == [("v1", 97, "A")]


class TestAnAdoption:
    def test_holds_for_everybody_from_today_on_without_a_restart(
        self, officer: FlaskClient, leader: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        assert adopted(officer, leader, ahead=0)["state"] == "adopted"
        run_clock(database, now=datetime.now(UTC))
        assert grades(database) == [("v1.1", 70, "B")]
        assert [(one["data"]["policy"], one["data"]["grade"]) for one in told(database, "credit_rated")] == [
            ("v1", "A"), ("v1.1", "B"),
        ]  # fmt: skip
        shown = explained(officer, enterprise_id)
        assert shown["is_own"]
        assert (shown["policy"], shown["source"]["document"], shown["source"]["status"]) == (
            "v1.1", "椒应急〔2026〕8号", "design",
        )  # fmt: skip

    def test_holds_from_its_first_day_and_the_one_before_stays_in_the_table(
        self, officer: FlaskClient, leader: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        adopted(officer, leader, ahead=2)
        now, found = datetime.now(UTC), []
        for ahead in (0, 1, 2):
            run_clock(database, now=now + timedelta(days=ahead))
            found += grades(database)
        assert found == [("v1", 97, "A"), ("v1", 97, "A"), ("v1.1", 70, "B")]
        table = officer.get(f"{RATINGS}/table").json
        assert ([one["version"] for one in table["items"]], table["present"]) == (["v1", "v1.1"], "v1")

    def test_is_followed_by_another_one_upon_it(self, officer: FlaskClient, leader: FlaskClient) -> None:
        adopted(officer, leader, ahead=0)
        second = drafted(officer, start=95)
        assert [(one["id"], one["before"], one["after"]) for one in second["differences"]] == [("start", 100, 95)]
        taken(officer, second["id"], "trial")
        said = {"first_day": day(0), "document": "9号文", "reason": "同日"}
        assert taken(leader, second["id"], "adopt", **said).json["code"] == "policy_day_taken"

    def test_is_refused_to_who_wrote_it_untried_and_for_the_past(self, caller: Caller, leader: FlaskClient) -> None:
        both = caller("bureau_officer", subject="a-bureau_leader")
        policy_id = drafted(both)["id"]
        said = {"document": "椒应急〔2026〕8号", "reason": "局务会通过"}
        codes = [taken(leader, policy_id, "adopt", first_day=day(0), **said).json["code"]]
        other = caller("bureau_leader", subject="other-leader")
        codes += [taken(other, policy_id, "adopt", first_day=day(0), **said).json["code"]]
        taken(both, policy_id, "trial")
        codes += [taken(other, policy_id, "adopt", first_day=day(-1), **said).json["code"]]
        assert codes == ["drafted_yourself", "not_tried_out", "first_day_passed"]

    def test_is_not_for_officers_nor_for_the_enterprise(
        self, caller: Caller, officer: FlaskClient, enterprise_id: str
    ) -> None:
        policy_id = drafted(officer)["id"]
        said = {"first_day": day(0), "document": "8号文", "reason": "通过"}
        assert taken(officer, policy_id, "adopt", **said).status_code == 403
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert [own.get(path).status_code for path in (POLICIES, f"{POLICIES}/{policy_id}")] == [403, 403]


class TestAWithdrawal:
    def test_takes_back_what_has_not_begun(
        self, officer: FlaskClient, leader: FlaskClient, database: Database, enterprise_id: str
    ) -> None:
        policy_id = adopted(officer, leader, ahead=1)["id"]
        withdrawn = taken(leader, policy_id, "withdraw", reason="另有规定").json
        assert (withdrawn["state"], withdrawn["ended_because"]) == ("withdrawn", "另有规定")
        run_clock(database, now=datetime.now(UTC) + timedelta(days=2))
        assert grades(database) == [("v1", 97, "A")]

    def test_is_refused_of_what_holds_and_of_what_is_unknown(self, officer: FlaskClient, leader: FlaskClient) -> None:
        policy_id = adopted(officer, leader, ahead=0)["id"]
        assert taken(leader, policy_id, "withdraw", reason="反悔").json["code"] == "policy_has_begun"
        unknown = policy_id[:-4] + "0000"
        assert leader.get(f"{POLICIES}/{unknown}").json["code"] == "policy_not_found"
