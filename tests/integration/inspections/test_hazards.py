"""Hazards over HTTP: who may enter and move them, what is stored, what the others hear, what the clock does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from services.inspections.tables import halt_order
from services.inspections.use_cases.hazards import note_overdue
from shared.clock import business_date
from shared.contracts.envelope import decode
from shared.database import Database
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    known_enterprise,
    names_of,
    photo_of,
    run_clock,
    staffed,
    told,
)

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
HAZARDS = f"{INSPECTIONS}/hazards"
ORDER = {"responsible": "车间主任", "measures": "加装护栏", "funds": "2万元", "acceptance": "安全员"}
PLAN = {
    "goal": "消除", "methods": "改造", "funds": "20万元", "people": "设备科", "schedule": "三个月", "emergency": "撤人",
}  # fmt: skip
REPORT = {"condition": "无泄爆", "difficulty": "需停产", "treatment": "改造", "told_workers_on": "2026-11-25"}


def find(client: FlaskClient, enterprise_id: str, **changes: Any) -> dict[str, Any]:
    body = {"enterprise_id": enterprise_id, "description": "临边无护栏", "place": "二层平台"} | changes
    answer = client.post(HAZARDS, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def step(client: FlaskClient, hazard_id: str, event: str, **given: Any) -> dict[str, Any]:
    answer = client.post(f"{HAZARDS}/{hazard_id}/steps", json={"event": event, **given})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def refused(client: FlaskClient, hazard_id: str, event: str, **given: Any) -> tuple[int, str]:
    answer = client.post(f"{HAZARDS}/{hazard_id}/steps", json={"event": event, **given})
    return answer.status_code, answer.json["code"]


def in_review(officer: FlaskClient, owner: FlaskClient, enterprise_id: str) -> str:
    """Return a major hazard of which the enterprise says that it was put right."""
    one = str(find(officer, enterprise_id, item="GM-11-03")["id"])
    step(owner, one, "dual_report", **REPORT)
    step(officer, one, "approve_plan", **PLAN, deadline=day(60))
    step(owner, one, "rectify", evaluation="评估报告1")
    return one


def day(days: int) -> str:
    return (business_date(datetime.now(UTC)) + timedelta(days=days)).isoformat()


class TestGeneralHazard:
    def test_goes_from_found_to_closed(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        owner = caller("enterprise_safety_officer", enterprise_id=enterprise_id, divisions=[])
        one = find(worker, enterprise_id)["id"]
        step(worker, one, "grade_general")
        step(worker, one, "order", **ORDER)
        photos = {"before": [photo_of(owner, enterprise_id)], "after": [photo_of(owner, enterprise_id, b"%PDF-1")]}

        assert owner.post(f"{HAZARDS}/{one}/rectify", json=photos).json["state"] == "pending_review"
        assert worker.post(f"{HAZARDS}/{one}/verify", json={"passed": True}).json["state"] == "verified"
        assert worker.post(f"{HAZARDS}/{one}/close", json={}).json["state"] == "closed"

        events = told(database)
        assert names_of(events) == [
            "hazard_found", "hazard_graded", "hazard_assigned", "hazard_rectified", "hazard_verified", "hazard_closed",
        ]  # fmt: skip
        assert [event["sequence"] for event in events] == ["1", "2", "3", "4", "5", "6"]
        expected = {"hazard_id": one, "tier": 3, "level": "general", "deadline": day(15)}
        assert events[2]["data"] | expected == events[2]["data"]

    def test_is_not_verified_by_who_put_it_right(self, caller: Caller, enterprise_id: str) -> None:
        owner = caller("enterprise_safety_officer", enterprise_id=enterprise_id, divisions=[])
        one = find(owner, enterprise_id)["id"]
        step(owner, one, "grade_general")
        step(owner, one, "fix_on_spot", after=[photo_of(owner, enterprise_id)])

        assert refused(owner, one, "pass") == (422, "same_person")
        assert step(caller("grid_worker"), one, "pass")["state"] == "verified"

    def test_found_by_the_grid_is_not_verified_by_the_enterprise(self, caller: Caller, enterprise_id: str) -> None:
        worker = caller("grid_worker")
        one = find(worker, enterprise_id)["id"]

        assert refused(caller("enterprise_user", enterprise_id=enterprise_id), one, "grade_general") == (
            422,
            "tier_too_low",
        )

    def test_goes_on_after_a_refused_rectification(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_general")
        step(officer, one, "order", **ORDER)
        photos = {name: [photo_of(officer, enterprise_id)] for name in ("before", "after")}
        step(caller("enterprise_user", enterprise_id=enterprise_id), one, "rectify", **photos)

        again = officer.post(
            f"{HAZARDS}/{one}/verify", json={"passed": False, "reason": "护栏松动", "deadline": day(20)}
        ).json

        assert (again["state"], again["again"], again["deadline"]) == ("rectifying", 1, day(20))

    def test_step_that_is_not_possible_names_those_that_are(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]

        answer = officer.post(f"{HAZARDS}/{one}/close", json={})

        assert (answer.status_code, answer.json["code"]) == (409, "step_not_possible")
        assert answer.json["facts"]["possible"] == ["grade_general", "grade_major", "reject", "transfer"]

    def test_refuses_a_change_of_another_version(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_general", version=1)

        assert refused(officer, one, "order", version=1, **ORDER) == (409, "hazard_changed")


class TestClock:
    def test_notes_once_that_the_deadline_has_passed(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_general")
        step(officer, one, "order", **ORDER, deadline=day(3))

        noted = []
        for days in (2, 5, 6):
            run_clock(database, now=NOW + timedelta(days=days))
            noted.append(len(told(database, "hazard_overdue")))

        assert noted == [0, 1, 1]
        assert officer.get(f"{HAZARDS}/{one}").json["state"] == "overdue"

    def test_is_stopped_by_the_rectification(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_general")
        step(officer, one, "order", **ORDER)
        photos = {name: [photo_of(officer, enterprise_id)] for name in ("before", "after")}
        step(officer, one, "rectify", **photos)

        run_clock(database, now=NOW + timedelta(days=40))

        assert told(database, "hazard_overdue") == []

    def test_of_a_major_hazard_goes_on_after_the_day(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        officer = caller()
        one = find(officer, enterprise_id, item="GM-11-03")["id"]
        step(officer, one, "dual_report", **REPORT)
        step(officer, one, "approve_plan", **PLAN, deadline=day(60))
        step(officer, one, "list", decision="区安委办〔2026〕3号")

        run_clock(database, now=NOW + timedelta(days=62))

        shown = officer.get(f"{HAZARDS}/{one}").json
        assert (shown["state"], shown["is_overdue"]) == ("supervised", True)
        [overdue] = told(database, "hazard_overdue")
        assert (overdue["data"]["level"], overdue["data"]["deadline"]) == ("major", day(60))


class TestLateTimer:
    def test_changes_nothing_when_the_way_has_gone_on(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        """A timer that was claimed just before the rectification finds nothing that is owed."""
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "grade_general")
        step(officer, one, "order", **ORDER)
        photos = {name: [photo_of(officer, enterprise_id)] for name in ("before", "after")}
        step(officer, one, "rectify", **photos)

        with database.transaction() as session:
            note_overdue(session, one, now=NOW + timedelta(days=40))

        assert told(database, "hazard_overdue") == []


class TestMajorHazard:
    def test_of_the_official_list_is_graded_at_once(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        one = find(caller("intermediary_inspector"), enterprise_id, item="GM-11-03")

        assert (one["level"], one["state"], one["is_reported_late"]) == ("major", "open_major", False)
        assert one["clause"] == "工贸企业重大事故隐患判定标准 第十一条"
        assert [event["data"]["level"] for event in told(database, "hazard_found", "hazard_graded")] == ["", "major"]

    def test_told_by_an_intermediary_after_two_hours_is_late(self, caller: Caller, enterprise_id: str) -> None:
        found_at = (NOW - timedelta(hours=2, minutes=1)).isoformat()
        one = find(caller("intermediary_inspector"), enterprise_id, item="GM-11-03", found_at=found_at)
        assert one["is_reported_late"] is True

    def test_is_halted_listed_reviewed_by_two_and_struck_off(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        officer, owner = caller(), caller("enterprise_principal", enterprise_id=enterprise_id, divisions=[])
        one = find(officer, enterprise_id, item="GM-11-03")["id"]
        step(owner, one, "dual_report", **REPORT)
        step(officer, one, "safety_order", order_number="责停〔2026〕1号", part="打磨车间")
        step(officer, one, "approve_plan", **PLAN, deadline=day(60))
        step(officer, one, "list", decision="区安委办〔2026〕3号")
        owner.post(f"{HAZARDS}/{one}/rectify", json={"evaluation": "评估报告1"})
        alone = refused(officer, one, "pass", officers=["a-bureau_officer"], signed=True)
        done = step(officer, one, "pass", officers=["a-bureau_officer", "second"], signed=True)

        assert (alone, done["state"], done["is_open"]) == ((422, "two_officers_needed"), "cancelled", False)
        assert names_of(told(database))[-3:] == ["hazard_verified", "production_resumed", "hazard_closed"]
        assert told(database, "hazard_listed_for_supervision")[0]["data"]["deadline"] == day(60)
        halted, resumed = told(database, "production_halted", "production_resumed")
        assert halted["data"]["order_id"] == resumed["data"]["order_id"]
        assert (halted["data"]["order_number"], halted["data"]["part"]) == ("责停〔2026〕1号", "打磨车间")

    @pytest.mark.parametrize(
        ("role", "licence", "answer"),
        [
            ("bureau_officer", "2099-12-31", (200, "cancelled")),
            ("bureau_officer", "2020-01-01", (422, "officer_unfit")),
            ("bureau_officer", "", (422, "officer_unfit")),
            ("grid_worker", "2099-12-31", (422, "officer_unfit")),
        ],
    )
    def test_is_reviewed_with_an_officer_whose_licence_is_valid(
        self, database: Database, caller: Caller, enterprise_id: str, *, role: str, licence: str, answer: Any
    ) -> None:
        """安全生产法 第六十七条."""
        officer = caller()
        staffed(database, "second", role, licence_valid_until=licence)
        one = in_review(officer, caller("enterprise_user", enterprise_id=enterprise_id), enterprise_id)
        found = officer.post(f"{HAZARDS}/{one}/verify", json={"passed": True, "officers": ["second"], "signed": True})
        assert (found.status_code, found.json.get("code", found.json.get("state"))) == answer

    def test_has_one_order_to_halt_at_a_time(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id, item="GM-11-03")["id"]
        step(officer, one, "safety_order", order_number="责停〔2026〕1号")
        step(officer, one, "approve_plan", **PLAN, deadline=day(60))
        step(officer, one, "safety_order", order_number="责停〔2026〕2号")

        with database.reading() as session:
            numbers = session.scalars(select(halt_order.c.number)).all()
        assert (numbers, names_of(told(database)).count("production_halted")) == (["责停〔2026〕1号"], 1)

    def test_struck_off_without_a_halt_resumes_nothing(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        officer = caller()
        one = in_review(officer, caller("enterprise_user", enterprise_id=enterprise_id), enterprise_id)
        step(officer, one, "pass", officers=["a-bureau_officer", "second"], signed=True)

        assert told(database, "production_resumed") == []


class TestRepetition:
    def test_of_the_same_item_at_the_same_place_is_seen(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        first = find(officer, enterprise_id, clause="GB 4053.3")["id"]
        step(officer, first, "grade_general")
        step(officer, first, "fix_on_spot", after=[photo_of(officer, enterprise_id)])
        step(caller(subject="second"), first, "pass")
        step(officer, first, "close")

        again = find(officer, enterprise_id, clause="GB 4053.3")
        elsewhere = find(officer, enterprise_id, clause="GB 4053.3", place="三层")

        assert (again["repeats"], elsewhere["repeats"]) == (first, None)


class TestTransfer:
    def test_goes_to_another_authority_and_comes_back(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        officer = caller()
        one = find(officer, enterprise_id)["id"]
        step(officer, one, "transfer", receiver="消防救援大队", reason="消防隐患")
        step(officer, one, "note_reply", reply="已查处")

        transferred, closed = told(database, "hazard_transferred", "hazard_closed")
        assert (transferred["data"]["receiver"], closed["data"]["outcome"]) == ("消防救援大队", "closed")


class TestEvidence:
    def test_of_another_enterprise_proves_nothing(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        foreign = photo_of(officer, known_enterprise(database))
        body = {"enterprise_id": enterprise_id, "description": "无护栏", "place": "平台", "before": [foreign]}

        answer = officer.post(HAZARDS, json=body)

        assert (answer.status_code, answer.json["code"]) == (422, "foreign_evidence")

    def test_is_shown_as_it_came(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = photo_of(officer, enterprise_id)
        assert officer.get(f"{INSPECTIONS}/attachments/{one}").data == b"\xff\xd8\xff one photo"

    def test_is_hidden_from_strangers(self, caller: Caller, enterprise_id: str) -> None:
        one = photo_of(caller(), enterprise_id)
        assert caller("grid_worker", divisions=["331003"]).get(f"{INSPECTIONS}/attachments/{one}").status_code == 404


class TestReading:
    def test_lists_by_level_and_shows_the_board(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        find(officer, enterprise_id)
        major = find(officer, enterprise_id, item="GM-13-01")["id"]

        listed = officer.get(f"{HAZARDS}?level=major&is_open=true").json["items"]
        board = officer.get(f"{HAZARDS}/board").json

        assert [one["id"] for one in listed] == [major]
        assert (board["open"], board["open_major"], board["overdue"]) == (2, 1, 0)
        counts = {column["state"]: column["count"] for column in board["states"] if column["count"]}
        assert counts == {"reported": 1, "open_major": 1}

    @pytest.mark.parametrize(
        ("query", "count"),
        [("states=reported,open_major", 2), ("states=closed", 0), ("area=331002001", 2), ("area=331003", 0)],
    )
    def test_narrows_to_several_states_and_an_area(
        self, caller: Caller, enterprise_id: str, query: str, count: int
    ) -> None:
        officer = caller()
        find(officer, enterprise_id)
        find(officer, enterprise_id, item="GM-13-01")
        assert len(officer.get(f"{HAZARDS}?{query}").json["items"]) == count

    @pytest.mark.parametrize(("query", "count"), [("level=major", 1), ("area=331003", 0), ("is_overdue=true", 0)])
    def test_counts_the_board_by_the_same_filters(
        self, caller: Caller, enterprise_id: str, query: str, count: int
    ) -> None:
        officer = caller()
        find(officer, enterprise_id)
        find(officer, enterprise_id, item="GM-13-01")
        assert officer.get(f"{HAZARDS}/board?{query}").json["open"] == count

    def test_says_what_the_caller_may_do(self, caller: Caller, enterprise_id: str) -> None:
        one = find(caller("grid_worker"), enterprise_id)["id"]
        assert caller("grid_worker").get(f"{HAZARDS}/{one}").json["allowed"] == [
            "grade_general",
            "grade_major",
            "transfer",
        ]
        assert "reject" in caller().get(f"{HAZARDS}/{one}").json["allowed"]

    def test_shows_every_step_with_its_rule(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(officer, enterprise_id, item="GM-13-01")["id"]
        steps = officer.get(f"{HAZARDS}/{one}").json["steps"]
        taken = [(one["event"], one["rule"], one["tier"]) for one in steps]
        assert taken == [
            ("find", "1", 4),
            ("grade_major", "3", 4),
        ]

    def test_gives_the_tables_to_everyone(self, caller: Caller) -> None:
        officer = caller()
        assert len(officer.get(f"{HAZARDS}/items").json["items"]) == 64
        assert {row["event"] for row in officer.get(f"{HAZARDS}/table").json["transitions"]} >= {"list", "overdue"}

    @pytest.mark.parametrize("path", ["", "/steps"])
    def test_hides_hazards_of_another_area(self, caller: Caller, enterprise_id: str, path: str) -> None:
        one = find(caller(), enterprise_id)["id"]
        stranger = caller("subdistrict_officer", divisions=["331002009"])
        method = "POST" if path else "GET"
        answer = stranger.open(f"{HAZARDS}/{one}{path}", method=method, json={"event": "reject"})
        assert (answer.status_code, answer.json["code"]) == (404, "hazard_not_found")


class TestEvents:
    def test_can_be_read_by_their_contracts(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = find(caller("grid_worker"), enterprise_id)["id"]
        step(officer, one, "reject", reason="不成立")

        closed = decode(told(database, "hazard_closed")[0]).data

        assert (closed.outcome, closed.enterprise_id) == ("rejected", enterprise_id)
