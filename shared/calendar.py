"""Working days of mainland China, with an override table for days that are decided late.

The holiday arrangement of the State Council comes from ``chinesecalendar``; it is published year by year, so a
year that the library does not know yet counts Monday to Friday unless an override says otherwise.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import chinese_calendar

Overrides = Mapping[date, bool]
_NO_OVERRIDES: Overrides = {}


def is_working_day(day: date, overrides: Overrides = _NO_OVERRIDES) -> bool:
    """Return whether ``day`` is worked; ``overrides`` maps a day to its decided state and wins."""
    if day in overrides:
        return overrides[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_arranged(year: int) -> bool:
    """Return whether the holidays of ``year`` are known; until then its working days are only Monday to Friday."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def add_working_days(day: date, count: int, *, overrides: Overrides = _NO_OVERRIDES) -> date:
    """Return the ``count``-th working day after ``day`` (the day itself is not counted); ``count`` >= 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, overrides)
    return day


def working_days_between(start: date, end: date, *, overrides: Overrides = _NO_OVERRIDES) -> int:
    """Return how many working days lie after ``start`` up to and including ``end``."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day, overrides) for day in days)
