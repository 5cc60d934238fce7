"""The rows behind a number: permits by when they begin, where they are, why they stopped; commitments of days."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import COMMITMENTS, NOW, PERMITS, Caller, known_enterprise
from tests.integration.permits.permitting import WORK, applied, started, taken
from tests.integration.permits.test_enterprise_files import promised
from tests.support.databases import Begin

PLACE = "331002001"
FIRM = new_id()


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, enterprise_id=FIRM)


@pytest.fixture
def permits(caller: Caller, enterprise_id: str, begin_with: Begin) -> dict[str, str]:
    """Return permits: a draft, one that was suspended twice and goes on, one that was taken back."""
    return begin_with(lambda: three_permits(caller, enterprise_id))


def three_permits(caller: Caller, enterprise_id: str) -> dict[str, str]:
    foreman, approver = (
        caller(role, subject=role, enterprise_id=enterprise_id, divisions=[])
        for role in ("enterprise_safety_officer", "enterprise_principal")
    )
    draft, stopped, back = (applied(foreman, enterprise_id, place=place) for place in ("甲", "乙", "丙"))
    started(foreman, approver, stopped)
    taken(foreman, stopped, "suspend", reason="换气瓶")
    taken(foreman, back, "withdraw", reason="改期")
    return {"draft": draft["id"], "stopped": stopped["id"], "back": back["id"]}


def found(client: FlaskClient, **query: Any) -> set[str]:
    return {one["id"] for one in client.get(WORK, query_string=query).json["items"]}


class TestPermits:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"cause": "break"}, {"stopped"}),
            ({"cause": "gas"}, set()),
            ({"reason": "改期"}, {"back"}),
            ({"is_approved": "true"}, {"stopped"}),
            ({"is_approved": "false"}, {"draft", "back"}),
            ({"subdistrict": PLACE}, {"draft", "stopped", "back"}),
            ({"subdistrict": "331002009"}, set()),
        ],
    )
    def test_are_chosen_by(
        self, caller: Caller, permits: dict[str, str], query: dict[str, str], expected: set[str]
    ) -> None:
        assert found(caller(), **query) == {permits[name] for name in expected}

    def test_are_chosen_by_the_days_on_which_they_begin(self, caller: Caller, permits: dict[str, str]) -> None:
        day = business_date(NOW - timedelta(minutes=30))
        officer, one = caller(), timedelta(days=1)

        assert found(officer, **{"from": day, "to": day}) == set(permits.values())
        assert found(officer, **{"from": day + one}) == found(officer, to=day - one) == set()

    @pytest.mark.parametrize("path", ["permits", "stop-orders", "reviews", "statistics"])
    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_are_not_asked_for_at_the_ends_of_time(self, caller: Caller, path: str, day: str) -> None:
        answer = caller().get(f"{PERMITS}/{path}", query_string={"from": day, "to": day})

        assert (answer.status_code, "this century" in answer.text) == (422, True)


class TestCommitments:
    def test_are_chosen_by_days(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        today = business_date(NOW)
        ids = [promised(database, enterprise_id, today - timedelta(days=back)) for back in range(3)]
        days = {"from": today - timedelta(days=1), "to": today}

        listed = caller().get(COMMITMENTS, query_string=days).json["items"]

        assert {one["id"] for one in listed} == set(ids[:2])
