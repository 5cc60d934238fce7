"""Working days of mainland China, and months after a day.

The holiday arrangement of the State Council comes from ``chinesecalendar``; it is published year by year. What
``holidays.toml`` settles wins: the statutory holidays, which hold in a year that nobody has arranged yet, and days that
were moved after the library was made. Else such a year counts Monday to Friday.
"""

import tomllib
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

import chinese_calendar

_TABLE = tomllib.loads(files("shared").joinpath("holidays.toml").read_text("utf-8"))["year"]
_SETTLED = {day: column == "worked" for row in _TABLE for column in ("off", "worked") for day in row[column]}
_ARRANGED = {day.year for day in chinese_calendar.holidays}


@lru_cache(10 * 366)  # terms are counted day by day, and the library looks for its first and last year each time
def is_working_day(day: date) -> bool:
    """Return whether ``day`` is worked."""
    if day in _SETTLED:
        return _SETTLED[day]
    return bool(chinese_calendar.is_workday(day)) if is_arranged(day.year) else day.weekday() < 5


def is_arranged(year: int) -> bool:
    """Return whether all holidays of ``year`` are known; until then only the statutory ones and weekends are free."""
    return year in _ARRANGED


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day`` (the day itself is not counted); ``count`` >= 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Return how many working days lie after ``start`` up to and including ``end``."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def months_later(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
