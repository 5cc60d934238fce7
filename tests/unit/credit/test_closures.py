"""When a closure has to be proposed (安全生产法 第一百一十三条第一项)."""

from datetime import date, timedelta

import pytest

from services.credit.domain.suggestions import (
    ClosureDecided,
    SuggestionDecided,
    check_ground,
    check_open,
    closure_after,
    trigger_of,
)
from services.credit.rules.closures import closure_rules
from services.credit.rules.suggestions import suggestion_rules
from shared.machines import NotAllowed

TODAY = date(2026, 5, 11)


def decided(*days_ago: int) -> dict[str, date]:
    return {f"p{number}": TODAY - timedelta(days=ago) for number, ago in enumerate(days_ago)}


class TestTheTrigger:
    @pytest.mark.parametrize(
        ("days_ago", "span"),
        [
            ((0, 90, 179), "180_days"),
            ((0, 90, 180), ""),
            ((0, 1), ""),
            ((0, 200, 300, 364), "one_year"),
            ((0, 200, 300, 365), ""),
            ((-1, 0, 1), ""),
            ((3, 90, 182), "180_days"),
            ((3, 90, 183), ""),
            ((179, 200, 358), "180_days"),
            ((180, 200, 359), ""),
            ((7, 200, 300, 371), "one_year"),
        ],
    )
    def test_counts_penalties_of_one_span_that_ends_with_today_or_with_one_of_them(
        self, days_ago: tuple[int, ...], span: str
    ) -> None:
        found = trigger_of(closure_rules(), decided(*days_ago), has_major=True, today=TODAY)
        assert (found.span if found else "") == span

    def test_names_the_penalties_from_the_oldest_on(self) -> None:
        found = trigger_of(closure_rules(), decided(0, 90, 179), has_major=True, today=TODAY)
        assert found is not None
        assert found.penalty_ids == ("p2", "p1", "p0")

    def test_counts_a_whole_year_also_with_a_leap_day(self) -> None:
        days = (date(2027, 3, 1), date(2027, 6, 1), date(2027, 9, 1), date(2028, 2, 29))
        found = trigger_of(
            closure_rules(), {day.isoformat(): day for day in days}, has_major=True, today=date(2028, 2, 29)
        )
        assert found is not None
        assert found.span == "one_year"

    def test_needs_an_open_major_hazard(self) -> None:
        assert trigger_of(closure_rules(), decided(0, 1, 2), has_major=False, today=TODAY) is None


class TestADecision:
    def test_submits_with_a_letter_or_dismisses_with_a_reason(self) -> None:
        assert closure_after("proposed", "submit", document="函1号", reason="") == "submitted"
        assert closure_after("proposed", "dismiss", document="", reason="隐患已销号") == "dismissed"

    @pytest.mark.parametrize(("event", "code"), [("submit", "document_missing"), ("dismiss", "reason_missing")])
    def test_names_what_is_missing(self, event: str, code: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            closure_after("proposed", event, document=" ", reason=" ")
        assert refusal.value.code == code

    def test_submits_what_enough_penalties_are_left_of(self) -> None:
        check_ground(closure_rules(), "180_days", left=3)
        with pytest.raises(NotAllowed) as refusal:
            check_ground(closure_rules(), "one_year", left=3)
        assert (refusal.value.code, refusal.value.facts["needed"]) == ("ground_lost", 4)

    def test_is_made_once(self) -> None:
        with pytest.raises(ClosureDecided):
            closure_after("submitted", "dismiss", document="", reason="有误")


class TestASuggestion:
    @pytest.mark.parametrize(("misses", "is_suggested"), [(0, False), (2, False), (3, True), (4, True)])
    def test_follows_the_third_miss_of_a_month(self, misses: int, *, is_suggested: bool) -> None:
        assert suggestion_rules().suggests_for_misses(misses) is is_suggested

    def test_is_decided_once(self) -> None:
        assert check_open("open") is None
        with pytest.raises(SuggestionDecided):
            check_open("confirmed")
