"""How grave an accident is (国务院令第493号 第三条: "以上" includes the number), and the change from year to year."""

from datetime import date

import pytest

from services.credit.domain.accidents import Accident, AccidentRefused, change_in_percent, check_accident
from services.credit.rules.accidents import accident_rules


class TestTheGrade:
    @pytest.mark.parametrize(
        ("deaths", "injuries", "loss", "grade"),
        [
            (0, 0, 0, "general"),
            (2, 9, 9_999_999, "general"),
            (3, 0, 0, "larger"),
            (0, 10, 0, "larger"),
            (0, 0, 10_000_000, "larger"),
            (9, 0, 0, "larger"),
            (10, 0, 0, "serious"),
            (0, 50, 0, "serious"),
            (0, 0, 50_000_000, "serious"),
            (29, 99, 99_999_999, "serious"),
            (30, 0, 0, "extraordinary"),
            (0, 100, 0, "extraordinary"),
            (0, 0, 100_000_000, "extraordinary"),
        ],
    )
    def test_is_that_of_the_gravest_figure(self, deaths: int, injuries: int, *, loss: int, grade: str) -> None:
        assert accident_rules().grade_of(deaths=deaths, serious_injuries=injuries, loss=loss).id == grade


class TestAnAccident:
    def test_is_not_of_a_day_to_come(self) -> None:
        told = Accident(enterprise_id="e", occurred_on=date(2026, 5, 12), kind="fall")
        assert check_accident(told, today=date(2026, 5, 12)) is None
        with pytest.raises(AccidentRefused):
            check_accident(told, today=date(2026, 5, 11))

    def test_is_of_a_year_that_was_typed_whole(self) -> None:
        told = Accident(enterprise_id="e", occurred_on=date(26, 5, 12), kind="fall")
        with pytest.raises(AccidentRefused):
            check_accident(told, today=date(2026, 5, 12))


class TestTheChange:
    @pytest.mark.parametrize(("before", "now", "change"), [(4, 3, -25.0), (3, 4, 33.3), (0, 2, None), (2, 2, 0.0)])
    def test_is_told_in_per_cent(self, before: int, now: int, change: float | None) -> None:
        assert change_in_percent(before, now) == change
