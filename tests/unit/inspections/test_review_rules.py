"""Reports looked at again: how many, which, what a review says, and what an intermediary is worth (§7.4)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.inspections.domain.reviews import (
    AlreadyReviewed,
    Sample,
    agreement,
    check_decision,
    check_draw,
    days_of,
    half_of,
    missing_reviews,
    moments_of,
    worth_of,
)
from services.inspections.domain.sampling import Rate
from services.inspections.rules import rating_rules, review_rules
from shared.machines import NotAllowed, Step
from tests.unit.inspections.builders import NOW

POOL = tuple(f"visit-{number}" for number in range(20))


def a_step(event: str, *, tier: int = 3, **given: Any) -> Step:
    return Step(event, "reviewer", tier, NOW, {"remark": "现场核实", **given})


class TestShare:
    @pytest.mark.parametrize(
        ("reported", "drawn", "missing"), [(0, 0, 0), (1, 0, 1), (20, 0, 3), (21, 3, 1), (40, 6, 0), (10, 5, 0)]
    )
    def test_is_fifteen_per_cent_rounded_up(self, reported: int, drawn: int, missing: int) -> None:
        """148号 draft: at least 15 % each half-year."""
        assert missing_reviews(reported, drawn, percent=review_rules().percent) == missing


class TestSample:
    def test_is_the_same_for_the_same_seed_whatever_the_order_of_the_pool(self) -> None:
        one, other = Sample("a", "seed", POOL, 3), Sample("a", "seed", POOL[::-1], 3)
        assert (one.drawn, one.digest) == (other.drawn, other.digest)
        assert len(set(one.drawn)) == 3

    def test_is_another_one_for_another_seed(self) -> None:
        assert len({Sample("a", str(seed), POOL, 3).drawn for seed in range(50)}) > 40

    def test_changes_its_digest_with_the_pool(self) -> None:
        assert Sample("a", "seed", POOL, 3).digest != Sample("a", "seed", POOL[1:], 3).digest


class TestHalfYear:
    @pytest.mark.parametrize(
        ("day", "half"),
        [(date(2026, 1, 1), "2026H1"), (date(2026, 6, 30), "2026H1"), (date(2026, 7, 1), "2026H2")],
    )
    def test_is_that_of_the_calendar(self, day: date, half: str) -> None:
        assert half_of(day) == half
        assert days_of(half).first <= day <= days_of(half).last

    def test_begins_and_ends_at_midnight_in_china(self) -> None:
        first, after = datetime(2026, 6, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)
        assert moments_of("2026H2") == (first, after)

    @pytest.mark.parametrize("half", ["2026", "2026H3", "26H1"])
    def test_is_written_in_one_way(self, half: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            days_of(half)
        assert refused.value.code == "no_half_year"


class TestDrawing:
    @pytest.mark.parametrize(
        ("half", "tier", "code"), [("2026H1", 3, "officers_only"), ("2026H2", 4, "half_year_ahead")]
    )
    def test_is_for_the_bureau_once_the_half_year_has_begun(self, half: str, tier: int, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_draw(half, tier=tier, now=NOW)
        assert refused.value.code == code
        assert check_draw("2026H1", tier=4, now=NOW) is None


class TestDecision:
    @pytest.mark.parametrize(
        ("event", "ground", "state"), [("agree", None, "agrees"), ("refute", "not_there", "refuted")]
    )
    def test_agrees_or_refutes(self, event: str, ground: str | None, state: str) -> None:
        assert check_decision(review_rules(), state="drawn", step=a_step(event, ground=ground)) == state

    @pytest.mark.parametrize(
        ("step", "code"),
        [
            (a_step("agree", tier=2), "authority_only"),
            (a_step("agree", remark=" "), "remark_missing"),
            (a_step("refute"), "ground_missing"),
            (a_step("refute", ground="whim"), "ground_missing"),
        ],
    )
    def test_is_refused_with_a_reason(self, step: Step, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_decision(review_rules(), state="drawn", step=step)
        assert refused.value.code == code

    def test_is_made_once(self) -> None:
        with pytest.raises(AlreadyReviewed):
            check_decision(review_rules(), state="agrees", step=a_step("agree"))


class TestWorth:
    @pytest.mark.parametrize(
        ("counts", "points", "grade"),
        [
            ({}, 100, "A"),
            ({"report_late": 5}, 90, "A"),
            ({"report_late": 3, "unreal": 1}, 89, "B"),
            ({"unreal": 4}, 80, "B"),
            ({"missed_major": 2, "report_late": 1}, 78, "C"),
            ({"false_report": 2}, 60, "C"),
            ({"false_report": 2, "report_late": 1}, 58, "D"),
            ({"false_report": 9}, 0, "D"),
        ],
    )
    def test_is_a_hundred_less_what_each_fault_takes(self, counts: dict[str, int], points: int, grade: str) -> None:
        """§7.4 design: −2 late report, −5 unreal check-in, −10 missed major hazard, −20 false report."""
        worth = worth_of(rating_rules(), counts)
        assert (worth.points, worth.grade) == (points, grade)

    def test_says_what_was_lost_by_what(self) -> None:
        lost = worth_of(rating_rules(), {"unreal": 2, "report_late": 1}).lost
        assert lost == {"report_late": 2, "unreal": 10, "missed_major": 0, "false_report": 0}


class TestAgreement:
    def test_counts_only_what_was_decided(self) -> None:
        assert agreement(["drawn", "agrees", "agrees", "refuted"]) == Rate(2, 3)
