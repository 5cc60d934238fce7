"""What a published plan becomes: tasks when their month begins, progress by month, a new version, its table."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from sqlalchemy import select

from services.inspections.tables import task
from services.inspections.use_cases.plan_months import begin_visit
from shared.clock import business_date
from shared.database import Database
from shared.sheets.workbook import workbook_rows
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    graded,
    known_enterprise,
    run_clock,
    staffed,
)
from tests.integration.inspections.test_merging import merge
from tests.integration.inspections.test_plans import YEAR, four, made, published, read, refused, send

THIS_MONTH = business_date(NOW).month
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def day(month: int, number: int = 1, *, year: int = YEAR) -> datetime:
    """Return nine in the morning of a day in China."""
    return datetime(year, month, number, 1, 0, tzinfo=UTC)


def tasks(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(task).where(task.c.tier == 4).order_by(task.c.id)))


def one_line(
    database: Database, caller: Caller, months: list[int], *, level: int = 1, year: int = YEAR
) -> tuple[str, str]:
    """Return a published plan with one enterprise, and that enterprise."""
    enterprise_id = known_enterprise(database)
    graded(database, enterprise_id, level)
    officer = caller()
    one = made(officer, year=year)
    send(officer, f"{one}/capacity", "PUT", working_days=248, officers=8)
    send(officer, f"{one}/lines/{enterprise_id}", "PUT", months=months)
    return published(caller, of=one), enterprise_id


class TestMonth:
    def test_makes_the_tasks_of_its_visits_once(self, database: Database, caller: Caller) -> None:
        """On both databases; the clock may come twice."""
        staffed(database, "officer", "bureau_officer")
        one, enterprise_id = one_line(database, caller, [3, 9])

        for moment in (day(1), day(3), day(3), day(3, 2)):
            run_clock(database, now=moment)

        [made_one] = tasks(database)
        assert (made_one.enterprise_id, made_one.cause, made_one.authority) == (enterprise_id, "plan", "331002")
        assert (made_one.first_day.month, made_one.last_day.day, made_one.owner) == (3, 31, "officer")
        [line] = read(caller(), f"{one}/lines")["items"]
        assert [(visit["month"], visit["stand"]) for visit in line["months"]] == [(3, "running"), (9, "waiting")]


@on_sqlite
class TestPlannedTask:
    def test_is_the_one_that_an_officer_opens(self, database: Database, caller: Caller) -> None:
        """A planned check is not begun a second time beside the task of the month; a clue is another matter."""
        _, enterprise_id = one_line(database, caller, [THIS_MONTH], year=YEAR - 1)
        run_clock(database, now=datetime.now(UTC))
        [waiting] = tasks(database)
        body = {"enterprise_id": enterprise_id, "cause": "plan"}
        answer = caller().post(f"{INSPECTIONS}/tasks", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "planned_already")
        assert answer.json["facts"]["id"] == waiting.id
        clue = body | {"cause": "complaint", "basis": "12350-77"}
        assert caller().post(f"{INSPECTIONS}/tasks", json=clue).status_code == 201


@on_sqlite
class TestProgress:
    def test_counts_what_waits_runs_and_is_overdue(self, database: Database, caller: Caller) -> None:
        one, _ = one_line(database, caller, [3, 9])
        run_clock(database, now=day(3))
        run_clock(database, now=day(4, 2))
        months = {row["month"]: row for row in read(caller(), one)["months"]}
        assert (months[3]["overdue"], months[9]["waiting"], months[3]["planned"]) == (1, 1, 1)
        assert [row["enterprise_id"] for row in read(caller(), f"{one}/lines?month=3&stand=overdue")["items"]]

    def test_drops_a_visit_that_the_cap_forbids(self, database: Database, caller: Caller) -> None:
        """国办发〔2024〕54号: the level has fallen, the cap with it."""
        one, enterprise_id = one_line(database, caller, [3, 9])
        run_clock(database, now=day(3))
        graded(database, enterprise_id, 4, sequence=2)
        run_clock(database, now=day(9))
        [line] = read(caller(), f"{one}/lines")["items"]
        assert [(visit["stand"], visit["dropped"]) for visit in line["months"]][1] == ("dropped", "cap_reached")
        assert (line["is_over_cap"], len(tasks(database))) == (True, 1)

    def test_drops_what_is_too_late_or_closed(self, database: Database, caller: Caller) -> None:
        one, enterprise_id = one_line(database, caller, [3, 9])
        run_clock(database, now=day(4))
        known_enterprise(database, enterprise_id=enterprise_id, status="deregistered", sequence=2)
        run_clock(database, now=day(9))
        [line] = read(caller(), f"{one}/lines")["items"]
        assert [visit["dropped"] for visit in line["months"]] == ["month_over", "inactive"]

    def test_goes_over_to_the_entry_that_stays(self, database: Database, caller: Caller) -> None:
        _, gone = one_line(database, caller, [3])
        kept = known_enterprise(database, name="留下的企业")
        graded(database, kept, 1)
        merge(database, kept, gone)
        known_enterprise(database, enterprise_id=gone, status="merged", sequence=2)
        run_clock(database, now=day(3))
        assert [row.enterprise_id for row in tasks(database)] == [kept]

    def test_ends_with_the_year(self, database: Database, caller: Caller) -> None:
        one, _ = one_line(database, caller, [12])
        run_clock(database, now=day(1, year=YEAR + 1))
        assert read(caller(), one)["months"][11]["dropped"] == 1

    def test_makes_no_task_of_a_visit_that_is_no_more(self, database: Database) -> None:
        with database.transaction() as session:
            begin_visit(session, "01932f7e-5d40-7a10-8b21-0c4d5e6f7d40", now=day(3))
        assert tasks(database) == []


@on_sqlite
class TestVersion:
    def test_takes_the_place_of_the_one_before(self, database: Database, caller: Caller) -> None:
        old, enterprise_id = one_line(database, caller, [3, 9])
        run_clock(database, now=day(3))
        officer = caller()
        new = send(officer, f"{old}/versions")["id"]
        assert refused(officer, f"{old}/versions") == (409, "plan_exists")
        send(officer, f"{new}/lines/{enterprise_id}", "PUT", months=[3, 10], note="改期")

        published(caller, of=new)

        assert [read(officer, one)["state"] for one in (old, new)] == ["replaced", "published"]
        assert read(officer, f"{new}/changes") == {
            "count": 1,
            "items": [{"enterprise_id": enterprise_id, "name": "甲字号机械厂", "before": [3, 9], "after": [3, 10]}],
        }
        [line] = read(officer, f"{new}/lines")["items"]
        assert [(visit["month"], visit["stand"]) for visit in line["months"]] == [(3, "running"), (10, "waiting")]
        run_clock(database, now=day(9))
        assert len(tasks(database)) == 1

    @pytest.mark.parametrize(("step", "state"), [("", "cancelled"), ("check_in", "on_site")], ids=["waits", "begun"])
    def test_calls_off_what_it_leaves_out_and_nobody_has_begun(
        self, database: Database, caller: Caller, step: str, state: str
    ) -> None:
        staffed(database, "a-bureau_officer", "bureau_officer")
        old, enterprise_id = one_line(database, caller, [3, 9])
        officer = caller()
        new = send(officer, f"{old}/versions")["id"]
        send(officer, f"{new}/lines/{enterprise_id}", "PUT", months=[9], note="改期")
        send(officer, f"{new}/steps", event="submit")
        run_clock(database, now=day(3))
        if step:
            [begun] = tasks(database)
            assert officer.post(f"{INSPECTIONS}/tasks/{begun.id}/steps", json={"event": step}).status_code == 200

        send(caller("bureau_leader"), f"{new}/decide", is_approved=True)
        send(officer, f"{new}/steps", event="publish")

        assert [row.state for row in tasks(database)] == [state]

    def test_follows_what_moved_on_while_it_was_written(self, database: Database, caller: Caller) -> None:
        old, enterprise_id = one_line(database, caller, [3, 9])
        officer = caller()
        new = send(officer, f"{old}/versions")["id"]
        send(officer, f"{new}/lines/{enterprise_id}", "PUT", months=[3, 9], note="不变")
        run_clock(database, now=day(3))

        published(caller, of=new)

        [line] = read(officer, f"{new}/lines")["items"]
        assert [(visit["month"], visit["stand"]) for visit in line["months"]] == [(3, "running"), (9, "waiting")]
        assert [row.state for row in tasks(database)] == ["assigned"]

    def test_keeps_a_month_whose_check_has_been_given_out(self, database: Database, caller: Caller) -> None:
        old, enterprise_id = one_line(database, caller, [3, 9])
        run_clock(database, now=day(3))
        officer = caller()
        new = send(officer, f"{old}/versions")["id"]
        assert refused(officer, f"{new}/lines/{enterprise_id}", "PUT", months=[9]) == (422, "month_over")

    def test_is_made_of_a_published_plan_only(self, caller: Caller) -> None:
        officer = caller()
        assert refused(officer, f"{made(officer)}/versions") == (422, "not_published")

    def test_has_nothing_to_compare_with_when_it_is_the_first(self, database: Database, caller: Caller) -> None:
        one, _ = one_line(database, caller, [3])
        assert read(caller(), f"{one}/changes")["count"] == 1


@on_sqlite
class TestOneLayer:
    def test_lets_no_other_authority_come(self, database: Database, caller: Caller) -> None:
        """应急〔2021〕23号: whoever plans for itself comes; the county's officers only for a clue."""
        officer, part = caller(), caller(divisions=["331002001"], subject="part")
        from_year = read_year(database, caller, officer)
        body = {"enterprise_id": from_year, "cause": "plan"}
        answer = officer.post(f"{INSPECTIONS}/tasks", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "second_layer")
        assert part.post(f"{INSPECTIONS}/tasks", json=body).status_code == 201
        clue = body | {"cause": "complaint", "basis": "12350-77"}
        assert officer.post(f"{INSPECTIONS}/tasks", json=clue).status_code == 201


