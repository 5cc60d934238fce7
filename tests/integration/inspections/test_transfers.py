"""A hazard at another authority: receipt, reply, result, reminders, and what is not taken on comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.inspections.use_cases.transfers import remind
from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, run_clock
from tests.integration.inspections.official import (
    DOCUMENTS,
    HAZARDS,
    LETTER,
    drawn_up,
    found,
    issued,
    state_of,
    stepped,
)
from tests.support.databases import Begin

TRANSFERS = f"{INSPECTIONS}/transfers"
RECEIPT = {"signed_for_by": "消防救援大队值班室"}


@pytest.fixture
def letter(officer: FlaskClient, second: FlaskClient, enterprise_id: str, begin_with: Begin) -> dict[str, Any]:
    """Return a letter about a hazard that two officers have signed."""

    def issue() -> dict[str, Any]:
        return issued(drawn_up(officer, "transfer_letter", LETTER, found(officer, enterprise_id)), officer, second)

    return begin_with(issue)


def the_transfer(client: FlaskClient) -> dict[str, Any]:
    [one] = client.get(TRANSFERS).json["items"]
    return dict(client.get(f"{TRANSFERS}/{one['id']}").json)


def today() -> str:
    """Return the day that it is in China; a run may go on into the next one."""
    return business_date(datetime.now(UTC)).isoformat()


def answer(client: FlaskClient, event: str, **given: Any) -> Any:
    return client.post(f"{TRANSFERS}/{the_transfer(client)['id']}/answers", json={"event": event, **given})


class TestATransfer:
    def test_begins_with_the_letter(self, officer: FlaskClient, letter: dict[str, Any]) -> None:
        one = the_transfer(officer)
        assert (one["state"], one["receiver"], one["number"]) == ("sent", "消防救援大队", letter["number"])
        assert one["possible"] == ["receive", "accept", "refuse", "resolve"]
        assert one["hazard_id"] == letter["content"]["hazards"][0]["id"]

    def test_is_received_taken_on_and_answered(self, officer: FlaskClient, letter: dict[str, Any]) -> None:
        hazard = letter["content"]["hazards"][0]["id"]
        answer(officer, "receive", **RECEIPT, on=today())
        answer(officer, "accept", reply="已受理")
        away = state_of(officer, hazard)

        answer(officer, "resolve", reply="已责令改正")

        one = the_transfer(officer)
        assert (away, state_of(officer, hazard)) == ("transferred", "closed")
        assert [step["event"] for step in one["steps"]] == ["transfer", "receive", "accept", "resolve"]
        assert (one["signed_for_by"], one["received_on"], one["reply"]) == (
            RECEIPT["signed_for_by"],
            today(),
            "已责令改正",
        )
        assert (one["is_open"], one["due_at"], one["possible"]) == (False, None, [])

    def test_that_is_not_taken_on_makes_the_hazard_ours_again(
        self, officer: FlaskClient, letter: dict[str, Any]
    ) -> None:
        answer(officer, "refuse", reply="不属我队职责")
        assert the_transfer(officer)["state"] == "refused"
        assert state_of(officer, letter["content"]["hazards"][0]["id"]) == "reported"

    def test_ends_with_the_letter(self, officer: FlaskClient, letter: dict[str, Any]) -> None:
        officer.post(f"{DOCUMENTS}/{letter['id']}/take-back", json={"reason": "仍属本局"})
        assert the_transfer(officer)["state"] == "taken_back"

    def test_ends_with_the_reply_that_is_noted_at_the_hazard(self, officer: FlaskClient, enterprise_id: str) -> None:
        one = found(officer, enterprise_id)
        stepped(officer, one, "transfer", **LETTER)
        stepped(officer, one, "note_reply", reply="已查处")
        ended = the_transfer(officer)
        assert (ended["state"], ended["document_id"], ended["reply"]) == ("resolved", None, "已查处")

    @pytest.mark.parametrize(
        ("event", "given", "status", "code"),
        [
            ("receive", {}, 422, "receipt_missing"),
            ("receive", RECEIPT | {"on": "2020-01-01"}, 422, "day_not_possible"),
            ("accept", {}, 422, "reply_missing"),
            ("accept", {"reply": "好", "version": 9}, 409, "transfer_changed"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, officer: FlaskClient, letter: dict[str, Any], event: str, given: dict[str, Any], status: int, code: str
    ) -> None:
        refused = answer(officer, event, **given)
        assert (refused.status_code, refused.json["code"]) == (status, code)

    def test_is_hidden_from_another_area(self, caller: Caller, officer: FlaskClient, letter: dict[str, Any]) -> None:
        stranger = caller(divisions=["331003"])
        assert stranger.get(f"{TRANSFERS}/{the_transfer(officer)['id']}").status_code == 404
        assert stranger.get(TRANSFERS).json["items"] == []


class TestReminders:
    def test_come_when_nothing_is_answered_and_again(
        self, database: Database, officer: FlaskClient, letter: dict[str, Any]
    ) -> None:
        run_clock(database, now=NOW)
        before = the_transfer(officer)["is_overdue"]
        run_clock(database, now=NOW + timedelta(days=15))
        run_clock(database, now=NOW + timedelta(days=40))

        one = the_transfer(officer)

        assert (before, one["is_overdue"], one["reminders"]) == (False, True, 2)
        assert [row["id"] for row in officer.get(f"{TRANSFERS}?is_overdue=true").json["items"]] == [one["id"]]

    def test_do_not_come_before_the_day(self, database: Database, officer: FlaskClient, letter: dict[str, Any]) -> None:
        with database.transaction() as session:
            remind(session, the_transfer(officer)["id"], now=NOW)
        assert the_transfer(officer)["reminders"] == 0

    def test_stop_when_the_answer_is_there(
        self, database: Database, officer: FlaskClient, letter: dict[str, Any]
    ) -> None:
        run_clock(database, now=NOW + timedelta(days=15))
        answer(officer, "resolve", reply="已查处")
        run_clock(database, now=NOW + timedelta(days=400))
        one = the_transfer(officer)
        assert (one["is_overdue"], one["reminders"]) == (False, 1)
        assert officer.get(f"{HAZARDS}/{one['hazard_id']}").json["state"] == "closed"
