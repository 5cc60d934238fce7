"""Annual plans: capacity by its vectors, lines by risk, the way to publication, what they become month by month."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from services.inspections.use_cases.plans import PlanHead, create_plan
from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    graded,
    known_enterprise,
    told,
)
from tests.support.racing import at_once, meanwhile

PLANS = f"{INSPECTIONS}/plans"
YEAR = business_date(NOW).year + 1
HEAD = {"year": YEAR, "authority": "331002", "agency": "某区应急管理局"}
KUANCHENG = {
    "working_days": 248,
    "officers": 8,
    "other_enforcement": {"行政许可": 1035},
    "non_enforcement": {"值班": 535},
}
CITY = {"working_days": 247, "officers": 22, "other_enforcement": {"综合监管": 2469}, "non_enforcement": {"值班": 1994}}
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def made(client: FlaskClient, **changes: Any) -> str:
    answer = client.post(PLANS, json=HEAD | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"{PLANS}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json


def send(client: FlaskClient, path: str, method: str = "POST", **body: Any) -> Any:
    answer = client.open(f"{PLANS}/{path}", method=method, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def refused(client: FlaskClient, path: str, method: str = "POST", **body: Any) -> tuple[int, str]:
    answer = client.open(f"{PLANS}/{path}", method=method, json=body)
    return answer.status_code, answer.json["code"]


def published(caller: Caller, *, of: str = "", **changes: Any) -> str:
    """Lead a plan (a new one, or ``of`` the draft that is there) through approval to publication."""
    officer, leader = caller(), caller("bureau_leader")
    one = of or made(officer, **changes)
    if not of:
        send(officer, f"{one}/capacity", "PUT", **KUANCHENG)
        send(officer, f"{one}/propose")
    send(officer, f"{one}/steps", event="submit")
    send(leader, f"{one}/decide", is_approved=True)
    send(officer, f"{one}/steps", event="publish")
    return one


def four(database: Database, **facts: Any) -> list[str]:
    """Return an enterprise of each level."""
    found = []
    for level in (1, 2, 3, 4):
        one = known_enterprise(database, name=f"{level}号厂", **facts)
        graded(database, one, level)
        found.append(one)
    return found


@on_sqlite
class TestCapacity:
    @pytest.mark.parametrize(
        ("given", "total", "days"), [(KUANCHENG, 1984, 414), (CITY, 5434, 971)], ids=["414", "971"]
    )
    def test_gives_the_days_of_the_vectors(self, caller: Caller, given: dict[str, Any], total: int, days: int) -> None:
        """§4.1: 长春宽城区 2025 and the city-level plan."""
        officer = caller()
        found = send(officer, f"{made(officer)}/capacity", "PUT", **given)["arithmetic"]
        assert (found["total"], found["inspection_days"]) == (total, days)
        assert found["key_days"] + found["general_days"] == days

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"other_enforcement": {"散步": 1}}, "unknown_category"),
            ({"officers": 1}, "more_days_than_there_are"),
            ({"shares": {"3": 90}}, "share_unusual"),
        ],
        ids=["category", "days", "share"],
    )
    def test_refuses_what_cannot_be(self, caller: Caller, changes: dict[str, Any], code: str) -> None:
        officer = caller()
        assert refused(officer, f"{made(officer)}/capacity", "PUT", **(KUANCHENG | changes)) == (422, code)

    def test_counts_whom_the_lot_may_fall_on(self, database: Database, caller: Caller) -> None:
        """§4.4: yellow 30–50 %, blue 5–10 %, rounded up."""
        for _ in range(2):
            four(database)
        officer = caller()
        found = send(officer, f"{made(officer)}/capacity", "PUT", **KUANCHENG, shares={"3": 50})
        assert [(one["level"], one["percent"], one["pool"], one["visits"]) for one in found["quotas"]] == [
            (3, 50, 2, 1),
            (4, 5, 2, 1),
        ]

    def test_says_whether_the_holidays_are_known(self, caller: Caller) -> None:
        officer = caller()
        found = read(officer, made(officer, year=2090))["calendar"]
        assert found == {"working_days": 260, "is_arranged": False}

    def test_is_not_taken_from_what_somebody_else_has_changed(self, caller: Caller) -> None:
        officer = caller()
        one = made(officer)
        send(officer, f"{one}/capacity", "PUT", **KUANCHENG, version=1)
        assert refused(officer, f"{one}/capacity", "PUT", **KUANCHENG, version=1) == (409, "plan_changed")


class TestBeginning:
    def test_is_one_of_two_officers(self, caller: Caller) -> None:
        """On both databases there is one plan of an authority and year at a time."""
        officers = [caller(subject=f"officer-{number}") for number in range(2)]
        answers = at_once(lambda number: officers[number].post(PLANS, json=HEAD), threads=2)
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert len(officers[0].get(PLANS).json["items"]) == 1

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_waits_for_somebody_who_has_just_begun_it(self, database: Database, caller: Caller) -> None:
        """The second one finds no plan, wants the same number, and waits until the first one is there."""
        officer = caller()
        answer = meanwhile(
            database,
            lambda session: create_plan(session, PlanHead(**HEAD), by="first", now=NOW),
            second=lambda: officer.post(PLANS, json=HEAD),
        )
        assert (answer.status_code, answer.json["code"]) == (409, "plan_exists")


class TestProposal:
    def test_follows_the_risk_profile(self, database: Database, caller: Caller) -> None:
        """§4.4: red 2, orange 1; §4.2: a sector that has to be in the plan; both databases."""
        red, orange, _, blue = four(database)
        smelter = known_enterprise(database, name="冶炼厂", industry="C3110")
        graded(database, smelter, 3)
        officer = caller()
        one = made(officer)

        added = send(officer, f"{one}/propose")["added"]

        lines = {line["enterprise_id"]: line for line in read(officer, f"{one}/lines")["items"]}
        assert (added, set(lines)) == (3, {red, orange, smelter})
        assert [(lines[which]["visits"], lines[which]["musts"]) for which in (red, orange, smelter)] == [
            (2, ["level"]),
            (1, ["level"]),
            (1, ["sector"]),
        ]
        assert blue not in lines

    def test_adds_only_what_is_missing(self, database: Database, caller: Caller) -> None:
        four(database)
        officer = caller()
        one = made(officer)
        assert [send(officer, f"{one}/propose")["added"] for _ in range(2)] == [2, 0]

    def test_includes_what_was_found_and_reported(self, database: Database, caller: Caller) -> None:
        """§4.2: an open major hazard, a halt, a report that was true."""
        officer = caller()
        _, _, yellow, blue = four(database)
        hazard = {"enterprise_id": yellow, "description": "无泄爆", "place": "除尘器", "item": "GM-CF-01"}
        listed = officer.get(f"{INSPECTIONS}/hazards/items").json["items"][0]["code"]
        assert officer.post(f"{INSPECTIONS}/hazards", json=hazard | {"item": listed}).status_code == 201
        report = {"subject": "打磨", "description": "夜里打磨，粉尘大", "enterprise_id": blue}
        officer.post("/api/v1/public/reports", json=report)
        [waiting] = officer.get(f"{INSPECTIONS}/reports").json["items"]
        officer.post(f"{INSPECTIONS}/reports/{waiting['id']}/decide", json={"is_substantiated": True, "reply": "属实"})
        one = made(officer)

        send(officer, f"{one}/propose")

        musts = {line["enterprise_id"]: line["musts"] for line in read(officer, f"{one}/lines")["items"]}
        assert (musts[yellow], musts[blue]) == (["major_hazard"], ["reported"])

    def test_leaves_out_who_is_in_another_authoritys_plan(self, database: Database, caller: Caller) -> None:
        """应急〔2021〕23号: one enterprise, one enforcement level."""
        four(database)
        officer = caller()
        part = made(officer, authority="331002001")
        send(officer, f"{part}/propose")
        whole = made(officer)

        assert send(officer, f"{whole}/propose")["added"] == 0

        [red, *_] = read(officer, f"{part}/lines")["items"]
        path = f"{whole}/lines/{red['enterprise_id']}"
        assert refused(officer, path, "PUT", months=[2]) == (422, "second_layer")
        assert send(officer, path, "PUT", months=[], note="由街道检查")["items"][0]["visits"] == 0


@on_sqlite
class TestLine:
    def test_is_added_changed_and_taken_away(self, database: Database, caller: Caller) -> None:
        *_, blue = four(database)
        officer = caller()
        one = made(officer)
        [line] = send(officer, f"{one}/lines/{blue}", "PUT", kind="general", months=[4], note="新开工")["items"]
        assert ([visit["month"] for visit in line["months"]], line["cap"], line["musts"]) == ([4], 1, [])
        [line] = send(officer, f"{one}/lines/{blue}", "PUT", kind="general", months=[5])["items"]
        assert [visit["month"] for visit in line["months"]] == [5]
        assert send(officer, f"{one}/lines/{blue}", "PUT", months=[])["items"] == []

    def test_passes_no_cap(self, database: Database, caller: Caller) -> None:
        """§4.3: red and orange twice a year, yellow and blue once."""
        red, _, _, blue = four(database)
        officer = caller()
        one = made(officer)
        assert refused(officer, f"{one}/lines/{blue}", "PUT", months=[1, 7]) == (422, "cap_exceeded")
        assert refused(officer, f"{one}/lines/{red}", "PUT", months=[1, 4, 7]) == (422, "cap_exceeded")

    def test_of_who_has_to_be_in_it_is_left_out_with_a_reason(self, database: Database, caller: Caller) -> None:
        red, *_ = four(database)
        officer = caller()
        one = made(officer)
        assert refused(officer, f"{one}/lines/{red}", "PUT", months=[]) == (422, "reason_missing")
        [line] = send(officer, f"{one}/lines/{red}", "PUT", months=[], note="由市局检查")["items"]
        assert (line["visits"], line["note"], read(officer, one)["left_out"]) == (0, "由市局检查", 1)

    def test_is_found_by_its_filters(self, database: Database, caller: Caller) -> None:
        red, orange, *_ = four(database)
        officer = caller()
        one = made(officer)
        send(officer, f"{one}/propose")
        send(officer, f"{one}/lines/{red}", "PUT", months=[], note="由市局检查")
        [visit] = read(officer, f"{one}/lines?enterprise_id={orange}")["items"][0]["months"]

        def found(query: str) -> list[str]:
            return [line["enterprise_id"] for line in read(officer, f"{one}/lines?{query}")["items"]]

        assert found("left_out=true") == [red]
        assert found(f"month={visit['month']}&stand=waiting") == found("stand=waiting") == [orange]
        assert found(f"q=2号&month={visit['month']}&kind=key") == [orange]
        assert found("stand=done") == found("over_cap=true") == found("kind=general") == []
        assert read(officer, f"{one}/lines?limit=1")["next_cursor"]


@on_sqlite
class TestWay:
    def test_leads_to_publication(self, database: Database, caller: Caller) -> None:
        four(database)
        one = published(caller)
        shown = read(caller(), one)
        assert (shown["state"], [step["event"] for step in shown["steps"]]) == (
            "published",
            ["submit", "approve", "publish"],
        )
        [event] = told(database, "enforcement_plan_published")
        assert (event["data"]["enterprises"], event["data"]["visits"]) == (2, {"key": 3, "random": 2})

    def test_begins_with_what_is_complete(self, database: Database, caller: Caller) -> None:
        red, *_ = four(database)
        officer = caller()
        one = made(officer)
        codes = [refused(officer, f"{one}/steps", event="submit")]
        send(officer, f"{one}/capacity", "PUT", **KUANCHENG)
        codes.append(refused(officer, f"{one}/steps", event="submit"))
        send(officer, f"{one}/lines/{red}", "PUT", months=[2, 8])
        codes.append(refused(officer, f"{one}/steps", event="submit"))
        assert [code for _, code in codes] == ["capacity_missing", "plan_empty", "must_be_included"]

    def test_needs_somebody_else_to_approve(self, database: Database, caller: Caller) -> None:
        four(database)
        officer, leader = caller(), caller("bureau_leader", subject="a-bureau_officer")
        one = made(officer)
        send(officer, f"{one}/capacity", "PUT", **KUANCHENG)
        send(officer, f"{one}/propose")
        send(officer, f"{one}/steps", event="submit")
        assert refused(leader, f"{one}/decide", is_approved=True) == (422, "same_person")
        other = caller("bureau_leader")
        assert send(other, f"{one}/decide", is_approved=False, reason="请核对")["state"] == "draft"

    def test_changes_nothing_of_what_is_submitted(self, database: Database, caller: Caller) -> None:
        red, *_ = four(database)
        one = published(caller)
        assert refused(caller(), f"{one}/lines/{red}", "PUT", months=[3]) == (409, "plan_fixed")

    @pytest.mark.parametrize("year", [2001, YEAR], ids=["past", "twice"])
    def test_begins_once_for_a_coming_year(self, caller: Caller, year: int) -> None:
        officer = caller()
        made(officer)
        answer = officer.post(PLANS, json=HEAD | {"year": year})
        assert (answer.status_code, answer.json["code"]) in ((422, "year_over"), (409, "plan_exists"))

    def test_has_its_words_as_data(self, caller: Caller) -> None:
        found = read(caller(), "table")
        assert (len(found["other_enforcement"]), len(found["non_enforcement"]), len(found["columns"])) == (10, 7, 11)
        of_credit = ["penalised", "listed", "fatal_accident"]
        assert [one["id"] for one in found["musts"]] == [
            "level",
            "sector",
            "major_hazard",
            "halted",
            "reported",
            *of_credit,
        ]

    def test_begins_again_after_a_withdrawal(self, caller: Caller) -> None:
        officer = caller()
        send(officer, f"{made(officer)}/steps", event="withdraw", reason="重来")
        assert read(officer, made(officer))["number"] == 2


@on_sqlite
class TestArea:
    def test_keeps_plans_of_others_out_of_sight(self, caller: Caller) -> None:
        one = made(caller())
        stranger = caller(divisions=["331003"])
        assert stranger.get(f"{PLANS}/{one}").status_code == 404
        assert stranger.get(PLANS).json["items"] == []

    def test_shows_a_part_of_the_county_only_what_is_in_force(self, database: Database, caller: Caller) -> None:
        four(database)
        part = caller(divisions=["331002001"])
        draft = made(caller(), year=YEAR + 1)
        one = published(caller)
        assert part.get(f"{PLANS}/{draft}").status_code == 404
        assert [row["id"] for row in part.get(PLANS).json["items"]] == [one]
        assert refused(part, f"{one}/versions") == (403, "outside_jurisdiction")
        assert part.get(f"{PLANS}/{one}/changes").status_code == 403

    def test_lets_nobody_plan_for_another_county(self, caller: Caller) -> None:
        answer = caller().post(PLANS, json=HEAD | {"authority": "331003"})
        assert (answer.status_code, answer.json["code"]) == (403, "outside_jurisdiction")
