from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.calendar import add_working_days, is_working_day, working_days_between
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

    def test_let_an_override_win(self) -> None:
        assert not is_working_day(date(2025, 9, 29), overrides={date(2025, 9, 29): False})

    def test_fall_back_to_weekdays_in_a_year_that_is_not_arranged_yet(self) -> None:
        assert [is_working_day(date(2199, 3, day)) for day in range(1, 8)] == [True] * 1 + [False] * 2 + [True] * 4
