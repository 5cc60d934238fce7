"""The same story on SQLite and PostgreSQL: enter, move, list, count, remember, tell."""

from datetime import timedelta

from flask import Flask

from shared.database import Database
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    MONDAY,
    NOW,
    Caller,
    graded,
    known_enterprise,
    names_of,
    owes,
    run_clock,
    staffed,
    told,
)
from tests.unit.inspections.builders import all_normal, default_list

HAZARDS = f"{INSPECTIONS}/hazards"
ORDER = {"responsible": "车间主任", "measures": "加装护栏", "funds": "2万元", "acceptance": "安全员"}


class TestAHazard:
    def test_is_found_ordered_and_overdue(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        body = {"enterprise_id": enterprise_id, "description": "无护栏", "place": "平台", "longitude": 121.4}
        one = officer.post(HAZARDS, json=body).json["id"]
        for step in ({"event": "grade_general"}, {"event": "order", **ORDER}):
            assert officer.post(f"{HAZARDS}/{one}/steps", json=step).status_code == 200

        run_clock(database, now=NOW + timedelta(days=17))

        assert names_of(told(database)) == ["hazard_found", "hazard_graded", "hazard_assigned", "hazard_overdue"]
        assert [row["id"] for row in officer.get(f"{HAZARDS}?is_overdue=true").json["items"]] == [one]
        assert officer.get(f"{HAZARDS}/board").json["overdue"] == 1
        steps = officer.get(f"{HAZARDS}/{one}").json["steps"]
        assert [(taken["version"], taken["by"]) for taken in steps][-1] == (4, "clock")


class TestAReport:
    def test_is_received_and_decided(self, app: Flask, database: Database, caller: Caller, enterprise_id: str) -> None:
        body = {"subject": "打磨作坊", "description": "夜里打磨，粉尘很大", "enterprise_id": enterprise_id}
        receipt = app.test_client().post("/api/v1/public/reports", json=body).json["receipt"]
        officer = caller()
        [waiting] = officer.get(f"{INSPECTIONS}/reports").json["items"]
        decision = {"is_substantiated": True, "reply": "属实"}

        assert officer.post(f"{INSPECTIONS}/reports/{waiting['id']}/decide", json=decision).status_code == 200

        assert app.test_client().get(f"/api/v1/public/reports/{receipt}").json["state"] == "substantiated"
        assert names_of(told(database)) == ["report_received", "report_substantiated"]


class TestAnAbsence:
    def test_gives_a_task_to_somebody_else(self, database: Database, enterprise_id: str) -> None:
        """Row 2 of the way of a task: absence."""
        staffed(database, "first", "grid_worker")
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check")
        run_clock(database, now=MONDAY)
        staffed(database, "second", "grid_worker")
        staffed(database, "first", "grid_worker", sequence=2, is_absent=True)

        run_clock(database, now=MONDAY)

        [escalated] = told(database, "task_escalated")
        assert (escalated["data"]["owner"], escalated["data"]["rung"]) == ("second", "first")


class TestATask:
    def test_is_planned_routed_handed_in_and_counted(self, database: Database, caller: Caller) -> None:
        one = known_enterprise(database, grid="g-1")
        staffed(database, "a-grid_worker", "grid_worker", grids=("g-1",))
        graded(database, one, 1)
        owes(database, one, "self_check")
        run_clock(database, now=MONDAY)
        worker = caller("grid_worker")
        [task] = worker.get(f"{INSPECTIONS}/tasks?mine=true").json["items"]
        address = f"{INSPECTIONS}/tasks/{task['id']}"
        assert worker.post(f"{address}/steps", json={"event": "check_in"}).status_code == 200

        body = {"answers": all_normal(default_list(task["checklist"])), "signed": True}
        record = worker.post(f"{address}/submit", json=body).json

        assert (record["score"], record["hazards"], record["tier"]) == (100, {}, 3)
        assert worker.get(f"{INSPECTIONS}/tasks/inbox").json["area"] == 2
        listed = worker.get(f"{INSPECTIONS}/checks?enterprise_id={one}").json["items"]
        assert [row["id"] for row in listed] == [record["id"]]
