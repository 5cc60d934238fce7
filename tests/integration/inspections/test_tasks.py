"""Tasks: made by running duties, routed, reminded, escalated, handed in; what a check finds becomes hazards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.inspections.use_cases.checks import NoTier, Visit, begin_check
from services.inspections.use_cases.tasks import replace_owner
from shared.database import Database
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    MONDAY,
    Caller,
    graded,
    known_enterprise,
    names_of,
    owes,
    photo_of,
    run_clock,
    staffed,
    told,
)
from tests.unit.inspections.builders import all_normal, default_list

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
TASKS = f"{INSPECTIONS}/tasks"


def begin(client: FlaskClient, enterprise_id: str, **changes: Any) -> dict[str, Any]:
    answer = client.post(TASKS, json={"enterprise_id": enterprise_id, "checklist": "FIRE-SMALL"} | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def step(client: FlaskClient, task_id: str, event: str, **given: Any) -> dict[str, Any]:
    answer = client.post(f"{TASKS}/{task_id}/steps", json={"event": event, **given})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def answers_with(**changes: str) -> dict[str, str]:
    return all_normal(default_list("FIRE-SMALL")) | {name.replace("_", "-"): value for name, value in changes.items()}


def checked(client: FlaskClient, enterprise_id: str, *, photo: bool = False, **changes: str) -> dict[str, Any]:
    """Begin a check, go on site, hand it in, and return the record."""
    one = begin(client, enterprise_id)["id"]
    step(client, one, "check_in")
    photos = {name.replace("_", "-"): [photo_of(client, enterprise_id)] for name in changes} if photo else {}
    body = {"answers": answers_with(**changes), "photos": photos, "signed": True}
    answer = client.post(f"{TASKS}/{one}/submit", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


class TestHandingIn:
    def test_makes_hazards_of_what_is_not_in_order(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        """§7.2: an abnormal result opens hazards, with the clause of the item."""
        worker = caller("grid_worker")

        record = checked(worker, enterprise_id, photo=True, FI_03="abnormal")

        one = worker.get(f"{INSPECTIONS}/hazards/{record['hazards']['FI-03']}").json
        assert (one["clause"], one["found_tier"], one["place"]) == ("消防法 第二十八条", 3, "住宿与疏散")
        assert (one["state"], one["found_by"]) == ("reported", "a-grid_worker")
        [completed] = told(database, "check_completed")
        assert (completed["data"]["findings"], completed["data"]["pass_rate"]) == (1, 0.875)

    def test_makes_a_major_hazard_of_an_official_item(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        one = begin(worker, enterprise_id, checklist="CONFINED")["id"]
        step(worker, one, "check_in")
        answers = all_normal(default_list("CONFINED")) | {"CS-04": "abnormal"}
        body = {"answers": answers, "photos": {"CS-04": [photo_of(worker, enterprise_id)]}, "signed": True}

        record = worker.post(f"{TASKS}/{one}/submit", json=body | {"notes": {"CS-04": "无人监护"}}).json

        found = worker.get(f"{INSPECTIONS}/hazards/{record['hazards']['CS-04']}").json
        assert (found["item"], found["level"], found["state"]) == ("GM-13-02", "major", "open_major")
        assert found["description"].endswith("；无人监护")

    def test_tells_which_self_checks_were_refuted(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        """§6.6: what the enterprise called normal and a later tier did not."""
        owner = caller("enterprise_safety_officer", enterprise_id=enterprise_id, divisions=[])
        own = checked(owner, enterprise_id)
        later = checked(caller("grid_worker"), enterprise_id, photo=True, FI_03="abnormal")

        [refuted] = told(database, "self_check_refuted")
        assert (refuted["data"]["refuted_check_id"], refuted["data"]["items"]) == (own["id"], ["FI-03"])
        assert (own["refuted"], later["refuted"]) == ([], ["FI-03"])

    def test_brings_government_supervision_beside_the_cap_when_the_grid_refutes(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        """§7.1: T3 escalates to T4 on a false self-check."""
        owner = caller("enterprise_safety_officer", enterprise_id=enterprise_id, divisions=[])
        staffed(database, "a-bureau_officer", "bureau_officer", divisions=("331002",))
        checked(owner, enterprise_id)
        checked(caller("grid_worker"), enterprise_id, photo=True, FI_03="abnormal")

        made = [one for one in caller().get(TASKS).json["items"] if one["origin"] == "refuted"]
        assert [(one["tier"], one["cause"], one["owner"]) for one in made] == [(4, "handed_over", "a-bureau_officer")]
        assert caller().get(f"{INSPECTIONS}/enterprises/{enterprise_id}/cap").json["counted"] == []

    def test_sends_government_supervision_once_while_it_has_not_come(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        checked(caller("enterprise_safety_officer", enterprise_id=enterprise_id, divisions=[]), enterprise_id)
        for _ in range(2):
            checked(caller("grid_worker"), enterprise_id, photo=True, FI_03="abnormal")
        assert [one["tier"] for one in caller().get(TASKS).json["items"] if one["origin"] == "refuted"] == [4]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"answers": {"FI-01": "no"}, "signed": True}, "answers_missing"),
            ({"answers": {"XX": "no"}, "signed": True}, "item_unknown"),
            ({"answers": None, "signed": False}, "signature_missing"),
        ],
    )
    def test_is_refused_when_something_is_missing(
        self, caller: Caller, enterprise_id: str, body: dict[str, Any], code: str
    ) -> None:
        worker = caller("grid_worker")
        one = begin(worker, enterprise_id)["id"]
        step(worker, one, "check_in")

        answer = worker.post(f"{TASKS}/{one}/submit", json=body | {"answers": body["answers"] or answers_with()})

        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert worker.get(f"{INSPECTIONS}/checks?task_id={one}").json["items"] == []

    def test_is_confirmed_by_a_higher_tier_and_closed(self, caller: Caller, enterprise_id: str) -> None:
        record = checked(caller("enterprise_user", enterprise_id=enterprise_id), enterprise_id)
        worker = caller("grid_worker")
        step(worker, record["task_id"], "confirm")
        assert step(worker, record["task_id"], "close")["state"] == "closed"
        assert worker.get(f"{INSPECTIONS}/checks/{record['id']}").json["score"] == 100


class TestBeginning:
    def test_lets_only_the_four_tiers_check(self, database: Database, enterprise_id: str) -> None:
        with pytest.raises(NoTier), database.transaction() as session:
            begin_check(session, Visit(enterprise_id), by="somebody", tier=0, now=MONDAY)


class TestLadder:
    def test_leaves_a_task_alone_that_was_handed_in(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        worker = caller("grid_worker")
        checked(worker, enterprise_id)
        run_clock(database, now=datetime.now(UTC) + timedelta(days=30))
        assert names_of(told(database)) == ["task_assigned", "check_completed"]


class TestBegunAndLeft:
    """No task is ever unowned, also when somebody has begun it on site and never hands it in."""

    @pytest.fixture
    def task_id(self, database: Database, caller: Caller) -> str:
        """Return a task on whose place a grid worker stands."""
        staffed(database, "a-grid_worker", "grid_worker")
        staffed(database, "near", "grid_worker")
        worker = caller("grid_worker")
        one = str(begin(worker, known_enterprise(database))["id"])
        step(worker, one, "check_in")
        return one

    @pytest.mark.parametrize(
        ("changes", "owner", "state"),
        [({"is_absent": True}, "a-grid_worker", "on_site"), ({"is_enabled": False}, "near", "assigned")],
        ids=["away", "left"],
    )
    def test_stays_with_who_comes_back_and_not_with_a_leaver(
        self, database: Database, caller: Caller, task_id: str, *, changes: dict[str, bool], owner: str, state: str
    ) -> None:
        staffed(database, "a-grid_worker", "grid_worker", sequence=2, **changes)
        with database.transaction() as session:
            replace_owner(session, "a-grid_worker", now=datetime.now(UTC))
        found = caller().get(f"{TASKS}/{task_id}").json
        assert (found["owner"], found["state"]) == (owner, state)

    def test_climbs_the_ladder_when_no_phone_is_believed_any_more(
        self, database: Database, caller: Caller, task_id: str
    ) -> None:
        """§7.1: not after a day, but with the rung of the subdistrict."""
        now, officer = datetime.now(UTC), caller()
        for days in range(1, 30):
            run_clock(database, now=now + timedelta(days=days))
            if (found := officer.get(f"{TASKS}/{task_id}").json)["owner"] != "a-grid_worker":
                break
        assert (found["owner"], found["steps"][-1]["given"]["ladder"]) == ("near", "subdistrict")
        assert (found["state"], timedelta(days=days) > timedelta(hours=72)) == ("assigned", True)

    def test_is_given_to_somebody_else_by_hand(self, caller: Caller, task_id: str) -> None:
        assert step(caller(), task_id, "assign", owner="near")["state"] == "assigned"


class TestAssigning:
    @pytest.fixture
    def task_id(self, database: Database, caller: Caller) -> str:
        """Return a task of tier 3 in the first subdistrict, in which somebody is at work and somebody is away."""
        staffed(database, "near", "grid_worker")
        staffed(database, "away", "grid_worker", is_absent=True)
        staffed(database, "elsewhere", "grid_worker", divisions=("331002002",))
        staffed(database, "officer", "bureau_officer", divisions=("331002",))
        return str(begin(caller("grid_worker"), known_enterprise(database))["id"])

    @pytest.mark.parametrize("owner", ["near", "officer"])
    def test_gives_the_task_to_somebody_of_the_area(self, caller: Caller, task_id: str, owner: str) -> None:
        assert step(caller(), task_id, "assign", owner=owner)["owner"] == owner

    def test_names_who_could_do_it_the_freest_first(self, database: Database, caller: Caller, task_id: str) -> None:
        """Row 43: by area, tier and load; nobody who is away or elsewhere."""
        staffed(database, "a-grid_worker", "grid_worker")
        found = caller("subdistrict_officer").get(f"{TASKS}/{task_id}/owners").json["items"]
        assert [(one["account_id"], one["tiers"], one["open_tasks"]) for one in found] == [
            ("near", [3], 0),
            ("officer", [4], 0),
            ("a-grid_worker", [3], 1),
        ]

    def test_is_not_for_grid_workers(self, caller: Caller, task_id: str) -> None:
        """§7.3: they find and report; the office of the subdistrict hands on."""
        body = {"event": "assign", "owner": "near"}
        answer = caller("grid_worker").post(f"{TASKS}/{task_id}/steps", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "authority_only")
        assert step(caller("subdistrict_officer"), task_id, "assign", owner="near")["owner"] == "near"

    @pytest.mark.parametrize("owner", ["nobody", "away", "elsewhere"])
    def test_refuses_an_owner_who_could_not_do_it(self, caller: Caller, task_id: str, owner: str) -> None:
        """Row 1: no task is ever unowned."""
        answer = caller().post(f"{TASKS}/{task_id}/steps", json={"event": "assign", "owner": owner})
        assert (answer.status_code, answer.json["code"]) == (422, "owner_unfit")
        assert caller().get(f"{TASKS}/{task_id}").json["owner"] == "a-grid_worker"


class TestEntry:
    def test_that_is_refused_is_told(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        one = begin(worker, enterprise_id)["id"]
        step(worker, one, "refuse_entry", reason="不让进门", evidence=[photo_of(worker, enterprise_id)])
        assert names_of(told(database))[-1] == "entry_refused"
        assert [other["id"] for other in worker.get(TASKS).json["items"]] == [one]


class TestReading:
    def test_counts_the_inbox(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check")
        run_clock(database, now=MONDAY)
        begin(worker, enterprise_id)

        assert worker.get(f"{TASKS}/inbox").json == {"area": 3, "mine": 1, "overdue": 0, "queued": 2}
        assert [one["tier"] for one in worker.get(f"{TASKS}?mine=true").json["items"]] == [3]
        assert len(worker.get(f"{TASKS}?is_open=true").json["items"]) == 3

    def test_says_what_the_caller_may_do(self, caller: Caller, enterprise_id: str) -> None:
        one = begin(caller("grid_worker"), enterprise_id)["id"]
        assert "check_in" in caller("grid_worker").get(f"{TASKS}/{one}").json["allowed"]
        assert caller("grid_worker", subject="other").get(f"{TASKS}/{one}").json["allowed"] == []
        assert caller("subdistrict_officer").get(f"{TASKS}/{one}").json["allowed"] == ["assign"]

    def test_shows_every_step_of_a_task(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        one = begin(worker, enterprise_id)["id"]
        step(worker, one, "check_in", longitude=121.4, latitude=28.6)
        steps = worker.get(f"{TASKS}/{one}").json["steps"]
        assert [(taken["event"], taken["rule"], taken["by"]) for taken in steps] == [
            ("assign", "1", "clock"),
            ("check_in", "4", "a-grid_worker"),
        ]

    def test_refuses_a_step_from_another_version(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        one = begin(worker, enterprise_id)["id"]
        answer = worker.post(f"{TASKS}/{one}/steps", json={"event": "accept", "version": 1})
        assert (answer.status_code, answer.json["code"]) == (409, "task_changed")

    def test_hides_tasks_and_checks_of_another_area(self, caller: Caller, enterprise_id: str) -> None:
        record = checked(caller("grid_worker"), enterprise_id)
        stranger = caller("grid_worker", divisions=["331003"])
        answers = [stranger.get(f"{TASKS}/{record['task_id']}"), stranger.get(f"{INSPECTIONS}/checks/{record['id']}")]
        assert [answer.json["code"] for answer in answers] == ["task_not_found", "check_not_found"]

    def test_gives_the_checklists_to_everyone(self, caller: Caller) -> None:
        client = caller("grid_worker")
        assert len(client.get(f"{INSPECTIONS}/checklists").json["items"]) == 6
        assert client.get(f"{INSPECTIONS}/checklists/DUST").json["sections"][0]["items"][0]["major"] == "GM-11-01"
        assert client.get(f"{INSPECTIONS}/checklists/NONE").json["code"] == "checklist_unknown"

    def test_chooses_the_usual_list_of_the_industry(self, database: Database, caller: Caller) -> None:
        chemical = known_enterprise(database, industry="C2614")
        assert begin(caller("grid_worker"), chemical, checklist="")["checklist"] == "CHEMICALS"


class TestFence:
    def test_is_around_an_exact_position(self, database: Database, caller: Caller) -> None:
        place = {"longitude": 121.4, "latitude": 28.6, "location_precision": "exact"}
        one = begin(caller("grid_worker"), known_enterprise(database, **place))["id"]
        far = {"event": "check_in", "longitude": 121.5, "latitude": 28.6}
        answer = caller("grid_worker").post(f"{TASKS}/{one}/steps", json=far)
        assert (answer.status_code, answer.json["code"]) == (422, "outside_fence")
        assert step(caller("grid_worker"), one, "check_in", longitude=121.4, latitude=28.6)["state"] == "on_site"
