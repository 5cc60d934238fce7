"""`sise demo`: a generated district in which two months have passed, on a morning with hazardous work."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.clock import business_date
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


def awaiting(client: ApiClient) -> int:
    """Return how many penalties wait for the officer's answer whether they become public."""
    return len(client.call("GET", "credit/penalties", params={"awaits": True})["items"])


def signed_in(demonstration: System, username: str) -> ApiClient:
    return ApiClient(demonstration.url, username=username, password=PASSWORD)


class TestDemonstration:
    def test_has_lived_through_four_weeks(self, demonstration: System) -> None:
        ahead = demonstration.now() - datetime.now(UTC)

        assert ahead > timedelta(weeks=4) - timedelta(minutes=1)

    def test_was_surveyed_and_owes_something(self, demonstration: System) -> None:
        client = demonstration.client()

        progress = client.call("GET", "registry/surveys/progress")
        owing = client.call("GET", "registry/obligations", params={"duty": "self_check"})["items"]

        assert progress["enterprises"] == ENTERPRISES
        assert 0 < progress["surveyed"] < ENTERPRISES
        assert owing

    def test_has_solid_and_hatched_colours(self, demonstration: System) -> None:
        def summary() -> dict[str, Any]:
            return demonstration.client().call("GET", "map/summary")

        wait_for(lambda: summary()["provisional"] < ENTERPRISES, seconds=30, what="somebody is solid")

        assert sum(summary()["by_level"].values()) == summary()["enterprises"] == ENTERPRISES
        assert summary()["provisional"] > 0

    @pytest.mark.parametrize(
        "username",
        [
            "demo-leader",
            "demo-street-001",
            "demo-grid-001",
            "demo-firm",
            "demo-clerk",
            "demo-listed-firm",
            "demo-plant-1-foreman",
        ],
    )
    def test_lets_each_role_in(self, demonstration: System, username: str) -> None:
        client = signed_in(demonstration, username)

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
        assert client.call("GET", "inspections/hazards/board")["open"] == 4  # one of them past its deadline

    def test_decided_penalties_of_every_class_and_leads_their_publication(self, demonstration: System) -> None:
        client = demonstration.client()

        wait_for(lambda: awaiting(client) == 1, seconds=30, what="the officer is asked about a light one")
        found = client.call("GET", "credit/penalties", params={"limit": 200})["items"]
        public = client.call("GET", "public/penalties")["items"]

        assert all("（演示）" in one["document_number"] and "（演示）" in one["name"] for one in found)
        assert Counter(one["state"] for one in found) == {
            "published": 4, "decided": 2, "not_published": 1, "withdrawn": 1,
            "repair_applied": 1, "repair_accepted": 1, "repaired": 1,
        }  # fmt: skip
        assert {one["penalty_class"] for one in found} == {"light", "general", "serious"}
        assert [one["is_late"] for one in found if one["published_on"]] == [False] * 8
        assert [one["CF_XDR_MC"] for one in public if one["CF_XDR_LB"] == "自然人"] == ["演**"]
        assert len(public) == 6
        assert len(client.call("GET", "public/penalties/withdrawn")["items"]) == 1

    def test_counts_accidents_beside_the_year_before(self, demonstration: System) -> None:
        client = demonstration.client()
        year = business_date(demonstration.now()).year

        figures = client.call("GET", "credit/accidents/figures", params={"year": year})["total"]["accidents"]

        assert len(client.call("GET", "credit/accidents")["items"]) == 5
        assert (figures["now"] > 0, figures["before"] > 0) == (True, True)

    def test_exposes_with_an_objection_and_waits_for_the_leader(self, demonstration: System) -> None:
        client = demonstration.client()

        found = client.call("GET", "credit/exposures")["items"]
        [entry] = client.call("GET", "public/exposures")["items"]

        assert {one["state"]: [due["kind"] for due in one["deadlines"]] for one in found} == {
            "proposed": ["exposure_decide"],
            "published": ["objection_reply"],
        }
        assert [bool(one["reply"]) for one in entry["objections"]] == [True, False]

    def test_leads_cases_onto_the_list_and_asks_agencies(self, demonstration: System) -> None:
        client, clerk = demonstration.client(), signed_in(demonstration, "demo-clerk")

        cases = client.call("GET", "credit/cases")["items"]
        [listed] = client.call("GET", "public/list")["items"]
        restrictions = client.call("GET", "credit/restrictions", params={"limit": 100})["items"]
        receipts = clerk.call("GET", "credit/checks/receipts")["items"]

        assert sorted(one["state"] for one in cases) == ["active", "noticed", "under_review"]
        assert listed["uscc"] == next(one["uscc"] for one in cases if one["state"] == "active")
        assert {one["state"] for one in restrictions} == {"pushed", "received", "applied"}
        assert [one["agency"] for one in restrictions if one["is_escalated"]] == ["INS"]
        assert sorted(one["hits"] for one in receipts) == [0, 1]

    def test_leaves_to_an_officer_what_may_be_a_violation(self, demonstration: System) -> None:
        client = demonstration.client()

        asked = client.call("GET", "credit/suggestions", params={"state": "open"})["items"]
        due = client.call("GET", "credit/limits/figures")

        assert "hazard_overdue" in {one["kind"] for one in asked}
        assert (due["open"] > 5, due["decisions"] > 1) == (True, True)
        assert len(client.call("GET", "credit/watched")["items"]) == 1

    def test_has_lost_no_event(self, demonstration: System) -> None:
        assert demonstration.sise("events", "reconcile").returncode == 0
