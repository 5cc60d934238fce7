"""Objections while the window is open, decisions with a reason, corrections and entries: always a new edition."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.inspections.subscriptions import on_accident_recorded
from services.inspections.tables import assessment_objection
from services.inspections.use_cases.objections import Ruling, decide_objection
from shared.contracts.credit import AccidentRecorded
from shared.database import Database
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.inspections.conftest import Caller, run_clock, told
from tests.integration.inspections.test_assessments import (
    ASSESSMENTS,
    COMPUTED,
    CONTESTED,
    FIRST,
    MARCH,
    NEXT,
    PUBLISHED,
    SECOND,
    begun,
    due,
    figures,
    read,
    supervised,
)
from tests.support.databases import Begin
from tests.support.events import received


@pytest.fixture
def month(database: Database, begin_with: Begin) -> dict[str, str]:
    """Return the tasks that a computed month counts as not done, by unit."""

    def compute() -> dict[str, str]:
        begun(database)
        tasks = {unit: due(database, supervised(database, unit)) for unit in (FIRST, SECOND)}
        due(database, supervised(database, SECOND), done_on=date(2027, 3, 20))
        run_clock(database, now=COMPUTED)
        return tasks

    return begin_with(compute)


def sent(client: Any, path: str, status: int = 201, **body: Any) -> Any:
    answer = client.post(f"{ASSESSMENTS}{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def objection(month: dict[str, str], **changes: Any) -> dict[str, Any]:
    usual = {"month": MARCH, "unit": FIRST, "indicator": "self_check", "reason": "三月二十日已上门"}
    return usual | {"thing_id": month[FIRST]} | changes


class TestObjection:
    def test_that_is_accepted_makes_a_new_edition(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer", divisions=[FIRST]), "/objections", **objection(month))

        decided = sent(caller(), f"/objections/{one['id']}/decide", 200, is_accepted=True, reply="属实")

        assert (decided["state"], decided["version"], decided["reply"]) == ("accepted", 2, "属实")
        shown = {unit["unit"]: unit for unit in read(caller())["items"]}
        assert (figures(shown[FIRST]), shown[FIRST]["rank"]) == ({"self_check": (1, 1)}, 1)
        before = {unit["unit"]: unit for unit in read(caller(), version=1)["items"]}
        assert (figures(before[FIRST]), before[FIRST]["rank"]) == ({"self_check": (0, 1)}, 2)
        changes = read(caller(), f"/{MARCH}/changes", version=2)
        assert {one["unit"] for one in changes["units"]} == {FIRST, SECOND}
        assert [(row["since"], row["is_done"]) for row in changes["rows"]] == [(1, False), (2, True)]

    def test_that_is_rejected_changes_nothing(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month, wanted="dropped"))
        decided = sent(caller(), f"/objections/{one['id']}/decide", 200, is_accepted=False, reply="无凭据")
        assert (decided["state"], decided["version"]) == ("rejected", None)
        assert read(caller())["version"] == 1

    def test_is_decided_once(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month))
        ruling = {"is_accepted": False, "reply": "无凭据"}
        sent(caller(), f"/objections/{one['id']}/decide", 200, **ruling)
        assert sent(caller(), f"/objections/{one['id']}/decide", 409, **ruling)["code"] == "objection_decided"

    def test_against_a_whole_figure_asks_for_the_rows(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month, thing_id=None))
        address = f"/objections/{one['id']}/decide"
        assert sent(caller(), address, 422, is_accepted=True, reply="属实")["code"] == "changes_missing"
        named = [{"thing_id": month[FIRST], "change": "dropped"}]
        sent(caller(), address, 200, is_accepted=True, reply="属实", changes=named)
        shown = {unit["unit"]: unit for unit in read(caller())["items"]}
        assert (figures(shown[FIRST]), shown[FIRST]["rank"]) == ({}, None)

    def test_names_each_row_once(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month, thing_id=None))
        twice = [{"thing_id": month[FIRST], "change": "dropped"}] * 2
        answer = sent(caller(), f"/objections/{one['id']}/decide", 422, is_accepted=True, reply="属实", changes=twice)
        assert answer["errors"][0]["field"] == "changes"

    def test_against_a_figure_is_met_by_what_was_corrected(
        self, database: Database, caller: Caller, month: Any
    ) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month, thing_id=None))
        sent(caller(), "/corrections", **correction(month, "done"))
        decided = sent(caller(), f"/objections/{one['id']}/decide", 200, is_accepted=True, reply="已更正")
        assert (decided["version"], read(caller())["version"]) == (2, 2)

    def test_is_taken_for_rows_of_the_own_figure_only(self, database: Database, caller: Caller, month: Any) -> None:
        officer = caller("subdistrict_officer", divisions=[FIRST])
        foreign = objection(month, thing_id=month[SECOND])
        assert sent(officer, "/objections", 404, **foreign)["code"] == "row_not_counted"
        assert sent(officer, "/objections", 404, **objection(month, unit=SECOND))["code"] == "unit_not_found"
        assert read(officer, "/objections", month=MARCH)["items"] == []

    def test_of_another_area_is_not_found(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month))
        stranger = caller(divisions=["331003"])
        answer = sent(stranger, f"/objections/{one['id']}/decide", 404, is_accepted=False, reply="不对")
        assert answer["code"] == "objection_not_found"

    def test_comes_too_late_after_the_window(self, database: Database, caller: Caller, month: Any) -> None:
        run_clock(database, now=CONTESTED)
        assert sent(caller("subdistrict_officer"), "/objections", 409, **objection(month))["code"] == "window_closed"


class TestUndecidedObjection:
    def test_keeps_a_month_from_being_published(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month))
        for moment in (CONTESTED, PUBLISHED, PUBLISHED + timedelta(days=30)):
            run_clock(database, now=moment)

        shown = read(caller())

        assert (shown["state"], shown["undecided"]) == ("computed", 1)
        assert [row["id"] for row in read(caller(), "/objections", state="raised")["items"]] == [one["id"]]
        assert told(database, "assessment_published") == []

    def test_publishes_the_month_with_the_last_decision(self, database: Database, caller: Caller, month: Any) -> None:
        one = sent(caller("subdistrict_officer"), "/objections", **objection(month))
        run_clock(database, now=PUBLISHED)
        with database.transaction() as session:
            row = session.execute(select(assessment_objection)).one()
            decide_objection(session, row, Ruling(is_accepted=True, reply="属实"), by="o", now=PUBLISHED)

        assert (read(caller())["state"], row.id) == ("published", one["id"])
        [event] = told(database, "assessment_published")
        assert (event["data"]["version"], event["data"]["done"]) == (2, 2)


def correction(month: dict[str, str], change: str = "dropped") -> dict[str, Any]:
    row = {"thing_id": month[FIRST], "change": change}
    return {"month": MARCH, "unit": FIRST, "indicator": "self_check", "reason": "重复"} | row


class TestCorrection:
    def test_of_a_published_month_is_told_anew(self, database: Database, caller: Caller, month: Any) -> None:
        for moment in (CONTESTED, PUBLISHED):
            run_clock(database, now=moment)

        assert sent(caller(), "/corrections", **correction(month)) == {"month": MARCH, "version": 2}

        told_versions = [event["data"]["version"] for event in told(database, "assessment_published")]
        assert (told_versions, [int(event["sequence"]) for event in told(database, "assessment_published")]) == (
            [1, 2],
            [1, 2],
        )
        assert figures(read(caller(), version=1)["items"][1]) == {"self_check": (0, 1)}
        assert read(caller())["items"][1]["rank"] is None

    def test_says_what_is_counted_like_that_already(self, database: Database, caller: Caller, month: Any) -> None:
        answer = sent(caller(), "/corrections", 422, **correction(month, "not_done"))
        assert answer["code"] == "nothing_to_change"

    def test_is_for_rows_of_the_named_unit_only(self, database: Database, caller: Caller, month: Any) -> None:
        answer = sent(caller(), "/corrections", 404, **correction(month) | {"unit": SECOND})
        assert answer["code"] == "row_not_counted"

    def test_is_none_while_the_month_is_open(self, database: Database, caller: Caller, month: Any) -> None:
        answer = sent(caller(), "/corrections", 409, **correction(month) | {"month": NEXT})
        assert answer["code"] == "month_not_computed"

    def test_of_a_month_that_nobody_assesses_is_none(self, database: Database, caller: Caller, month: Any) -> None:
        answer = sent(caller(), "/corrections", 409, **correction(month) | {"month": "2030-04"})
        assert answer["code"] == "month_not_computed"


def entry(**changes: Any) -> dict[str, Any]:
    return {"month": MARCH, "unit": FIRST, "kind": "accident", "deaths": 3, "reason": "3·12 事故"} | changes


class TestEntry:
    def test_of_an_open_month_waits_for_its_first_edition(self, database: Database, caller: Caller) -> None:
        begun(database)
        due(database, supervised(database))
        assert sent(caller(), "/entries", **entry())["version"] == 0
        sent(caller(), "/entries", **entry(kind="commended_by_city"))
        [live] = read(caller())["items"]
        withdrawn = next(one["id"] for one in live["entries"] if one["kind"] == "accident")
        assert live["year_effect"] == -4.5
        sent(caller(), f"/entries/{withdrawn}/withdraw", 200, reason="不属本街道")

        run_clock(database, now=COMPUTED)

        [unit] = read(caller())["items"]
        assert ([one["kind"] for one in unit["entries"]], unit["year_effect"]) == (["commended_by_city"], 0.5)

    def test_of_a_computed_month_makes_an_edition_and_leaves_it_with_the_next(
        self, database: Database, caller: Caller, month: Any
    ) -> None:
        assert sent(caller(), "/entries", **entry(kind="false_figures"))["version"] == 2
        shown = {one["unit"]: one for one in read(caller())["items"]}
        entry_id = shown[FIRST]["entries"][0]["id"]
        assert shown[FIRST]["year_effect"] == -10

        assert sent(caller(), f"/entries/{entry_id}/withdraw", 200, reason="复核后撤回")["version"] == 3

        again = sent(caller(), f"/entries/{entry_id}/withdraw", 422, reason="复核后撤回")
        assert again["code"] == "nothing_to_change"
        effects = [read(caller(), version=version)["items"] for version in (2, 3)]
        assert [{one["unit"]: one["year_effect"] for one in items}[FIRST] for items in effects] == [-10, 0]

    def test_counts_in_the_year(self, database: Database, caller: Caller, month: Any) -> None:
        sent(caller(), "/entries", **entry(kind="commended_by_state"))
        for moment in (CONTESTED, PUBLISHED):
            run_clock(database, now=moment)
        items = {one["unit"]: one for one in read(caller(), "", year=2027)["items"]}
        assert (items[FIRST]["mean"], items[FIRST]["total"], items[FIRST]["band_en"]) == (95, 97, "excellent")

    def test_of_another_area_is_not_found(self, database: Database, caller: Caller, month: Any) -> None:
        sent(caller(), "/entries", **entry())
        entry_id = next(one for one in read(caller())["items"] if one["entries"])["entries"][0]["id"]
        stranger = caller(divisions=["331003"])
        assert sent(stranger, "/entries", 404, **entry())["code"] == "unit_not_found"
        answer = sent(stranger, f"/entries/{entry_id}/withdraw", 404, reason="不对")
        assert answer["code"] == "entry_not_found"


def accident(database: Database, enterprise_id: str, **facts: Any) -> None:
    told_by_credit = {"accident_id": new_id(), "occurred_on": "2027-03-12", "deaths": 4} | facts
    with database.transaction() as session:
        event = AccidentRecorded(enterprise_id=enterprise_id, **told_by_credit)
        on_accident_recorded(session, received(event), now=COMPUTED)


class TestAccident:
    def test_costs_the_subdistrict_in_which_it_happened(self, database: Database, caller: Caller, month: Any) -> None:
        accident(database, supervised(database, SECOND, name="乙厂"))
        shown = {one["unit"]: one for one in read(caller())["items"]}
        [entered] = shown[SECOND]["entries"]
        assert (entered["points"], entered["deaths"], entered["reason"]) == (-5, 4, "乙厂 2027-03-12")
        assert read(caller())["version"] == 2

    @pytest.mark.parametrize(
        ("deaths", "points"), [([4, 4], [-5]), ([4, 6], [-10]), ([2, 4], [-5]), ([4, 2], [])], ids=str
    )
    def test_costs_what_it_was_last_told_to_be(
        self, database: Database, caller: Caller, month: Any, *, deaths: list[int], points: list[int]
    ) -> None:
        place, one = supervised(database, SECOND, name="乙厂"), new_id()
        for count in deaths:
            accident(database, place, accident_id=one, deaths=count)
        shown = {one["unit"]: one for one in read(caller())["items"]}
        assert [entered["points"] for entered in shown[SECOND]["entries"]] == points

    @pytest.mark.parametrize(
        ("place", "facts"),
        [
            pytest.param({}, {"deaths": 2}, id="two-dead"),
            pytest.param({}, {"occurred_on": "2026-01-01"}, id="before-the-first-month"),
            pytest.param({"division": "331002", "subdistrict": ""}, {}, id="in-no-subdistrict"),
        ],
    )
    def test_that_costs_nobody_anything_changes_nothing(
        self, database: Database, caller: Caller, month: Any, place: dict[str, Any], facts: dict[str, Any]
    ) -> None:
        accident(database, supervised(database, **place), **facts)
        assert read(caller())["version"] == 1

    def test_waits_for_the_enterprise(self, database: Database, month: Any) -> None:
        with pytest.raises(NotYet):
            accident(database, new_id())
