import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import chinese_calendar
import pytest

from shared.calendar import add_working_days, is_arranged, is_working_day, months_later, working_days_between
from shared.clock import Clock, ClockFixed, business_date


class TestClock:
    def test_tells_aware_utc(self) -> None:
        assert Clock().now().utcoffset() == timedelta()

    def test_is_moved_for_every_process_of_a_demo_home(self, tmp_path: Path) -> None:
        other = Clock(tmp_path, movable=True)

        Clock(tmp_path, movable=True).advance(timedelta(days=30))

        assert other.now() - Clock().now() > timedelta(days=29, hours=23)

    def test_adds_up_movements(self, tmp_path: Path) -> None:
        clock = Clock(tmp_path, movable=True)
        clock.advance(timedelta(days=1))

        assert clock.advance(timedelta(hours=2)) == timedelta(days=1, hours=2)

    def test_is_moved_in_a_home_that_holds_nothing_yet(self, tmp_path: Path) -> None:
        home = tmp_path / "files"

        assert Clock(home, movable=True).advance(timedelta(days=1)) == Clock(home, movable=True).offset()

    def test_refuses_to_move_elsewhere(self, tmp_path: Path) -> None:
        with pytest.raises(ClockFixed):
            Clock(tmp_path).advance(timedelta(days=1))

    def test_refuses_to_move_backwards(self, tmp_path: Path) -> None:
        with pytest.raises(ClockFixed):
            Clock(tmp_path, movable=True).advance(timedelta(days=-1))


@pytest.mark.parametrize(("hour", "day"), [(15, date(2026, 11, 23)), (16, date(2026, 11, 24))])
def test_the_business_day_changes_at_midnight_in_china(hour: int, day: date) -> None:
    assert business_date(datetime(2026, 11, 23, hour, 30, tzinfo=UTC)) == day


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("day", "is_worked"),
        [
            (date(2025, 9, 30), True),
            (date(2025, 10, 1), False),  # National Day
            (date(2025, 10, 8), False),
            (date(2025, 10, 11), True),  # a Saturday worked in exchange
            (date(2025, 1, 28), False),  # Spring Festival
            (date(2025, 1, 26), True),  # a Sunday worked in exchange
        ],
    )
    def test_follow_the_holiday_arrangement(self, day: date, is_worked: bool) -> None:
        assert is_working_day(day) is is_worked

    def test_count_past_the_national_day_week(self) -> None:
        assert add_working_days(date(2025, 9, 30), 7) == date(2025, 10, 16)

    def test_count_back_what_was_added(self) -> None:
        assert working_days_between(date(2025, 9, 30), date(2025, 10, 16)) == 7

    @pytest.mark.parametrize(
        ("day", "is_worked"),
        [
            (date(2027, 1, 1), False),  # a Friday
            (date(2027, 2, 5), False),  # the eve of Spring Festival, a Friday
            (date(2027, 6, 9), False),  # Dragon Boat Festival, a Wednesday
            (date(2027, 10, 4), True),
            (date(2028, 10, 3), False),  # Mid-Autumn Festival and National Day
        ],
    )
    def test_leave_out_the_statutory_holidays_of_a_year_that_nobody_has_arranged(
        self, day: date, is_worked: bool
    ) -> None:
        """国务院令第795号 第二条: these need no notice of the State Council."""
        assert (is_arranged(day.year), is_working_day(day)) == (False, is_worked)

    def test_agree_with_the_arrangement_where_there_is_one(self) -> None:
        """The days of the table, by the rule of the ordinance, are free in the years that the library knows."""
        rows = tomllib.loads(files("shared").joinpath("holidays.toml").read_text("utf-8"))["year"]
        known = [day for row in rows if is_arranged(row["year"]) for day in row["off"]]
        assert len(known) >= 26
        assert [day for day in known if chinese_calendar.is_workday(day)] == []

    def test_have_every_statutory_holiday_in_the_table(self) -> None:
        """Thirteen days a year, twelve where the Mid-Autumn Festival falls on one of the National Day."""
        rows = tomllib.loads(files("shared").joinpath("holidays.toml").read_text("utf-8"))["year"]
        counts = {row["year"]: len(set(row["off"])) for row in rows}
        assert {year for year, count in counts.items() if count != 13} == {2028, 2031}
        assert {day.year == row["year"] for row in rows for day in (*row["off"], *row["worked"])} == {True}

    def test_fall_back_to_weekdays_in_a_year_that_is_not_arranged_yet(self) -> None:
        assert [is_working_day(date(2199, 3, day)) for day in range(1, 8)] == [True] * 1 + [False] * 2 + [True] * 4


class TestMonths:
    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 36, date(2027, 2, 28)),
            (date(2024, 2, 29), 72, date(2030, 2, 28)),
            (date(2026, 12, 31), 2, date(2027, 2, 28)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2027, 11, 30), 3, date(2028, 2, 29)),
            (date(2026, 12, 15), 12, date(2027, 12, 15)),
            (date(2026, 11, 30), 1, date(2026, 12, 30)),
            (date(2026, 3, 31), -13, date(2025, 2, 28)),
        ],
    )
    def test_end_with_the_same_day_or_the_last_of_a_shorter_month(self, day: date, months: int, later: date) -> None:
        assert months_later(day, months) == later
