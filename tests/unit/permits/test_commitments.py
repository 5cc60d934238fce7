"""The daily commitment: tiers, hours, nil return, letter, amendment (permits §3)."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from services.permits.domain.commitments import (
    OPEN,
    PUBLISHED,
    AlreadyPublished,
    Commitment,
    CommitmentIncomplete,
    DayIsOver,
    NotPublished,
    TierNotNext,
    UnusableCommitments,
    check_amendment,
    check_judgement,
    check_offline_reason,
    check_signing,
    declared,
    is_late,
    judged,
    judged_state,
    next_tier,
)
from services.permits.rules import commitment_rules
from services.permits.rules.committing import read_commitments

DAY = date(2026, 11, 27)
ALL = ("team", "workshop", "department")
PRINCIPAL = ("enterprise_principal",)
RULES = commitment_rules()


def a_commitment(state: str = OPEN, tiers: tuple[str, ...] = ()) -> Commitment:
    return Commitment(DAY, state, tiers)


class TestHour:
    @pytest.mark.parametrize("division", ["331002001", "440000", ""], ids=["zhejiang", "guangdong", "unplaced"])
    def test_is_ten_everywhere_in_the_table(self, division: str) -> None:
        deadline = RULES.deadline_of(division)

        assert deadline.due_at(DAY) == datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
        assert deadline.reminds_at(DAY) == datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
        assert deadline.marks_at(DAY) == deadline.due_at(DAY) + timedelta(minutes=1)

    @pytest.mark.parametrize(("seconds", "expected"), [(-1, False), (0, True), (1, True)])
    def test_itself_is_late(self, seconds: int, expected: bool) -> None:
        """Before 10:00 in Zhejiang (S5)."""
        due_at = RULES.deadline_of("331002").due_at(DAY)

        assert is_late(due_at, signed_at=due_at + timedelta(seconds=seconds)) is expected


class TestTiers:
    @pytest.mark.parametrize(
        ("headcount", "tiers"),
        [(None, ()), (0, ()), (19, ()), (20, ALL[:1]), (99, ALL[:1]), (100, ALL[:2]), (299, ALL[:2]), (300, ALL)],
    )
    def test_are_merged_by_size(self, headcount: int | None, tiers: tuple[str, ...]) -> None:
        assert RULES.tiers_of(headcount) == tiers

    @pytest.mark.parametrize(
        ("state", "tiers", "expected"),
        [
            (OPEN, (), "principal"),
            (OPEN, ALL, "team"),
            ("team_judged", ALL, "workshop"),
            ("workshop_judged", ALL, "department"),
            ("department_judged", ALL, "principal"),
            ("team_judged", ("team",), "principal"),
            (PUBLISHED, ALL, ""),
        ],
    )
    def test_follow_from_the_bottom_up(self, state: str, tiers: tuple[str, ...], expected: str) -> None:
        assert next_tier(a_commitment(state, tiers)) == expected

    @pytest.mark.parametrize("tier", ["team", "workshop", "department", "principal"])
    @pytest.mark.parametrize("state", [OPEN, *(judged_state(tier) for tier in ALL), PUBLISHED])
    def test_judge_only_in_their_turn(self, state: str, tier: str) -> None:
        known = a_commitment(state, ALL)
        if next_tier(known) == tier:
            check_judgement(known, tier)
        else:
            with pytest.raises(TierNotNext) as refusal:
                check_judgement(known, tier)
            assert refusal.value.facts["awaited"] == next_tier(known)


class TestSigning:
    def test_is_the_principals(self) -> None:
        check_signing(a_commitment(), roles=PRINCIPAL, letter="")

        assert next_tier(a_commitment()) == "principal"

    def test_by_somebody_else_names_the_letter(self) -> None:
        with pytest.raises(CommitmentIncomplete) as refusal:
            check_signing(a_commitment(), roles=("enterprise_user",), letter=" ")

        assert refusal.value.facts["field"] == "letter"

    @pytest.mark.parametrize(
        ("state", "error"), [(PUBLISHED, AlreadyPublished), (OPEN, TierNotNext), ("team_judged", TierNotNext)]
    )
    def test_waits_for_the_lower_tiers_and_happens_once(self, state: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            check_signing(a_commitment(state, ALL), roles=PRINCIPAL, letter="")

    @pytest.mark.parametrize(("days", "reason", "is_refused"), [(1, "", False), (2, "", True), (2, "网络中断", False)])
    def test_after_silent_days_says_why(self, days: int, reason: str, is_refused: bool) -> None:
        if is_refused:
            with pytest.raises(CommitmentIncomplete, match="2 days"):
                check_offline_reason(reason, days_without=days, limit=RULES.days_without)
        else:
            check_offline_reason(reason, days_without=days, limit=RULES.days_without)


class TestAmendment:
    @pytest.mark.parametrize(
        ("state", "reason", "today", "error"),
        [
            (OPEN, "增加动火", DAY, NotPublished),
            (PUBLISHED, "增加动火", DAY + timedelta(days=1), DayIsOver),
            (PUBLISHED, " ", DAY, CommitmentIncomplete),
            (PUBLISHED, "增加动火", DAY, None),
        ],
        ids=["not-published", "over", "no-reason", "possible"],
    )
    def test_is_of_today_and_says_why(self, state: str, reason: str, today: date, error: type[Exception]) -> None:
        if error is None:
            check_amendment(a_commitment(state), reason=reason, today=today)
        else:
            with pytest.raises(error):
                check_amendment(a_commitment(state), reason=reason, today=today)


class TestContent:
    def test_that_is_not_named_is_zero(self) -> None:
        content = declared(RULES, {"risk_grade": 4}, is_nil=True)

        assert (content.keys(), content["hot_work_1"], content["has_major_hazard"]) == (RULES.fields.keys(), 0, False)

    @pytest.mark.parametrize(
        ("given", "is_nil", "field"),
        [
            ({"risk_grade": 4}, False, "is_nil"),
            ({"risk_grade": 4, "height": 1}, True, "is_nil"),
            ({}, True, "content.risk_grade"),
            ({"risk_grade": 5}, True, "content.risk_grade"),
            ({"risk_grade": 4, "height": -1}, True, "content.height"),
            ({"risk_grade": 4, "height": "many"}, True, "content.height"),
            ({"risk_grade": 4, "is_starting": "yes"}, True, "content.is_starting"),
            ({"risk_grade": 4, "flying": 1}, True, "content.flying"),
        ],
        ids=str,
    )
    def test_that_is_impossible_names_its_field(self, given: dict[str, Any], is_nil: bool, field: str) -> None:
        with pytest.raises(CommitmentIncomplete) as refusal:
            declared(RULES, given, is_nil=is_nil)

        assert refusal.value.facts["field"] == field

    def test_of_a_tier_is_only_what_it_says(self) -> None:
        assert judged(RULES, {"height": 2, "is_starting": 1}) == {"height": 2, "is_starting": True}

    def test_counts_each_kind_of_the_standard(self) -> None:
        """GB 30871-2022: eight kinds; hot work by level."""
        assert {one.work for one in RULES.works} == {
            "hot_work", "confined_space", "blinding", "height", "lifting", "temp_power", "excavation", "road_closing",
        }  # fmt: skip


class TestTable:
    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("deadline", lambda rows: rows[1:]),
            ("size", lambda rows: rows[1:]),
            ("size", lambda rows: [*rows, {"persons": 9000, "tiers": ["workshop", "team"]}]),
            ("field", lambda rows: [*rows, {"id": "x", "kind": "y", "group": "z", "zh": "", "en": ""}]),
            ("grade", lambda rows: [{"when": "weather", "grade": 1}]),
        ],
    )
    def test_that_cannot_be_followed_is_refused(self, name: str, change: Any) -> None:
        table = tomllib.loads(files("services.permits.rules").joinpath("commitments.toml").read_text("utf-8"))

        with pytest.raises(UnusableCommitments):
            read_commitments(table | {name: change(table[name])})
