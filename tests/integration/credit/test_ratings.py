"""Credit grades over HTTP: rated anew when something is recorded and when it counts no more, explained, tried out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from services.credit.subscriptions import on_hazard, on_misconduct, on_own_fact
from services.credit.tables import listing_case, rating
from services.credit.use_cases.ratings import rate_enterprises
from shared.clock import business_date
from shared.contracts.credit import AccidentRecorded, PenaltyDecided
from shared.contracts.inspections import EntryRefused, HazardClosed, HazardFound, HazardOverdue, TaskOverdue
from shared.database import Database
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.test_penalties import decision
from tests.support.events import received

RATINGS = f"{CREDIT}/ratings"
HEARD = {"penalty_decided": PenaltyDecided, "accident_recorded": AccidentRecorded}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


def hear(database: Database, event: Any, *, sequence: int = 1) -> None:
    with database.transaction() as session:
        if isinstance(event, HazardFound | HazardClosed):
            on_hazard(session, [received(event, sequence=sequence)], now=datetime.now(UTC))
        else:
            on_misconduct(session, received(event), now=datetime.now(UTC))


def hear_own(database: Database) -> None:
    """Let credit hear what it told itself."""
    for event in told(database, *HEARD):
        with database.transaction() as session:
            contract = HEARD[event["type"].split(".")[1]]
            data = {name: tuple(it) if isinstance(it, list) else it for name, it in event["data"].items()}
            on_own_fact(session, received(contract(**data)), now=datetime.now(UTC))


def by_another(database: Database, **rated: Any) -> None:
    """Let all grades be those of an older policy."""
    with database.transaction() as session:
        session.execute(update(rating).values(policy="v0", **rated))


def explained(client: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    return dict(client.get(f"{RATINGS}/{enterprise_id}").json)


class TestAGrade:
    def test_of_whom_nothing_is_recorded_is_the_best_and_says_what_is_not_counted(
        self, officer: FlaskClient, enterprise_id: str
    ) -> None:
        shown = explained(officer, enterprise_id)
        assert (shown["grade"], shown["score"], shown["policy"]) == ("A", 100, "v1")
        assert "standardisation" in shown["not_counted"]
        assert officer.get(RATINGS).json["items"] == []

    def test_follows_penalties_and_is_told(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        for _ in range(2):
            officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        [row] = officer.get(RATINGS, query_string={"grade": "B", "division": "331002001"}).json["items"]
        assert (row["score"], row["by_score"]) == (94, "A")
        shown = explained(officer, enterprise_id)
        references = {one for reason in shown["counted"] + shown["moved"] for one in reason["references"]}
        assert {one["reference"] for one in shown["facts"]} == references
        assert ({one["kind"] for one in shown["facts"]}, shown["source"]["status"]) == ({"penalty_general"}, "design")
        data = [event["data"] for event in told(database, "credit_rated")][-1]
        assert (data["grade"], data["score"], data["policy"]) == ("B", 94, "v1")

    def test_is_told_once_while_nothing_changes(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        hear_own(database)
        assert len(told(database, "credit_rated")) == 1

    def test_follows_accidents(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        day = business_date(datetime.now(UTC)).isoformat()
        body = {"enterprise_id": enterprise_id, "occurred_on": day}
        fatal = {"kind": "fall", "deaths": 1, "is_mainly_responsible": True}
        for more in (fatal, {"kind": "burn"}, {"kind": "fire", "deaths": 1}):
            officer.post(f"{CREDIT}/accidents", json=body | more)
        hear_own(database)
        assert explained(officer, enterprise_id)["grade"] == "C"
        officer.post(f"{CREDIT}/accidents", json=body | {"kind": "drowning", "is_concealed": True})
        shown = explained(officer, enterprise_id)
        assert (shown["grade"], [one["id"] for one in shown["moved"]]) == ("D", ["fatal_accident", "grave_accident"])

    def test_follows_what_others_tell_until_it_is_dismissed(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        hear(database, EntryRefused(task_id=new_id(), enterprise_id=enterprise_id, tier=4))
        hear(database, TaskOverdue(task_id=new_id(), enterprise_id=enterprise_id, tier=1))
        hear(database, TaskOverdue(task_id=new_id(), enterprise_id=enterprise_id, tier=3))
        assert explained(officer, enterprise_id)["score"] == 88
        suggestions = officer.get(f"{CREDIT}/suggestions", query_string={"state": "open"}).json["items"]
        assert [one["kind"] for one in suggestions] == ["entry_refused"]
        officer.post(f"{CREDIT}/suggestions/{suggestions[0]['id']}/dismiss", json={"reason": "误会"})
        assert [event["data"]["score"] for event in told(database, "credit_rated")] == [90, 88, 98]

    def test_is_the_worst_while_a_major_hazard_is_overdue(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        facts = {"hazard_id": new_id(), "enterprise_id": enterprise_id, "level": "major"}
        hear(database, HazardFound(**facts))
        hear(database, HazardOverdue(**facts))
        assert explained(officer, enterprise_id)["grade"] == "D"
        hear(database, HazardClosed(**facts), sequence=3)
        grades = [event["data"]["grade"] for event in told(database, "credit_rated")]
        assert (explained(officer, enterprise_id)["grade"], grades) == ("A", ["D", "A"])

    def test_gets_better_when_a_fact_counts_no_more(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        run_clock(database, now=datetime.now(UTC) + timedelta(days=367))
        assert [event["data"]["score"] for event in told(database, "credit_rated")] == [97, 100]

    def test_follows_another_policy_from_its_day_on(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        now, found = datetime.now(UTC), []
        run_clock(database, now=now)
        by_another(database, score=70, grade="B")
        for ahead in (0, 1):
            run_clock(database, now=now + timedelta(days=ahead))
            with database.reading() as session:
                found += [tuple(row) for row in session.execute(select(rating.c.policy, rating.c.score))]
        assert found == [("v0", 70), ("v1", 97)]
        assert [event["data"]["policy"] for event in told(database, "credit_rated")] == ["v1", "v1"]

    def test_names_the_policy_also_when_it_changes_nothing(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        by_another(database)
        run_clock(database, now=datetime.now(UTC))
        with database.reading() as session:
            assert session.scalars(select(rating.c.policy)).all() == ["v1"]
        assert len(told(database, "credit_rated")) == 1

    def test_is_the_worst_of_who_is_listed(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        today = business_date(datetime.now(UTC))
        with database.transaction() as session:
            session.execute(insert(listing_case).values(**listed(enterprise_id), listed_on=today))
            rate_enterprises(session, [enterprise_id], now=datetime.now(UTC))
        assert [one["id"] for one in explained(officer, enterprise_id)["moved"]] == ["listed"]

    def test_is_not_that_of_a_principal_who_alone_is_listed(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        today = business_date(datetime.now(UTC))
        with database.transaction() as session:
            own = {**listed(enterprise_id), "condition": "BL-6-5", "listed_on": today}
            session.execute(insert(listing_case).values(**own))
            rate_enterprises(session, [enterprise_id], now=datetime.now(UTC))
        assert explained(officer, enterprise_id)["moved"] == []


class TestWhoSees:
    def test_is_the_bureau_within_its_area(self, caller: Caller, enterprise_id: str) -> None:
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert own.get(f"{RATINGS}/{enterprise_id}").status_code == 403
        elsewhere = caller(subject="other", divisions=["331003"])
        assert elsewhere.get(f"{RATINGS}/{enterprise_id}").status_code == 404


class TestTheList:
    def test_is_searched_and_counted_by_grade_with_the_same_filters(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        for _ in range(2):
            officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        name = explained(officer, enterprise_id)["name"]
        for q, count in ((name[1:3], 1), ("没有此企业", 0)):
            assert len(officer.get(RATINGS, query_string={"q": q}).json["items"]) == count
            figures = officer.get(f"{RATINGS}/figures", query_string={"q": q, "division": "331002001"}).json["items"]
            assert [(one["grade"], one["count"]) for one in figures] == [("A", 0), ("B", count), ("C", 0), ("D", 0)]
        assert officer.get(f"{RATINGS}/figures", query_string={"division": "331003"}).json["items"][1]["count"] == 0


class TestThePolicy:
    def test_says_what_counts_and_where_it_stands(self, officer: FlaskClient) -> None:
        table = officer.get(f"{RATINGS}/table").json
        [policy] = [one for one in table["items"] if one["version"] == table["present"]]
        assert (policy["start"], policy["months"], policy["source"]["status"]) == (100, 12, "design")
        assert {"id": "penalty_light", "points": -1}.items() <= policy["points"][1].items()
        assert policy["grades"][0] == {"id": "A", "least": 80, "is_above": True}
        assert [one["id"] for one in policy["moves"]][-1] == "listed"

    def test_is_not_for_the_enterprise(self, caller: Caller, enterprise_id: str) -> None:
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        assert [own.get(f"{RATINGS}/{name}").status_code for name in ("table", "figures")] == [403, 403]


class TestATrial:
    def test_compares_and_changes_nothing(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        officer.post(f"{CREDIT}/penalties", json=decision(enterprise_id))
        hear_own(database)
        tried = officer.post(f"{RATINGS}/trial", json={"points": {"penalty_general": -50}}).json
        moved = [(one["grade"], one["now"], one["then"]) for one in tried["grades"]]
        assert moved == [("A", 1, 0), ("B", 0, 0), ("C", 0, 1), ("D", 0, 0)]
        assert [(one["enterprise_id"], one["now"], one["then"]) for one in tried["movers"]] == [
            (enterprise_id, "A", "C")
        ]
        assert tried["moved"] == 1
        assert explained(officer, enterprise_id)["grade"] == "A"


def listed(enterprise_id: str) -> dict[str, Any]:
    """Return a case that is on the list."""
    texts = ("facts", "basis", "proposed_by", "statement", "decided_by", "system_number", "removal", "removal_number")
    named = {"id": new_id(), "enterprise_id": enterprise_id, "penalty_id": new_id(), "state": "active"}
    documents = {"penalty": {}, "accidents": [], "decision": {}}
    flags = {"is_open": True, "is_system_updated": True, "version": 1, "told": 1}
    rest = {"condition": "BL-7-4", "proposed_at": datetime.now(UTC)}
    return {**dict.fromkeys(texts, ""), **named, **documents, **flags, **rest}
