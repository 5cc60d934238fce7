"""The monthly assessment (credit-and-inspections §9) with the test vectors of the reference."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.inspections.domain.assessment import (
    Count,
    band_of,
    calendar_of,
    completion_rate,
    counted,
    deductions,
    has_to_talk,
    points_of,
    ranking,
    yearly_mean,
)
from services.inspections.rules import assessment_rules

RULES = assessment_rules()


def points(*rates: float) -> list[int]:
    found = ranking(RULES, {f"unit-{number}": Fraction(rate) for number, rate in enumerate(rates)})
    return [int(one.points) for one in found if one.points is not None]


class TestVectors:
    def test_nine_units_step_down_by_five(self) -> None:
        assert points(9, 8, 7, 6, 5, 4, 3, 2, 1) == [100, 95, 90, 85, 80, 75, 70, 65, 60]

    def test_a_tie_for_the_second_place_shares_the_better_rank(self) -> None:
        assert points(4, 3, 3, 1) == [100, 95, 95, 85]

    def test_the_year_is_the_mean_of_its_months(self) -> None:
        assert yearly_mean([Fraction(value) for value in [100, 95, 90, *[80] * 9]]) == Fraction("83.75")
        assert yearly_mean([]) == 0

    def test_points_never_fall_below_zero(self) -> None:
        assert (points_of(RULES, 21), points_of(RULES, 40)) == (0, 0)


class TestRate:
    def test_is_the_weighted_sum(self) -> None:
        counts = {one.id: Count(1, 2) for one in RULES.indicators}
        assert completion_rate(RULES, counts | {"grid": Count(2, 2)}) == Fraction(625, 1000)

    def test_drops_what_was_not_planned_and_weighs_the_rest_again(self) -> None:
        counts = {"self_check": Count(1, 2), "grid": Count(1, 1), "government": Count(0, 0)}
        assert completion_rate(RULES, counts) == Fraction(20 * 1 + 25 * 2, 2 * 45)

    def test_is_one_at_most(self) -> None:
        assert completion_rate(RULES, {"grid": Count(12, 10)}) == 1

    def test_is_none_when_nothing_was_due(self) -> None:
        [only] = ranking(RULES, {"unit": completion_rate(RULES, {})})
        assert (only.rank, only.points, only.is_last) == (None, None, False)

    def test_counts_a_major_hazard_five_times(self) -> None:
        assert counted(RULES, general=Count(8, 10), major=Count(1, 2)) == Count(13, 20)

    def test_has_weights_of_a_hundred(self) -> None:
        assert [one.weight for one in RULES.indicators] == [20, 15, 25, 25, 10, 5]


class TestLastPlaces:
    def test_are_two(self) -> None:
        found = ranking(RULES, {name: Fraction(rate) for name, rate in (("a", 3), ("b", 2), ("c", 1), ("d", 0))})
        assert [one.unit for one in found if one.is_last] == ["c", "d"]

    def test_are_nobody_among_two(self) -> None:
        found = ranking(RULES, {"a": Fraction(2), "b": Fraction(1)})
        assert [one.is_last for one in found] == [False, False]

    def test_twice_in_a_row_ask_for_a_talk(self) -> None:
        assert has_to_talk(RULES, [False, True, True])
        assert not has_to_talk(RULES, [True, False, True])
        assert not has_to_talk(RULES, [True])


class TestDeductions:
    @pytest.mark.parametrize(("deaths", "minus"), [([2], 0), ([3], 5), ([5], 5), ([6], 10), ([9], 10), ([3, 6], 15)])
    def test_of_accidents_follow_the_dead(self, deaths: list[int], minus: int) -> None:
        assert deductions(RULES, last_places=0, deaths=deaths, false_figures=0)["accidents"] == minus

    def test_of_last_places_and_false_figures(self) -> None:
        found = deductions(RULES, last_places=3, deaths=[], false_figures=1)
        assert (found["last_places"], found["false_figures"]) == (Fraction("1.5"), 10)


class TestBands:
    @pytest.mark.parametrize(
        ("total", "band"),
        [
            ("95", "优秀"),
            ("90", "优秀"),
            ("89.9", "良好"),
            ("80", "良好"),
            ("60", "合格"),
            ("59.9", "不合格"),
            ("-3", "不合格"),
        ],
    )
    def test_are_those_of_the_source(self, total: str, band: str) -> None:
        assert band_of(RULES, Fraction(total)).zh == band


class TestCalendar:
    def test_freezes_on_the_third_and_publishes_on_the_eighth(self) -> None:
        found = calendar_of(RULES, 2026, month=12)
        assert found.frozen_at == datetime(2027, 1, 3, 16, tzinfo=UTC)
        assert found.objections_until == datetime(2027, 1, 6, 16, tzinfo=UTC)
        assert found.published_on == date(2027, 1, 8)
