"""A merged entry: hazards, orders, tasks, checks and reports follow to the one that stays, in any order, once."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Table, select

from services.inspections.subscriptions import on_enterprise_state, on_enterprises_merged
from services.inspections.tables import check_record, halt_order, hazard, public_report, task, task_step
from services.inspections.use_cases.hazards import Finding, find_hazard
from shared.contracts.registry import EnterpriseDeregistered, EnterprisesMerged
from shared.database import Database
from shared.database.chassis import timer
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    MONDAY,
    NOW,
    Caller,
    graded,
    known_enterprise,
    owes,
    photo_of,
    run_clock,
    staffed,
    told,
)
from tests.support.events import received
from tests.unit.inspections.builders import all_normal, default_list

HAZARDS = f"{INSPECTIONS}/hazards"
ORDER = {"responsible": "车间主任", "measures": "加装护栏", "funds": "2万元", "acceptance": "安全员"}
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def kept(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def gone(database: Database) -> str:
    return known_enterprise(database)


def merge(database: Database, kept: str, *gone: str) -> None:
    event = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=gone)
    with database.transaction() as session:
        on_enterprises_merged(session, received(event), now=MONDAY)


def end(database: Database, gone: str) -> None:
    event = EnterpriseDeregistered(
        enterprise_id=gone, uscc="", name="甲", division="331002", status="merged", supervision="ceased"
    )
    with database.transaction() as session:
        on_enterprise_state(session, [received(event, sequence=2)], now=MONDAY)


def find(database: Database, enterprise_id: str, *, item: str = "") -> str:
    with database.transaction() as session:
        finding = Finding(enterprise_id, "临边无护栏", "平台", item=item)
        return find_hazard(session, finding, by="a-1", tier=4, now=MONDAY)


def owners(database: Database, table: Table) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(table.c.enterprise_id)))


def tasks(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(task).order_by(task.c.tier, task.c.is_open, task.c.id)))


def planned(database: Database, enterprise_id: str, *, frequency: str = "by_level") -> None:
    graded(database, enterprise_id, 1)
    owes(database, enterprise_id, "self_check", frequency=frequency)
    run_clock(database, now=MONDAY)


class TestAMerge:
    def test_takes_everything_over(self, database: Database, caller: Caller, kept: str, gone: str) -> None:
        officer, worker = caller(), caller("grid_worker")
        staffed(database, "a-grid_worker", "grid_worker")
        planned(database, gone)
        address = f"{INSPECTIONS}/tasks/{worker.get(f'{INSPECTIONS}/tasks?mine=true').json['items'][0]['id']}"
        worker.post(f"{address}/steps", json={"event": "check_in"})
        answers = all_normal(default_list("GENERAL"))
        assert worker.post(f"{address}/submit", json={"answers": answers, "signed": True}).status_code == 201
        halted = {"event": "safety_order", "order_number": "责停〔2027〕1号", "part": "二车间"}
        one = find(database, gone, item="GM-11-03")
        assert officer.post(f"{HAZARDS}/{one}/steps", json=halted).status_code == 200
        report = {"subject": "打磨", "description": "夜里打磨，粉尘大", "enterprise_id": gone}
        officer.post("/api/v1/public/reports", json=report)

        merge(database, kept, gone)

        everything = (hazard, halt_order, public_report, task, check_record)
        assert [owners(database, one) for one in everything] == [{kept}] * 5
        assert [row.owner for row in tasks(database) if row.tier == 1] == [f"enterprise:{kept}"]

    def test_is_the_same_when_it_is_told_again(self, database: Database, kept: str, gone: str) -> None:
        planned(database, gone)
        planned(database, kept)
        merge(database, kept, gone)
        before = tasks(database)

        merge(database, kept, gone)

        assert tasks(database) == before

    def test_lets_the_clock_of_a_hazard_run_on(self, database: Database, caller: Caller, kept: str, gone: str) -> None:
        one, officer = find(database, gone), caller()
        for step in ({"event": "grade_general"}, {"event": "order", **ORDER}):
            assert officer.post(f"{HAZARDS}/{one}/steps", json=step).status_code == 200
        merge(database, kept, gone)

        run_clock(database, now=NOW + timedelta(days=17))

        [overdue] = told(database, "hazard_overdue")
        assert (overdue["subject"], overdue["data"]["enterprise_id"]) == (one, kept)

    def test_waits_for_the_entry_that_stays(self, database: Database, gone: str) -> None:
        with pytest.raises(NotYet, match="enterprise:"):
            merge(database, new_id(), gone)


@on_sqlite
class TestOrder:
    @pytest.mark.parametrize("order", list(permutations(("finding", "merge", "end"))), ids="-".join)
    def test_of_finding_merge_and_end_does_not_matter(
        self, database: Database, kept: str, gone: str, order: tuple[str, ...]
    ) -> None:
        happens = {
            "finding": lambda: find(database, gone),
            "merge": lambda: merge(database, kept, gone),
            "end": lambda: end(database, gone),
        }
        for name in order:
            happens[name]()

        assert owners(database, hazard) == {kept}

    @pytest.mark.parametrize("is_reversed", [False, True])
    def test_of_two_merges_does_not_matter(
        self, database: Database, kept: str, gone: str, *, is_reversed: bool
    ) -> None:
        between = known_enterprise(database)
        merges = [(between, gone), (kept, between)]
        find(database, gone)
        for stays, goes in reversed(merges) if is_reversed else merges:
            merge(database, stays, goes)
        find(database, gone)

        assert owners(database, hazard) == {kept}

    def test_of_a_later_duty_of_the_old_entry_makes_no_task(self, database: Database, kept: str, gone: str) -> None:
        merge(database, kept, gone)
        planned(database, gone)

        assert tasks(database) == []


@on_sqlite
class TestTasks:
    def test_of_one_duty_of_both_are_done_once(self, database: Database, kept: str, gone: str) -> None:
        planned(database, gone)
        planned(database, kept, frequency="monthly")  # the tasks of tier 1 have other periods, but are one duty
        merge(database, kept, gone)

        found = [(row.tier, row.state, row.enterprise_id) for row in tasks(database)]
        assert found == [(tier, state, kept) for tier in (1, 3) for state in ("cancelled", "assigned")]
        with database.reading() as session:
            reasons = session.scalars(select(task_step.c.given).where(task_step.c.event == "cancel")).all()
        assert reasons == [{"reason": "merged"}] * 2

    def test_that_are_under_way_stay_beside_those_of_the_other(
        self, database: Database, caller: Caller, kept: str, gone: str
    ) -> None:
        staffed(database, "a-grid_worker", "grid_worker")
        planned(database, gone)
        worker = caller("grid_worker")
        [mine] = worker.get(f"{INSPECTIONS}/tasks?mine=true").json["items"]
        worker.post(f"{INSPECTIONS}/tasks/{mine['id']}/steps", json={"event": "check_in"})
        planned(database, kept)
        merge(database, kept, gone)

        assert sorted(row.state for row in tasks(database) if row.tier == 3) == ["assigned", "on_site"]

    def test_are_planned_for_the_entry_that_stays(self, database: Database, kept: str, gone: str) -> None:
        planned(database, gone)
        owes(database, kept, "self_check")
        graded(database, kept, 1)
        merge(database, kept, gone)

        with database.reading() as session:
            due = session.scalars(select(timer.c.entity).where(timer.c.kind == "plan_tasks")).all()
        assert due == [kept]
        run_clock(database, now=MONDAY)
        assert [(row.tier, row.state) for row in tasks(database)] == [(1, "assigned"), (3, "assigned")]


@on_sqlite
class TestLaterWork:
    def test_on_the_old_entry_is_about_the_one_that_stays(
        self, database: Database, caller: Caller, kept: str, gone: str
    ) -> None:
        officer = caller()
        photo = photo_of(officer, gone)
        merge(database, kept, gone)
        found = {"description": "临边无护栏", "place": "平台", "before": [photo]}
        report = {"subject": "打磨", "description": "夜里打磨，粉尘大"}

        answers = [officer.post(HAZARDS, json=found | {"enterprise_id": one}) for one in (gone, kept)]
        begun = officer.post(f"{INSPECTIONS}/tasks", json={"enterprise_id": gone, "cause": "complaint", "basis": "1"})
        officer.post("/api/v1/public/reports", json=report | {"enterprise_id": gone})
        officer.post("/api/v1/public/reports", json=report)
        waiting = officer.get(f"{INSPECTIONS}/reports").json["items"]
        for one in waiting:
            decision = {"is_substantiated": True, "reply": "属实", "enterprise_id": gone}
            officer.post(f"{INSPECTIONS}/reports/{one['id']}/decide", json=decision)

        assert [answer.json["enterprise_id"] for answer in (*answers, begun)] == [kept] * 3
        assert {one["data"]["enterprise_id"] for one in told(database, "report_substantiated")} == {kept}
        assert officer.get(f"{INSPECTIONS}/attachments/{photo}").status_code == 200