def read_year(database: Database, caller: Caller, officer: Any) -> str:
    """Return an enterprise in the plan of this year of a part of the county."""
    enterprise_id = known_enterprise(database)
    graded(database, enterprise_id, 1)
    one = made(officer, year=YEAR - 1, authority="331002001")
    send(officer, f"{one}/capacity", "PUT", working_days=248, officers=8)
    send(officer, f"{one}/lines/{enterprise_id}", "PUT", months=[12])
    published(caller, of=one)
    return enterprise_id


@on_sqlite
class TestTable:
    def test_has_the_usual_columns(self, database: Database, caller: Caller) -> None:
        """龙岩 2025: eleven columns, one row for an enterprise, one for each level that is drawn by lot."""
        four(database)
        one = published(caller)
        answer = caller().get(f"{INSPECTIONS}/plans/{one}/export.csv")
        head, *rows = csv.reader(StringIO(answer.data.decode("utf-8-sig")))
        assert (len(head), head[6], len(rows)) == (11, "检查频次和上限", 4)
        assert (rows[0][3], rows[0][5], rows[0][6]) == ("1号厂", "重点检查（现场）", "2 次/年，上限 2 次/年")
        assert (rows[2][3], rows[2][7]) == ("3 级企业 1 家，抽取 30%（1 家）", "全年")

    def test_is_a_workbook_too(self, database: Database, caller: Caller) -> None:
        four(database)
        one = published(caller)
        answer = caller().get(f"{INSPECTIONS}/plans/{one}/export.xlsx")
        rows = list(workbook_rows(BytesIO(answer.data)))
        answer.close()
        assert len(rows) == 5
