"""What pages of permits say of forms, days and ways, without a request."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from services.gateway.pages.language import COOKIE, register_languages
from services.gateway.pages.permit_board import bar_of, counts_of, day_of, text_of
from services.gateway.pages.permit_details import chain_of, reason_of, signature_due, wanted_of, way_of
from services.gateway.pages.permits import asked_of, questions_of, usual_times

DAY = datetime(2026, 11, 25, 16, tzinfo=UTC)  # midnight in China
SIGN = {"stage": "approval", "role": "work_leader"}
TERMS = {"approval": ["work_leader", "base_unit"], "tickets": ["shift_leader"]}


def permit(**changes: Any) -> dict[str, Any]:
    base = {"state": "in_approval", "kind": "hot_work", "terms": TERMS, "signatures": [], "next_role": "work_leader"}
    return {**base, "facts": {}, **changes}


class TestForm:
    def test_is_asked_about_with_what_is_filled_in(self) -> None:
        form = {
            "kind": "height",
            "ruleset": "general-industry",
            "starts_at": "2026-11-26T09:00",
            "facts.rain": "true",
            "facts.outdoor": "false",
            "facts.height_m": "5.5",
            "facts.wind_force": "4",
            "facts.method": "scaffold",
            "facts.depth_m": "",
        }

        assert asked_of(form) == {
            "kind": "height",
            "ruleset": "general-industry",
            "starts_at": "2026-11-26T09:00:00+08:00",
            "facts": {"rain": True, "outdoor": False, "height_m": 5.5, "method": "scaffold"},
            "wind_force": 4,
            "is_special": False,
        }

    @pytest.mark.parametrize("text", ["", "微风"])
    def test_does_not_take_an_unknown_wind_for_calm(self, text: str) -> None:
        assert asked_of({"kind": "height", "facts.wind_force": text})["wind_force"] is None

    def test_begins_with_a_shift_from_the_next_hour(self) -> None:
        assert usual_times(datetime(2026, 11, 26, 1, 20, tzinfo=UTC)) == ("2026-11-26T10:00", "2026-11-26T18:00")

    def test_asks_first_what_decides_the_level(self) -> None:
        questions = [
            {"id": "rain", "kinds": ["height"]},
            {"id": "ladder", "kinds": ["height"]},
            {"id": "x", "kinds": []},
        ]

        found = questions_of("height", {"questions": questions, "reasons": [{"id": "rain"}]})

        assert {name: [one["id"] for one in rows] for name, rows in found.items()} == {
            "level": ["rain"],
            "measures": ["ladder"],
        }


class TestBoard:
    @pytest.mark.parametrize(
        ("starts", "ends", "bar"),
        [
            ("2026-11-26T09:00:00+08:00", "2026-11-26T17:00:00+08:00", (540, 480)),
            ("2026-11-25T09:00:00+08:00", "2026-11-28T09:00:00+08:00", (0, 1440)),
            ("2026-11-26T09:00:00+08:00", "2026-11-26T09:00:30+08:00", (540, 1)),
        ],
        ids=["a shift", "over the day", "a moment"],
    )
    def test_draws_the_part_of_the_day(self, starts: str, ends: str, bar: tuple[int, int]) -> None:
        assert bar_of({"starts_at": starts, "ends_at": ends}, DAY) == bar

    def test_counts_by_state_and_kind(self) -> None:
        rows = [
            {"state": "active", "kind": "height", "is_listed": True},
            {"state": "draft", "kind": "height", "is_listed": False},
        ]

        assert counts_of(rows) == {
            "state": {"active": 1, "draft": 1},
            "kind": {"height": 2},
            "live": 1,
            "listed": 1,
            "all": 2,
        }

    @pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), ("SP", "SP")])
    def test_is_filtered_by_words_of_the_address(self, value: bool | str, text: str) -> None:
        assert text_of(value) == text

    @pytest.mark.parametrize(("text", "day"), [("2026-11-01", 1), ("tomorrow", 26), ("", 26)])
    def test_is_that_of_a_day(self, text: str, day: int) -> None:
        assert day_of(text, date(2026, 11, 26)) == date(2026, 11, day)


class TestPermit:
    @pytest.mark.parametrize(("state", "now"), [("active", "active"), ("suspended", "active"), ("archived", "closed")])
    def test_stands_on_its_way(self, state: str, now: str) -> None:
        assert [name for name, when in way_of(state) if when == "now"] == [now]

    def test_that_ended_otherwise_goes_no_way(self) -> None:
        assert way_of("revoked") == []

    @pytest.mark.parametrize(
        ("one", "due"),
        [
            (permit(), "sign"),
            (permit(next_role="base_unit", signatures=[SIGN]), "approve"),
            (permit(state="approved", next_role=""), "check_ticket"),
            (permit(state="approved", signatures=[{"stage": "start", "role": "shift_leader"}]), ""),
        ],
        ids=["first", "last", "ticket", "ticket checked"],
    )
    def test_asks_for_the_next_signature(self, one: dict[str, Any], due: str) -> None:
        assert signature_due(one, ("sign", "approve", "check_ticket")) == due

    def test_asks_nobody_who_may_not_sign(self) -> None:
        assert signature_due(permit(), ()) == ""

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"reason": "五级风", "reason_code": "", "reason_about": {}}, "五级风"),
            ({}, ""),
            ({"reason": "guardian_away", "reason_code": "guardian_away"}, "监护人离开作业现场满60秒"),
            ({"reason": "浓度>50%，已撤离", "reason_code": ""}, "浓度>50%，已撤离"),
            ({"reason": "4.16", "reason_code": "expired", "reason_about": {}}, "有效期已满（4.16）"),
            (
                {"reason_code": "related", "reason_about": {"state": "finished", "number": "DHZY-1"}},
                "关联作业已停止或结束：DHZY-1 待验收",
            ),
            (
                {"reason_code": "alarm", "reason_about": {"level": 2, "place": "罐区", "quantity": "CH4"}},
                "报警：CH4 二级 罐区",
            ),
            (
                {"reason_code": "person", "reason_about": {"problem": "person_left"}},
                "人员资格失效：已离职，不能参加作业",
            ),
        ],
        ids=["written", "none", "code", "percent", "alone", "related", "alarm", "person"],
    )
    def test_says_why_it_stands_as_it_does(self, given: dict[str, Any], words: str) -> None:
        app = Flask("pages")
        register_languages(app)
        with app.test_request_context(headers={"Cookie": f"{COOKIE}=zh"}):
            assert reason_of(given) == words

    def test_shows_who_has_signed(self) -> None:
        found = chain_of(permit(signatures=[SIGN]))

        assert [(row["role"], bool(row["signed"])) for row in found] == [
            ("work_leader", True),
            ("base_unit", False),
            ("shift_leader", False),
        ]

    def test_asks_only_for_what_its_rules_ask(self) -> None:
        names = ("video_live", "fire_out", "line_removed", "plan?", "reason")

        assert wanted_of(names, permit(terms={"needs_video": True})) == ("video_live", "fire_out", "reason")

    @pytest.mark.parametrize(("facts", "asked"), [({}, True), ({"outdoor": True}, True), ({"outdoor": False}, False)])
    def test_asks_for_the_wind_unless_it_is_indoors(self, facts: dict[str, bool], asked: bool) -> None:
        """5.2.15, 8.2.6, 9.2.4."""
        one = permit(terms={"stop_wind_force": 5}, facts=facts)

        assert wanted_of(("wind_force",), one) == (("wind_force",) if asked else ())
