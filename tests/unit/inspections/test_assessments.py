"""The monthly assessment (credit-and-inspections §9) with the test vectors of the reference."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from services.inspections.domain.assessments import (
    Count,
    band_of,
    calendar_of,
    completion_rate,
    counted,
    deductions,
    entry_points,
    has_to_talk,
    month_of,
    next_moment,
    next_state,
    period_of_month,
    points_of,
    ranking,
    yearly_mean,
    yearly_total,
)
from services.inspections.rules import assessment_rules
from shared.machines import NotAllowed

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
        assert [one.unit for one in found if one.is_very_last] == ["d"]

    def test_are_nobody_among_two(self) -> None:
        found = ranking(RULES, {"a": Fraction(2), "b": Fraction(1)})
        assert [one.is_last for one in found] == [False, False]

    @pytest.mark.parametrize("rate", [Fraction(0), Fraction(1)])
    def test_are_nobody_where_all_did_the_same(self, rate: Fraction) -> None:
        """§9: ties share the better rank."""
        found = ranking(RULES, dict.fromkeys("abcd", rate))
        assert {(one.rank, one.is_last, one.is_very_last) for one in found} == {(1, False, False)}

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
    @pytest.mark.parametrize(
        ("month", "days"),
        [
            pytest.param("2026-06", [(7, 3), (7, 6), (7, 7)], id="of-working-days-is-that-of-the-table"),
            pytest.param("2026-05", [(6, 3), (6, 8), (6, 9)], id="moves-a-saturday-and-what-follows"),
            pytest.param("2026-09", [(10, 8), (10, 12), (10, 13)], id="waits-for-the-end-of-the-holidays"),
        ],
    )
    def test_is_computed_contested_and_published(self, month: str, days: list[tuple[int, int]]) -> None:
        """The last moment of a day in China is 16:00 UTC; publication begins with the day after the third one here."""
        found = calendar_of(RULES, month)
        moments = [found.computed_at, found.objections_until, found.published_at]
        assert moments == [datetime(2026, *day, 16, tzinfo=UTC) for day in days]

    def test_gives_a_month_computed_late_its_whole_window(self) -> None:
        found = calendar_of(RULES, "2026-06", not_before=date(2026, 7, 22))
        assert [found.objections_until, found.published_at] == [
            datetime(2026, 7, 27, 16, tzinfo=UTC),
            datetime(2026, 7, 28, 16, tzinfo=UTC),
        ]

    def test_knows_the_days_of_a_month(self) -> None:
        period = period_of_month("2028-02")
        assert (month_of(period.last), period.last) == ("2028-02", date(2028, 2, 29))

    @pytest.mark.parametrize("month", ["x", "2026-13", "2026-1", "1999-01", "2026-01-01"])
    def test_has_no_other_months(self, month: str) -> None:
        with pytest.raises(NotAllowed, match="year and month"):
            period_of_month(month)


CALENDAR = calendar_of(RULES, "2026-06")
SECOND = timedelta(seconds=1)


class TestWay:
    @pytest.mark.parametrize(
        ("state", "moment", "undecided", "reached"),
        [
            ("open", CALENDAR.computed_at - SECOND, 0, "open"),
            ("open", CALENDAR.computed_at, 0, "computed"),
            ("computed", CALENDAR.objections_until - SECOND, 0, "computed"),
            ("computed", CALENDAR.objections_until, 1, "computed"),
            ("computed", CALENDAR.objections_until, 0, "frozen"),
            ("frozen", CALENDAR.published_at - SECOND, 0, "frozen"),
            ("frozen", CALENDAR.published_at, 0, "published"),
            ("published", CALENDAR.published_at + SECOND, 0, "published"),
        ],
    )
    def test_leads_on_when_its_moment_has_come(
        self, state: str, moment: datetime, undecided: int, reached: str
    ) -> None:
        assert next_state(state, CALENDAR, now=moment, undecided=undecided) == reached

    @pytest.mark.parametrize(
        ("state", "moment"),
        [
            ("open", CALENDAR.computed_at),
            ("computed", CALENDAR.objections_until),
            ("frozen", CALENDAR.published_at),
            ("published", None),
        ],
    )
    def test_says_when_the_clock_looks_again(self, state: str, moment: datetime | None) -> None:
        assert next_moment(state, CALENDAR) == moment


class TestEntries:
    @pytest.mark.parametrize(
        ("kind", "deaths", "points"),
        [
            ("accident", 2, "0"),
            ("accident", 3, "-5"),
            ("accident", 7, "-10"),
            ("false_figures", 0, "-10"),
            ("commended_by_state", 0, "2"),
            ("commended_by_province", 0, "1"),
            ("commended_by_city", 0, "0.5"),
        ],
    )
    def test_take_and_give_what_the_formula_says(self, kind: str, deaths: int, points: str) -> None:
        assert entry_points(RULES, kind, deaths=deaths) == Fraction(points)

    def test_are_all_that_can_be_entered(self) -> None:
        commended = ("commended_by_state", "commended_by_province", "commended_by_city")
        assert RULES.entry_kinds == ("accident", "false_figures", *commended)

    def test_add_to_the_mean_of_the_year(self) -> None:
        months = [(Fraction(100), False), (Fraction(60), True)]
        assert yearly_total(months, rules=RULES, entries=Fraction(-4)) == Fraction("75.5")
