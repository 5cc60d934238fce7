"""New versions of the policy: what a draft changes is counted before it counts, and then exactly that happens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.risk.tables import grade, grade_history, policy_shift
from services.risk.use_cases.policies import ROWS_READ_PER_STEP
from services.risk.worker import declarations
from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from shared.work.jobs import run_step
from shared.work.timers import run_due
from tests.integration.risk.conftest import Tell, feature, state_event
from tests.support.callers import Signer

POLICIES = "/api/v1/risk/policies"
COATING = {"card": "GM-DESIGN", "part": "rule", "id": "G1f", "value": -12}  # 8 points today
NORTH, SOUTH = "331002001000", "331002002000"


@pytest.fixture
def administrator(app: Flask, signer: Signer) -> FlaskClient:
    actions = ["policy:read", "policy:write", "grade:read", "fact:write"]
    return signer.client(app, subject="administrator", actions=actions, divisions=["331002"])


@pytest.fixture
def district(tell: Tell) -> list[str]:
    """Return the ids of six enterprises: three that coat, of which two become yellow with harsher points."""
    coats, does_not = {"coating": feature()}, {}
    events = [
        state_event(new_id(), division=division, headcount=headcount, features=features)
        for division, headcount, features in (
            (NORTH, 10, coats),
            (NORTH, 10, coats),
            (SOUTH, 500, coats),
            (NORTH, 10, does_not),
            (SOUTH, 10, does_not),
            (SOUTH, 500, does_not),
        )
    ]
    tell(*events)
    return [event.subject for event in events]


def drafted(client: FlaskClient, *amendments: dict[str, Any]) -> dict[str, Any]:
    draft = client.post(POLICIES, json={"note": "涂装从严"}).json
    answer = client.put(
        f"{POLICIES}/{draft['id']}",
        json={"note": "涂装从严", "amendments": list(amendments)},
        headers={"If-Match": f'"{draft["revision"]}"'},
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def run_jobs(database: Database) -> None:
    while run_step(database, declarations(), now=datetime.now(UTC) + timedelta(minutes=1)):
        pass


def shifts(database: Database, phase: str) -> set[tuple[str, int, int, int]]:
    columns = policy_shift.c
    wanted = select(columns.subdistrict, columns.before, columns.after, columns.enterprises)
    with database.reading() as session:
        return {tuple(row) for row in session.execute(wanted.where(columns.phase == phase))}


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("district")
class TestDraft:
    def test_shows_how_it_differs(self, administrator: FlaskClient) -> None:
        draft = drafted(administrator, COATING, {"card": "GM-DESIGN", "part": "threshold", "id": "4", "value": 92})

        found = [(one["part"], one["id"], one["before"], one["after"]) for one in draft["differences"]]
        assert found == [("threshold", "4", 90.0, 92.0), ("rule", "G1f", -8.0, -12.0)]
        assert [card["version"] for card in draft["cards"]] == ["2018.1", "2026.1.1"]

    def test_changes_nothing_yet(self, administrator: FlaskClient, database: Database) -> None:
        drafted(administrator, COATING)

        listed = administrator.get(POLICIES).json["items"]
        assert [(one["state"], one["is_in_force"]) for one in listed] == [("draft", False), ("release", True)]
        assert administrator.get("/api/v1/risk/cards/GM-DESIGN").json["version"] == "2026.1"

    def test_is_the_only_one(self, administrator: FlaskClient) -> None:
        drafted(administrator)

        assert administrator.post(POLICIES, json={}).json["code"] == "draft_exists"

    def test_can_be_discarded_and_then_not_be_changed(self, administrator: FlaskClient) -> None:
        draft = drafted(administrator)
        administrator.post(f"{POLICIES}/{draft['id']}/discard")

        answer = administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        assert (answer.json["code"], administrator.post(POLICIES, json={}).status_code) == ("not_a_draft", 201)

    @pytest.mark.parametrize(
        ("amendment", "code"),
        [
            ({**COATING, "id": "G99"}, "unknown_part"),
            ({**COATING, "card": "NONE"}, "unknown_part"),
            ({**COATING, "value": 8}, "unsuitable_points"),
            ({**COATING, "value": 0}, "unsuitable_points"),
            ({"card": "GM-DESIGN", "part": "threshold", "id": "4", "value": 75}, "unsuitable_points"),
            ({**COATING, "value": -1.25}, "unsuitable_points"),
            ({"card": "GM-DESIGN", "part": "item", "id": "G1", "value": -1}, "unsuitable_points"),
        ],
    )
    def test_refuses_what_is_no_policy(self, administrator: FlaskClient, amendment: dict[str, Any], code: str) -> None:
        draft = drafted(administrator)
        body = {"amendments": [amendment]}
        answer = administrator.put(f"{POLICIES}/{draft['id']}", json=body, headers={"If-Match": '"2"'})

        assert (answer.status_code, answer.json["code"]) == (422, code)

    def test_needs_the_revision_that_was_read(self, administrator: FlaskClient) -> None:
        draft = drafted(administrator)
        answer = administrator.put(f"{POLICIES}/{draft['id']}", json={"amendments": []}, headers={"If-Match": '"1"'})

        assert answer.status_code == 412

    def test_that_does_not_exist_is_not_found(self, administrator: FlaskClient) -> None:
        assert administrator.get(f"{POLICIES}/{new_id()}").json["code"] == "policy_not_found"


@pytest.mark.usefixtures("district")
class TestSimulation:
    def test_counts_by_subdistrict_and_writes_no_grade(self, administrator: FlaskClient, database: Database) -> None:
        draft = drafted(administrator, COATING)
        before = count(database, grade_history)

        administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        run_jobs(database)

        shown = administrator.get(f"{POLICIES}/{draft['id']}").json
        assert shifts(database, "simulation") == {(NORTH[:9], 4, 3, 2)}
        assert (shown["job"]["state"], shown["job"]["done"], shown["job"]["total"]) == ("completed", 6, 6)
        assert count(database, grade_history) == before

    def test_adds_up_what_it_counted_in_steps(self, administrator: FlaskClient, database: Database, tell: Tell) -> None:
        coats = {"coating": feature()}
        tell(state_event(new_id(), division=SOUTH, headcount=10, features=coats))
        tell(*(state_event(new_id(), division=NORTH, headcount=10, features=coats) for _ in range(ROWS_READ_PER_STEP)))
        draft = drafted(administrator, COATING)

        administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        run_jobs(database)

        assert shifts(database, "simulation") == {
            (NORTH[:9], 4, 3, ROWS_READ_PER_STEP + 2),
            (SOUTH[:9], 4, 3, 1),
        }

    def test_is_needed_before_activation_and_again_after_a_change(
        self, administrator: FlaskClient, database: Database
    ) -> None:
        draft = drafted(administrator, COATING)
        first = administrator.post(f"{POLICIES}/{draft['id']}/activate", json={})
        administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        run_jobs(database)
        administrator.put(f"{POLICIES}/{draft['id']}", json={"amendments": []}, headers={"If-Match": '"2"'})

        again = administrator.post(f"{POLICIES}/{draft['id']}/activate", json={})

        assert [first.json["code"], again.json["code"]] == ["not_simulated"] * 2

    def test_of_an_older_revision_ends_without_a_result(self, administrator: FlaskClient, database: Database) -> None:
        draft = drafted(administrator, COATING)
        administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        administrator.put(f"{POLICIES}/{draft['id']}", json={"amendments": []}, headers={"If-Match": '"2"'})

        run_jobs(database)

        shown = administrator.get(f"{POLICIES}/{draft['id']}").json
        assert (shown["simulated_revision"], shifts(database, "simulation")) == (None, set())


@pytest.mark.usefixtures("district")
class TestActivation:
    def activated(self, client: FlaskClient, database: Database, **body: Any) -> str:
        draft = drafted(client, COATING)
        client.post(f"{POLICIES}/{draft['id']}/simulate")
        run_jobs(database)
        answer = client.post(f"{POLICIES}/{draft['id']}/activate", json=body)
        assert answer.status_code == 202, answer.text
        return str(draft["id"])

    def test_does_what_the_simulation_said(self, administrator: FlaskClient, database: Database) -> None:
        self.activated(administrator, database)
        run_jobs(database)

        assert shifts(database, "activation") == shifts(database, "simulation") == {(NORTH[:9], 4, 3, 2)}
        with database.reading() as session:
            versions = set(session.scalars(select(grade.c.card_version)))
        assert versions == {"2026.1.1"}

    def test_is_told(self, administrator: FlaskClient, database: Database) -> None:
        policy_id = self.activated(administrator, database)

        with database.reading() as session:
            body = session.scalar(select(outbox.c.body).where(outbox.c.type == "risk.policy_activated.v1"))
        told = orjson.loads(body)["data"]
        assert (told["policy_id"], told["version"]) == (policy_id, "2026.1.1")

    def test_of_harmless_changes_writes_only_what_changed(self, administrator: FlaskClient, database: Database) -> None:
        chemical = {"card": "WH-YJ2018-19", "part": "rule", "id": "8.1a", "value": 4}
        draft = drafted(administrator, chemical)
        administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        run_jobs(database)
        before = count(database, grade_history)

        administrator.post(f"{POLICIES}/{draft['id']}/activate", json={})
        run_jobs(database)

        assert count(database, grade_history) == before

    def test_lets_editing_go_on_meanwhile(
        self, administrator: FlaskClient, database: Database, district: list[str]
    ) -> None:
        self.activated(administrator, database)
        answer = administrator.put(
            f"/api/v1/risk/facts/{district[0]}",
            json={"facts": {"coating": {"value": "no"}}},
            headers={"If-Match": '"0"'},
        )
        edited = administrator.get(f"/api/v1/risk/grades/{district[0]}").json

        run_jobs(database)

        assert (answer.status_code, edited["card_version"], edited["level"]) == (200, "2026.1.1", 4)
        assert shifts(database, "activation") == {(NORTH[:9], 4, 3, 1)}

    def test_may_wait_for_a_day(self, administrator: FlaskClient, database: Database) -> None:
        start = datetime.now(UTC) + timedelta(days=30)
        self.activated(administrator, database, effective_from=start.isoformat())
        before = administrator.get("/api/v1/risk/cards/GM-DESIGN").json["version"]

        run_due(database, declarations(), now=start)

        with database.reading() as session:
            told = session.scalar(select(func.count()).where(outbox.c.type == "risk.policy_activated.v1"))
        assert (before, told) == ("2026.1", 1)

    def test_never_counts_from_the_past(self, administrator: FlaskClient, database: Database) -> None:
        draft = drafted(administrator, COATING)
        administrator.post(f"{POLICIES}/{draft['id']}/simulate")
        run_jobs(database)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()

        answer = administrator.post(f"{POLICIES}/{draft['id']}/activate", json={"effective_from": yesterday})

        assert (answer.status_code, answer.json["code"]) == (422, "effective_in_the_past")

    def test_is_the_basis_of_the_next_draft(self, administrator: FlaskClient, database: Database) -> None:
        policy_id = self.activated(administrator, database)

        following = administrator.post(POLICIES, json={}).json

        assert (following["based_on"], following["number"], following["differences"]) == (policy_id, 2, [])
