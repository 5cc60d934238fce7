"""`sise demo`: a generated district in which two months have passed, on a morning with hazardous work."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import Clock
from shared.running.client import ApiClient
from tests.support.running import PASSWORD, SISE, System, running, wait_for

ENTERPRISES = 60


@pytest.fixture(scope="module")
def demonstration(place: Path) -> Iterator[System]:
    """Return the demonstration after its months, when the morning is over."""
    home = Path(tempfile.mkdtemp(dir=place))
    command = [SISE, "demo", "--enterprises", str(ENTERPRISES), "--port", "{port}"]
    system = System(home, command, {"SISE_HOME": str(home)})
    with running(system):
        system.wait_until_said("sign in as admin", seconds=300)
        yield system


def figures_of(client: ApiClient) -> dict[str, int]:
    """Return how many of the district owe the commitment of today, made it, and so on."""
    rows = client.call("GET", "permits/commitments/board")["items"]
    return {name: sum(row[name] for row in rows) for name in ("owed", "made", "missed", "disputed")}


class TestDemonstration:
    def test_has_lived_through_four_weeks(self, demonstration: System) -> None:
        ahead = Clock(demonstration.home, movable=True).now() - datetime.now(UTC)

        assert ahead > timedelta(weeks=4) - timedelta(minutes=1)

    def test_was_surveyed_and_owes_something(self, demonstration: System) -> None:
        client = demonstration.client()

        progress = client.call("GET", "registry/surveys/progress")
        owing = client.call("GET", "registry/obligations", params={"duty": "self_check"})["items"]

        assert progress["enterprises"] == ENTERPRISES
        assert 0 < progress["surveyed"] < ENTERPRISES
        assert owing

    def test_has_solid_and_hatched_colours(self, demonstration: System) -> None:
        def summary() -> dict[str, int]:
            return demonstration.client().call("GET", "map/summary")

        wait_for(lambda: summary()["provisional"] < ENTERPRISES, seconds=30, what="somebody is solid")

        assert sum(summary()["by_level"].values()) == summary()["enterprises"] == ENTERPRISES
        assert summary()["provisional"] > 0

    @pytest.mark.parametrize(
        "username",
        ["demo-leader", "demo-street-001", "demo-grid-001", "demo-firm", "demo-clerk", "demo-plant-1-foreman"],
    )
    def test_lets_each_role_in(self, demonstration: System, username: str) -> None:
        client = ApiClient(demonstration.url, username=username, password=PASSWORD)

        assert client.call("GET", "identity/me")["username"] == username

    def test_checked_itself_and_put_right_what_was_not_in_order(self, demonstration: System) -> None:
        client = demonstration.client()

        records = client.call("GET", "inspections/checks", params={"tier": 1, "limit": 200})["items"]

        answers = [answer for record in records for answer in record["answers"].values()]
        in_order = sum(answer != "abnormal" for answer in answers) / len(answers)
        assert (len(records) > 5, in_order > 0.98) == (True, True)

    def test_works_under_permits_in_every_state(self, demonstration: System) -> None:
        permits = demonstration.client().call("GET", "permits/permits", params={"limit": 200})["items"]

        assert all("（演示）" in one["description"] for one in permits)
        assert {one["state"] for one in permits} == {
            "draft", "in_approval", "approved", "active", "suspended", "finished", "closed", "rejected"
        }  # fmt: skip
        assert sum(one["is_live"] for one in permits) > 4

    def test_committed_itself_declared_work_and_left_hazards_open(self, demonstration: System) -> None:
        client = demonstration.client()

        wait_for(lambda: figures_of(client)["missed"] > 0, seconds=30, what="the hour has passed")
        found = figures_of(client)

        assert (found["made"] > 2, found["disputed"]) == (True, 1)
        assert {one["colour"] for one in client.call("GET", "permits/declarations/jobs")["items"]} == {
            "red",
            "amber",
            "green",
        }
        assert client.call("GET", "inspections/hazards/board")["open"] == 3

    def test_has_lost_no_event(self, demonstration: System) -> None:
        assert demonstration.sise("events", "reconcile").returncode == 0
