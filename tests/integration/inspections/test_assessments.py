"""A month of two subdistricts on both databases: counted, computed, contested, frozen, published, corrected."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from services.inspections.domain.schedules import Period
from services.inspections.tables import assessment, check_record, enterprise, hazard, task
from services.inspections.use_cases.assessments import ASSESS
from services.inspections.use_cases.hazards import Finding, find_hazard, step_hazard
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.database import Database
from shared.ids import new_id
from shared.machines import Step, end_of
from shared.work.timers import schedule
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    MONDAY,
    Caller,
    graded,
    known_enterprise,
    owes,
    run_clock,
    told,
)

ASSESSMENTS = f"{INSPECTIONS}/assessments"
MARCH, NEXT = "2027-03", "2027-04"
FIRST, SECOND = "331002001", "331002002"
COMPUTED = datetime(2027, 4, 6, 16, tzinfo=UTC)  # the third of April is a Saturday, the fifth is Qingming
CONTESTED = datetime(2027, 4, 9, 16, tzinfo=UTC)
PUBLISHED = datetime(2027, 4, 11, 16, tzinfo=UTC)  # the tenth is a Saturday
ORDER = {"responsible": "车间主任", "measures": "加装护栏", "funds": "2万元", "acceptance": "安全员"}


def supervised(database: Database, unit: str = FIRST, **facts: Any) -> str:
    place = {"division": f"{unit}001", "subdistrict": unit, "supervision": "supervised", "industry": "C2631"}
    return known_enterprise(database, **(place | facts))


def due(database: Database, enterprise_id: str, *, tier: int = 1, done_on: date | None = None, **changes: Any) -> str:
    """Make a task that a duty made due on the last of March, handed in at noon of ``done_on``."""
    period = Period(date(2027, 3, 1), changes.pop("last_day", date(2027, 3, 31)))
    origin = "contract" if tier == 2 else "self_check"
    with database.transaction() as session:
        wanted = NewTask(enterprise_id, tier, changes.pop("origin", origin), period, key=new_id(), owner="somebody")
        task_id = make_task(session, wanted, now=MONDAY)
        if done_on:
            changes = {"state": "submitted", "submitted_at": end_of(done_on) - timedelta(hours=12)} | changes
        if changes:
            session.execute(task.update().where(task.c.id == task_id).values(**changes))
    return task_id


def found(database: Database, enterprise_id: str, *, tier: int = 3, level: str = "general", **changes: Any) -> str:
    """Find a hazard that is to be put right by the twentieth of March."""
    with database.transaction() as session:
        hazard_id = find_hazard(session, Finding(enterprise_id, "无护栏", "平台"), by="a", tier=tier, now=MONDAY)
        step_hazard(session, hazard_id, step=Step("grade_general", "a", tier, MONDAY))
        step_hazard(session, hazard_id, step=Step("order", "a", tier, MONDAY, ORDER))
        values = {"deadline": date(2027, 3, 20), "level": level} | changes
        session.execute(hazard.update().where(hazard.c.id == hazard_id).values(**values))
    return hazard_id


def begun(database: Database) -> None:
    """Let a duty begin the assessment, of somebody who is not supervised any more."""
    owes(database, known_enterprise(database, name="丙", supervision="ceased"), "declaration")


def read(client: Any, path: str = f"/{MARCH}", **query: Any) -> Any:
    answer = client.get(f"{ASSESSMENTS}{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def figures(unit: Any) -> dict[str, tuple[int, int]]:
    return {one["indicator"]: (one["done"], one["planned"]) for one in unit["figures"] if one["planned"]}


class TestAMonth:
    def test_goes_from_open_to_published_by_the_clock(self, database: Database, caller: Caller) -> None:
        one, other = supervised(database), supervised(database, SECOND)
        begun(database)
        done = due(database, one, done_on=date(2027, 3, 20))
        due(database, other)
        states = []
        for moment in (MONDAY, COMPUTED, CONTESTED, PUBLISHED):
            run_clock(database, now=moment)
            shown = read(caller())
            states.append((shown["state"], shown["version"], shown["is_provisional"]))

        assert states == [("open", 0, True), ("computed", 1, False), ("frozen", 1, False), ("published", 1, False)]
        assert [(one["unit"], one["rank"], one["points"]) for one in shown["items"]] == [
            (FIRST, 1, 100),
            (SECOND, 2, 95),
        ]
        [event] = told(database, "assessment_published")
        assert (event["subject"], event["data"]["planned"], event["data"]["done"]) == (MARCH, 2, 1)
        [row] = read(caller(), "/rows", month=MARCH, unit=FIRST, indicator="self_check")["items"]
        assert (row["thing_id"], row["is_done"], row["due_on"]) == (done, True, "2027-03-31")

    def test_is_made_up_once_when_the_clock_was_away(self, database: Database, caller: Caller) -> None:
        due(database, supervised(database), done_on=date(2027, 3, 20))
        begun(database)
        late = datetime(2027, 6, 16, 1, tzinfo=UTC)

        for _ in range(2):
            run_clock(database, now=late)

        months = read(caller(), "", year=2027)["months"]
        assert [(one["month"], one["state"], one["version"]) for one in months] == [
            (MARCH, "computed", 1),
            (NEXT, "computed", 1),
            ("2027-05", "computed", 1),
            ("2027-06", "open", 0),
        ]
        assert months[0]["objections_until"] == "2027-06-18T16:00:00+00:00"

    def test_has_changed_nothing_while_it_is_open(self, caller: Caller) -> None:
        answer = caller().get(f"{ASSESSMENTS}/{MARCH}/changes")
        assert (answer.status_code, answer.json["code"]) == (404, "edition_not_found")

    def test_keeps_opening_the_rows_that_it_counted(self, database: Database, caller: Caller) -> None:
        counted = due(database, supervised(database))
        begun(database)
        run_clock(database, now=PUBLISHED)
        with database.transaction() as session:
            session.execute(task.update().where(task.c.id == counted).values(state="cancelled"))

        [row] = read(caller(), "/rows", month=MARCH, indicator="self_check")["items"]

        assert (row["thing_id"], row["kind"], row["industry"], row["is_done"]) == (counted, "task", "C26", False)


class TestFigures:
    def test_count_what_is_due_and_what_was_done_in_time(self, database: Database, caller: Caller) -> None:
        one, in_time = supervised(database), date(2027, 3, 20)
        due(database, one, done_on=in_time)
        due(database, one, done_on=date(2027, 4, 1))
        due(database, one, done_on=in_time, state="returned")
        due(database, one, state="cancelled")
        due(database, one, last_day=date(2027, 4, 1))
        due(database, one, tier=2, done_on=in_time)
        due(database, one, tier=2, origin="visit", done_on=in_time)
        due(database, one, tier=3, state="refused_entry")
        due(database, one, tier=3, state="refused_entry", is_overdue=True)
        due(database, one, tier=3, origin="adhoc")
        due(database, one, tier=3, origin="major_hazard", done_on=in_time)

        [unit] = read(caller())["items"]

        assert figures(unit) == {"self_check": (1, 3), "intermediary": (2, 2), "grid": (1, 2), "government": (1, 1)}
        assert unit["rate"] == pytest.approx((20 / 3 + 15 + 25 / 2 + 10) / 70)
        assert (unit["enterprises"], unit["band_en"]) == (1, "sufficient")

    def test_count_hazards_due_a_major_one_as_five(self, database: Database, caller: Caller) -> None:
        one = supervised(database)
        found(database, one, closed_on=date(2027, 3, 20))
        found(database, one, level="major", closed_on=date(2027, 3, 21))
        found(database, one, tier=4, closed_on=date(2027, 4, 2))
        for changes in ({"state": "transferred"}, {"state": "rejected"}, {"deadline": date(2027, 4, 20)}):
            found(database, one, **changes)

        [unit] = read(caller())["items"]

        assert figures(unit) == {"rectification": (1, 7), "government": (1, 1)}

    def test_count_only_running_duties_of_those_supervised(self, database: Database, caller: Caller) -> None:
        due(database, supervised(database))
        for facts in (
            {"supervision": "recorded"},
            {"status": "deregistered"},
            {"division": "331002", "subdistrict": ""},
        ):
            due(database, supervised(database, **facts))

        [unit] = read(caller())["items"]

        assert (unit["enterprises"], figures(unit)) == (1, {"self_check": (0, 1)})

    def test_show_beside_the_pass_rate_what_was_refuted(self, database: Database, caller: Caller) -> None:
        one = supervised(database)
        checked(database, one, tier=1, score=9000)
        checked(database, one, tier=1, score=8000)
        check_id = checked(database, one, tier=3, refuted=["G-01", "G-02"])
        checked(database, one, tier=3)
        checked(database, one, tier=3, refuted=["G-03"], at=end_of(date(2027, 3, 31)))

        [unit] = read(caller())["items"]

        assert (unit["self_checks"], unit["pass_rate"], unit["refuted"]) == (2, 0.85, 2)
        [row] = read(caller(), "/rows", month=MARCH, indicator="refuted")["items"]
        assert (row["thing_id"], row["times"], row["kind"]) == (check_id, 2, "check")
        assert len(read(caller(), "/rows", month=MARCH, indicator="self_checked")["items"]) == 2

    @pytest.mark.parametrize("figure", [{}, {"indicator": "self_check"}], ids=["all", "one"])
    def test_open_their_rows_page_by_page(self, database: Database, caller: Caller, figure: Mapping[str, str]) -> None:
        one = supervised(database)
        wanted = {due(database, one) for _ in range(3)}
        due(database, one, done_on=date(2027, 3, 20))
        query = {"month": MARCH, "is_done": "false", "limit": 2, **figure}

        first = read(caller(), "/rows", **query)
        second = read(caller(), "/rows", **query, cursor=first["next_cursor"])

        assert {row["thing_id"] for row in first["items"] + second["items"]} == wanted
        assert (len(second["items"]), second["next_cursor"]) == (1, None)


class TestArea:
    @pytest.fixture
    def two(self, database: Database) -> None:
        begun(database)
        for unit in (FIRST, SECOND):
            due(database, supervised(database, unit))

    def test_of_a_subdistrict_sees_its_own_place_before_publication(
        self, database: Database, caller: Caller, two: None
    ) -> None:
        officer = caller("subdistrict_officer", divisions=[SECOND])
        shown = read(officer)
        assert ([one["unit"] for one in shown["items"]], shown["units"]) == ([SECOND], 2)
        assert {row["unit"] for row in read(officer, "/rows", month=MARCH)["items"]} == {SECOND}
        assert {row["unit"] for row in read(officer, "/base", month=MARCH)["items"]} == {SECOND}

    def test_of_a_subdistrict_sees_every_place_after_it(self, database: Database, caller: Caller, two: None) -> None:
        for moment in (COMPUTED, CONTESTED, PUBLISHED):
            run_clock(database, now=moment)
        officer = caller("subdistrict_officer", divisions=[SECOND])
        assert [(one["unit"], one["is_own"]) for one in read(officer)["items"]] == [(FIRST, False), (SECOND, True)]
        assert {row["unit"] for row in read(officer, "/rows", month=MARCH)["items"]} == {SECOND}
        assert [one["unit"] for one in read(officer, "", year=2027)["items"]] == [FIRST, SECOND]


class TestBaseTable:
    def test_opens_its_enterprises(self, database: Database, caller: Caller) -> None:
        one = supervised(database)
        supervised(database, industry="")
        query = {"month": MARCH, "unit": FIRST, "level": 0}
        assert [row["enterprise_id"] for row in self.enterprises(caller(), industry="C26", **query)] == [one]
        assert [row["industry"] for row in self.enterprises(caller(), industry="-", **query)] == [""]
        assert self.enterprises(caller(divisions=[SECOND]), month=MARCH) == []

    def enterprises(self, client: Any, **query: Any) -> Any:
        return read(client, "/enterprises", **query)["items"]

    def test_counts_enterprises_and_what_is_due_by_industry_and_level(self, database: Database, caller: Caller) -> None:
        one = supervised(database)
        graded(database, one, 2)
        due(database, one)
        supervised(database, industry="C1713")

        cells = read(caller(), "/base", month=MARCH)["items"]

        assert [(cell["industry"], cell["level"], cell["enterprises"], cell["planned"]) for cell in cells] == [
            ("C17", 0, 1, {}),
            ("C26", 2, 1, {"self_check": 1}),
        ]

    def test_is_a_file_too(self, database: Database, caller: Caller) -> None:
        due(database, supervised(database))
        answer = caller().get(f"{ASSESSMENTS}/base.csv", query_string={"month": MARCH})
        lines = answer.get_data().decode("utf-8-sig").splitlines()
        assert lines[0].startswith("unit,industry,level,enterprises,self_check")
        assert lines[1:] == [f"{FIRST},C26,0,1,1,0,0,0,0,0"]

    def test_of_an_edition_stays_as_it_was(self, database: Database, caller: Caller) -> None:
        one = supervised(database)
        begun(database)
        due(database, one)
        run_clock(database, now=COMPUTED)
        graded(database, one, 1)
        [cell] = read(caller(), "/base", month=MARCH)["items"]
        assert (cell["level"], cell["enterprises"], cell["planned"]) == (0, 1, {"self_check": 1})


class TestMonths:
    def test_that_are_none_are_refused(self, database: Database, caller: Caller) -> None:
        answer = caller().get(f"{ASSESSMENTS}/2027-13")
        assert (answer.status_code, answer.json["code"]) == (422, "month_unknown")

    @pytest.mark.parametrize("version", [1, 7])
    def test_have_no_other_editions(self, database: Database, caller: Caller, version: int) -> None:
        answer = caller().get(f"{ASSESSMENTS}/{MARCH}?version={version}")
        assert (answer.status_code, answer.json["code"]) == (404, "edition_not_found")

    def test_in_a_row_at_the_very_end_ask_for_a_talk(self, database: Database, caller: Caller) -> None:
        begun(database)
        for number in range(3):
            one = supervised(database, f"33100200{number + 1}")
            for day in (date(2027, 3, 31), date(2027, 4, 30)):
                for _ in range(2 - number):
                    due(database, one, last_day=day, done_on=date(2027, 3, 20))
                due(database, one, last_day=day)
        run_clock(database, now=COMPUTED)

        units = read(caller(), f"/{NEXT}")["items"]

        assert [(one["is_last"], one["has_to_talk"]) for one in units] == [(False, False), (True, False), (True, True)]

    def test_begin_after_an_upgrade_where_duties_run_already(self, database: Database) -> None:
        with database.transaction() as session:
            schedule(session, ASSESS, "", due_at=MONDAY)

        run_clock(database, now=MONDAY)

        with database.reading() as session:
            assert [(row.month, row.state) for row in session.execute(select(assessment))] == [(MARCH, "open")]

    def test_without_anything_due_are_published_all_the_same(self, database: Database, caller: Caller) -> None:
        begun(database)
        with database.transaction() as session:
            session.execute(enterprise.update().values(is_active=False))
        for moment in (COMPUTED, CONTESTED, PUBLISHED):
            run_clock(database, now=moment)
        shown = read(caller())
        assert (shown["state"], shown["items"]) == ("published", [])
        assert told(database, "assessment_published")[0]["data"]["ranking"] == []

    def test_begin_with_the_first_duty_only(self, database: Database) -> None:
        with database.reading() as session:
            assert session.execute(select(assessment)).all() == []
        begun(database)
        begun(database)
        with database.reading() as session:
            assert [row.month for row in session.execute(select(assessment))] == [MARCH]


def checked(database: Database, enterprise_id: str, *, tier: int, **changes: Any) -> str:
    """Keep a record of a check of the tenth of March."""
    task_id, record_id = due(database, enterprise_id, tier=tier, origin="adhoc"), new_id()
    record: dict[str, Any] = {
        "checklist": "GENERAL",
        "checklist_version": 1,
        "by": "a",
        "at": end_of(date(2027, 3, 10)),
    }
    empty = {"answers": {}, "meanings": {}, "notes": {}, "hazards": {}, "refuted": changes.pop("refuted", [])}
    record |= {"score_hundredths": changes.pop("score", None)} | empty | changes
    with database.transaction() as session:
        session.execute(
            insert(check_record).values(id=record_id, task_id=task_id, enterprise_id=enterprise_id, tier=tier, **record)
        )
    return record_id
