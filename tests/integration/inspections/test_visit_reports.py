"""What comes of a visit: findings, report, signature, follow-up, rating, and what is noted beside it."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from services.inspections.tables import task
from services.inspections.use_cases.visits import note_visit_due
from shared.database import Database
from shared.ids import new_id
from tests.integration.inspections.agencies import (
    FAR,
    GATE,
    REPORT,
    VISITS,
    Agency,
    before,
    contracted,
    kinds,
    refused,
    step,
    told_of_contract,
    visit_rows,
)
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    names_of,
    photo_of,
    run_clock,
    told,
)
from tests.unit.inspections.builders import all_normal, default_list

TASKS = f"{INSPECTIONS}/tasks"
GATE_ON_TASK = {name: GATE[name] for name in ("longitude", "latitude")}
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def agency(database: Database, caller: Caller) -> Agency:
    """Return an intermediary that comes four times a year."""
    return contracted(database, caller)


def disagreements(caller: Caller) -> list[Any]:
    """Return the tasks that disputed reports have made, the newest first."""
    found = [one for one in caller().get(TASKS).json["items"] if one["origin"] == "disagreement"]
    return sorted(found, key=lambda one: one["id"], reverse=True)


def hand_in(worker: FlaskClient, task_id: str) -> None:
    """Take a task from its queue, go there and hand in that all is in order."""
    for event in ("take", "check_in"):
        answer = worker.post(f"{TASKS}/{task_id}/steps", json={"event": event, **GATE_ON_TASK})
        assert answer.status_code == 200, answer.text
    answers = all_normal(default_list(worker.get(f"{TASKS}/{task_id}").json["checklist"]))
    answer = worker.post(f"{TASKS}/{task_id}/submit", json={"answers": answers, "signed": True})
    assert answer.status_code == 201, answer.text


class TestFinding:
    def test_makes_a_hazard_of_the_visit(self, agency: Agency) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", at=before(hours=2), **GATE)
        body = {"description": "除尘器未泄爆", "place": "打磨间", "item": "GM-11-03", "found_at": before(hours=1)}
        found = agency.inspector.post(f"{VISITS}/{one}/findings", json=body).json
        [hazard] = found["hazards"]
        assert (hazard["level"], hazard["is_reported_late"], found["flags"]) == ("major", False, [])

    def test_of_a_major_hazard_told_after_two_hours_is_marked(self, database: Database, agency: Agency) -> None:
        """余杭: the two hours run from the finding, not from the report."""
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", at=before(hours=5), **GATE)
        body = {"description": "除尘器未泄爆", "place": "打磨间", "item": "GM-11-03", "found_at": before(hours=3)}
        photo = photo_of(agency.inspector, agency.enterprise_id)
        found = agency.inspector.post(f"{VISITS}/{one}/findings", json=body | {"before": [photo]}).json
        assert (found["hazards"][0]["is_reported_late"], kinds(agency, one)) == (True, ["major_late"])
        assert names_of(told(database))[-1] == "visit_flagged"

    def test_is_for_who_is_there(self, agency: Agency, caller: Caller) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", **GATE)
        body = {"description": "灭火器过期", "place": "仓库"}
        answer = caller("grid_worker").post(f"{VISITS}/{one}/findings", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "not_on_the_visit")


class TestAWholeVisit:
    def test_is_reported_signed_followed_up_rated_and_closed(
        self, database: Database, agency: Agency, caller: Caller
    ) -> None:
        one = agency.planned()["id"]
        agency.reported(one, **{"GI-02": "abnormal"})
        step(agency.owner, one, "countersign", signed=True)
        assert refused(agency.inspector, one, "follow_up") == (422, "findings_open")
        self.put_right(agency, one)
        step(agency.inspector, one, "follow_up")
        assert step(agency.owner, one, "rate", stars=4, opinion="认真")["stars"] == 4
        assert step(caller(), one, "close")["is_open"] is False
        steps = [taken["event"] for taken in agency.inspector.get(f"{VISITS}/{one}").json["steps"]]
        assert steps == ["start", "end", "report", "countersign", "follow_up", "rate", "close"]

    def put_right(self, agency: Agency, visit_id: str) -> None:
        [hazard] = agency.inspector.get(f"{VISITS}/{visit_id}").json["hazards"]
        order = {"responsible": "主任", "measures": "更换", "funds": "1万元", "acceptance": "安全员"}
        photos = [photo_of(agency.owner, agency.enterprise_id, b"\xff\xd8\xff " + side) for side in (b"1", b"2")]
        pair = {"before": photos[:1], "after": photos[1:]}
        for client, given in (
            (agency.inspector, {"event": "grade_general"}),
            (agency.inspector, {"event": "order", **order}),
            (agency.owner, {"event": "rectify", **pair}),
            (agency.inspector, {"event": "pass"}),
        ):
            answer = client.post(f"{INSPECTIONS}/hazards/{hazard['id']}/steps", json=given)
            assert answer.status_code == 200, answer.text

    def test_that_is_disputed_is_reported_again_or_upheld(self, agency: Agency, caller: Caller) -> None:
        one = agency.planned()["id"]
        agency.reported(one)
        step(agency.owner, one, "dispute", reason="未到车间")
        step(agency.inspector, one, "report", **REPORT)
        step(agency.owner, one, "dispute", reason="仍未到车间")
        assert step(caller("subdistrict_officer"), one, "uphold", reason="已核实")["state"] == "countersigned"
        assert [each["tier"] for each in disagreements(caller)] == [3]

    def test_that_is_disputed_again_brings_the_grid_again(self, agency: Agency, caller: Caller) -> None:
        """§7.1: once the first one has been there; until then nobody is sent a second time."""
        one, worker = agency.planned()["id"], caller("grid_worker")
        agency.reported(one)
        step(agency.owner, one, "dispute", reason="未到车间")
        [first] = disagreements(caller)
        hand_in(worker, first["id"])
        step(agency.inspector, one, "report", **REPORT)
        step(agency.owner, one, "dispute", reason="仍未到车间")
        assert [each["id"] == first["id"] for each in disagreements(caller)] == [False, True]

    def test_closes_by_itself_when_nobody_rates_it(self, database: Database, agency: Agency) -> None:
        one = agency.planned()["id"]
        agency.reported(one)
        step(agency.owner, one, "countersign", signed=True)
        step(agency.inspector, one, "follow_up")
        run_clock(database, now=NOW + timedelta(days=30))
        assert agency.inspector.get(f"{VISITS}/{one}").json["state"] == "closed"

    def test_needs_the_checklist(self, agency: Agency) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", **GATE)
        step(agency.inspector, one, "end", **GATE)
        assert refused(agency.inspector, one, "report", **REPORT) == (422, "checklist_missing")
        assert refused(agency.inspector, one, "report", version=1, **REPORT) == (409, "visit_changed")


class TestLateness:
    @pytest.mark.parametrize(
        ("upto", "mark"), [("start", "missed"), ("end", "report_late"), ("sign", "follow_up_late")]
    )
    def test_is_noted_once(self, database: Database, agency: Agency, upto: str, mark: str) -> None:
        one = agency.planned()["id"]
        if upto == "end":
            step(agency.inspector, one, "start", at=before(hours=2), **GATE)
            step(agency.inspector, one, "end", **GATE)
        if upto == "sign":
            agency.reported(one)
            step(agency.owner, one, "countersign", signed=True)
        for days in (80, 81, 82):
            run_clock(database, now=NOW + timedelta(days=days))
        with database.transaction() as session:
            note_visit_due(session, one, now=NOW + timedelta(days=90))
        late = [row["data"]["anomaly"] for row in told(database, "visit_flagged")]
        assert late.count(mark) == 1

    def test_of_a_task_that_is_owed_no_more_cancels_the_visit(self, database: Database, agency: Agency) -> None:
        with database.transaction() as session:
            session.execute(update(task).values(state="cancelled", is_open=False))
        run_clock(database, now=NOW + timedelta(days=82))
        assert [row.state for row in visit_rows(database)] == ["cancelled", "planned"]


class TestRefusedEntry:
    """§7.1: 中介协查 escalates to 网格确查 on refusal."""

    @pytest.mark.parametrize("events", [(), ("start",)], ids=["before checking in", "at the gate"])
    def test_ends_visit_and_task_and_brings_the_grid(
        self, database: Database, agency: Agency, caller: Caller, *, events: tuple[str, ...]
    ) -> None:
        one = agency.planned()
        for event in events:
            step(agency.inspector, one["id"], event, **GATE)
        evidence = [photo_of(agency.inspector, agency.enterprise_id)]
        ended = step(agency.inspector, one["id"], "refuse_entry", reason="门卫不让进", evidence=evidence)
        run_clock(database, now=NOW + timedelta(days=1))

        tasks = {each["origin"]: each for each in caller().get(f"{INSPECTIONS}/tasks").json["items"]}
        shown = agency.inspector.get(f"{VISITS}/{one['id']}").json
        assert (ended["state"], ended["is_open"], ended["people"], shown["flags"]) == (
            "refused_entry", False, ["inspector"], [],
        )  # fmt: skip
        assert [(tasks[origin]["state"], tasks[origin]["tier"]) for origin in ("visit", "refusal")] == [
            ("refused_entry", 2), ("assigned", 3),
        ]  # fmt: skip
        assert names_of(told(database)).count("visit_ended") == len(events)

    def test_leaves_the_inspector_free_for_the_next_one(
        self, database: Database, agency: Agency, caller: Caller
    ) -> None:
        other = contracted(database, caller, agency_id=agency.id)
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", **GATE)
        evidence = [photo_of(agency.inspector, agency.enterprise_id)]
        step(agency.inspector, one, "refuse_entry", reason="门卫不让进", evidence=evidence)
        assert step(other.inspector, other.planned()["id"], "start", **GATE)["state"] == "started"

    def test_is_said_on_the_visit_and_not_beside_it(self, agency: Agency) -> None:
        task_id = agency.planned()["task_id"]
        body = {
            "event": "refuse_entry",
            "reason": "不让进",
            "evidence": [photo_of(agency.inspector, agency.enterprise_id)],
        }
        answer = agency.inspector.post(f"{INSPECTIONS}/tasks/{task_id}/steps", json=body)
        shown = agency.inspector.get(f"{INSPECTIONS}/tasks/{task_id}").json
        assert (answer.status_code, "refuse_entry" in shown["allowed"]) == (422, False)


class TestReporting:
    def test_marks_few_and_repeated_photos(self, database: Database, agency: Agency, caller: Caller) -> None:
        """§7.4: an identical photo, whether of this enterprise or of another one."""
        other = contracted(database, caller, agency_id=agency.id)
        elsewhere = photo_of(other.inspector, other.enterprise_id)
        one = agency.planned()["id"]
        photo = photo_of(agency.inspector, agency.enterprise_id)
        agency.reported(one)
        step(agency.owner, one, "dispute", reason="照片不符")
        step(agency.inspector, one, "report", photos=[photo], **REPORT)
        marks = {mark["kind"]: mark["facts"] for mark in agency.inspector.get(f"{VISITS}/{one}").json["flags"]}
        assert marks == {"few_photos": {"photos": 0, "least": 5}, "same_photo": {"photos": [photo]}}
        assert elsewhere != photo

    def test_with_five_photos_of_its_own_is_not_marked(self, agency: Agency) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", at=before(hours=2), **GATE)
        agency.check(one)
        step(agency.inspector, one, "end", **GATE)
        own = [photo_of(agency.inspector, agency.enterprise_id, b"\xff\xd8\xff %d" % number) for number in range(5)]
        step(agency.inspector, one, "report", photos=own, **REPORT)
        assert kinds(agency, one) == []

    def test_marks_the_third_visit_that_finds_nothing(self, agency: Agency, caller: Caller) -> None:
        """§7.4: zero hazards in three visits while a later tier finds some."""
        visits = [agency.arranged() for _ in range(3)]
        for hours, one in zip((60, 40, 20), visits, strict=True):
            step(agency.inspector, one, "start", at=before(hours=hours), **GATE)
            agency.check(one)
            step(agency.inspector, one, "end", at=before(hours=hours - 2), **GATE)
            if one == visits[2]:
                body = {"enterprise_id": agency.enterprise_id, "description": "无护栏", "place": "平台"}
                caller("grid_worker").post(f"{INSPECTIONS}/hazards", json=body)
            step(agency.inspector, one, "report", **REPORT)
        assert [("nothing_found" in kinds(agency, one)) for one in visits] == [False, False, True]

    def test_marks_what_missed_a_major_hazard(self, database: Database, agency: Agency, caller: Caller) -> None:
        """§7.4: found by a later tier within thirty days; what the intermediary itself finds marks nothing."""
        one = agency.planned()["id"]
        agency.reported(one)
        major = {"enterprise_id": agency.enterprise_id, "description": "未泄爆", "place": "打磨间", "item": "GM-11-03"}
        for client in (agency.inspector, caller("grid_worker")):
            assert "missed_major" not in kinds(agency, one)
            client.post(f"{INSPECTIONS}/hazards", json=major)
            run_clock(database, now=NOW + timedelta(hours=1))
        assert "missed_major" in kinds(agency, one)

    def test_does_not_blame_who_had_found_something(self, agency: Agency) -> None:
        visits = [agency.arranged() for _ in range(3)]
        for hours, one in zip((60, 40, 20), visits, strict=True):
            step(agency.inspector, one, "start", at=before(hours=hours), **GATE)
            agency.check(one)
            step(agency.inspector, one, "end", at=before(hours=hours - 2), **GATE)
            step(agency.inspector, one, "report", **REPORT)
        assert "nothing_found" not in kinds(agency, visits[2])


class TestAMark:
    def test_is_explained_and_dismissed(self, agency: Agency, caller: Caller) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", **FAR)
        step(agency.inspector, one, "explain", flag="outside_fence", reason="厂区搬迁")
        step(caller("subdistrict_officer"), one, "settle", flag="outside_fence", outcome="dismissed", reason="属实")
        [mark] = agency.inspector.get(f"{VISITS}/{one}").json["flags"]
        assert (mark["explanation"], mark["outcome"], mark["remark"]) == ("厂区搬迁", "dismissed", "属实")
        assert agency.inspector.get(f"{VISITS}?is_flagged=true").json["items"] == []


class TestReading:
    def test_counts_the_visits_of_the_area(self, agency: Agency, caller: Caller) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", **FAR)
        shown = caller().get(f"{VISITS}/figures?area=331002").json
        assert ({row["state"]: row["count"] for row in shown["states"]}["started"], shown["flagged"]) == (1, 1)
        assert agency.inspector.get(f"{VISITS}/figures?mine=true").json["flagged"] == 1

    def test_hides_visits_of_other_intermediaries_and_areas(
        self, agency: Agency, caller: Caller, database: Database
    ) -> None:
        one, stranger = agency.planned()["id"], new_id()
        told_of_contract(database, new_id(), (agency.enterprise_id, stranger), visits_per_year=0)
        others = [
            caller("intermediary_inspector", subject="spy", divisions=[], intermediary_id=stranger),
            caller("grid_worker", divisions=["331003"]),
        ]
        assert [client.get(f"{VISITS}/{one}").json["code"] for client in others] == ["visit_not_found"] * 2

    def test_shows_the_table_to_everyone(self, caller: Caller) -> None:
        shown = caller().get(f"{VISITS}/table").json
        assert len(shown["states"]) == 11
        assert [one["id"] for one in shown["anomalies"] if one["is_unreal"]] == [
            "outside_fence", "left_outside", "too_fast", "too_short", "same_photo",
        ]  # fmt: skip
