"""Annual plan, caps and dual-random draws (risk-grading §4.1–§4.5) with the test vectors of the reference."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from services.inspections.domain.plans import (
    Capacity,
    check_capacity,
    monthly_split,
    months_of,
    most_inspections,
    split_days,
    working_days_of,
)
from services.inspections.rules import plan_rules
from shared.calendar import is_arranged
from shared.machines import NotAllowed

PLAN = plan_rules()
KUANCHENG = Capacity(248, 8, {"行政许可": 1035}, {"值班": 535})  # 长春宽城区 2025
CITY = Capacity(247, 22, {"综合监管": 2469}, {"值班": 1994})  # city level, 2019


class TestCapacity:
    def test_gives_414_days_of_the_first_vector(self) -> None:
        assert (KUANCHENG.total, KUANCHENG.inspection_days) == (1984, 414)

    def test_gives_971_days_of_the_second_vector(self) -> None:
        assert (CITY.total, CITY.inspection_days) == (5434, 971)

    def test_leaves_key_inspections_at_least_sixty_per_cent(self) -> None:
        """The plan of the second vector gives 632 of 971 (65.1 %), which is more."""
        assert split_days(PLAN, CITY) == (583, 388)

    def test_bounds_the_inspections_by_two_officers_and_a_reserve(self) -> None:
        assert most_inspections(PLAN, KUANCHENG, days_each=1) == 186  # 414 × 90 % / 2
        assert most_inspections(PLAN, KUANCHENG, days_each=1.5) == 124

    def test_knows_ten_and_seven_categories(self) -> None:
        assert (len(PLAN.other_enforcement), len(PLAN.non_enforcement), len(PLAN.columns)) == (10, 7, 11)

    @pytest.mark.parametrize(
        ("capacity", "code"),
        [
            (Capacity(248, 8, {"散步": 1}), "unknown_category"),
            (Capacity(248, 8, {}, {"散步": 1}), "unknown_category"),
            (Capacity(248, 1, {"行政许可": 200}, {"值班": 100}), "more_days_than_there_are"),
            (Capacity(248, 1, {"行政许可": -1}), "more_days_than_there_are"),
        ],
    )
    def test_refuses_impossible_figures(self, capacity: Capacity, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_capacity(PLAN, capacity)
        assert refused.value.code == code

    def test_accepts_the_vectors(self) -> None:
        assert [check_capacity(PLAN, one) for one in (KUANCHENG, CITY)] == [None, None]


class TestDemand:
    def test_is_spread_over_the_months_by_their_working_days(self) -> None:
        assert monthly_split(14, [1] * 12) == [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2]
        assert monthly_split(248, working_days_of(2025)) == working_days_of(2025)
        assert sum(monthly_split(971, working_days_of(2025))) == 971

    def test_is_that_which_risk_shows(self) -> None:
        shown = tomllib.loads(Path("services/risk/rules/frequencies.toml").read_text("utf-8"))
        rows = {row["level"]: row for row in shown["profile"][0]["level"]}
        assert {level: (one.planned, one.share, one.cap, one.mode) for level, one in PLAN.levels.items()} == {
            level: (
                row.get("planned"),
                tuple(row["planned_share"]) if "planned_share" in row else None,
                row["cap"],
                row["mode"],
            )
            for level, row in rows.items()
        }
        assert shown["frequency"]["legal_cap"] == PLAN.legal_cap


class TestMonths:
    def test_have_the_working_days_of_the_state_council(self) -> None:
        """§4.1: 248 in 2025."""
        assert working_days_of(2025) == [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]
        assert sum(working_days_of(2025)) == 248

    def test_count_monday_to_friday_where_nothing_is_arranged(self) -> None:
        assert (is_arranged(2025), is_arranged(2090), sum(working_days_of(2090))) == (True, False, 260)

    def test_fill_the_year_evenly(self) -> None:
        months = Counter(month for place in range(120) for month in months_of(place, 120, visits=1, weights=[1] * 12))
        assert set(months.values()) == {10}

    def test_lie_half_a_year_apart_for_two_visits(self) -> None:
        found = [months_of(place, 6, visits=2, weights=[1] * 12) for place in range(6)]
        assert found == [[1, 7], [2, 8], [3, 9], [4, 10], [5, 11], [6, 12]]

    def test_leave_out_those_that_are_over(self) -> None:
        weights = [0] * 10 + [20, 23]
        assert [months_of(place, 4, visits=1, weights=weights) for place in range(4)] == [[11], [11], [12], [12]]
        assert months_of(0, 1, visits=2, weights=[0] * 11 + [23]) == [12]
