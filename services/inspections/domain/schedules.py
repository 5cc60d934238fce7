"""When something recurring is due: calendar periods, and how often a tier comes by level and industry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.calendar import months_later
from shared.machines import NotAllowed

# From often to rare; a period of each kind holds a whole number of days of the calendar.
FREQUENCIES = ("daily", "weekly", "fortnightly", "monthly", "quarterly", "half_yearly", "yearly")
MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
DAYS = {"daily": 1, "weekly": 7, "fortnightly": 14}
FIRST_MONDAY = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both included; what is owed in it is due at the end of ``last``."""

    first: date
    last: date

    @property
    def following_day(self) -> date:
        return self.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class IndustryRule:
    """In these industries (prefixes of GB/T 4754) a tier never comes rarer than ``at_least``."""

    tier: int
    prefixes: tuple[str, ...]
    at_least: str
    source: str


@dataclass(frozen=True)
class Schedule:
    """``by_level``: tier and level to frequency."""

    by_level: Mapping[tuple[int, int], str]
    industries: Sequence[IndustryRule]

    def frequency(self, *, tier: int, level: int | None, industry: str) -> str | None:
        """Return how often ``tier`` comes to an enterprise (§7.1, §6.6); None when it does not come by itself."""
        found = [] if level is None else [self.by_level[tier, level]] if (tier, level) in self.by_level else []
        if not found:
            return None
        found += [one.at_least for one in self.industries if one.tier == tier and industry.startswith(one.prefixes)]
        return min(found, key=FREQUENCIES.index)


def period_of(frequency: str, day: date) -> Period:
    """Return the calendar period of ``day``: weeks begin on Monday; raises ``NotAllowed`` for no known frequency."""
    if frequency in DAYS:
        length = DAYS[frequency]
        first = day - timedelta(days=(day - FIRST_MONDAY).days % length)
        return Period(first, first + timedelta(days=length - 1))
    if frequency not in MONTHS:
        raise NotAllowed("unknown_frequency", f"{frequency} has no periods.", frequency=frequency)
    months = MONTHS[frequency]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(first, months_later(first, months) - timedelta(days=1))


def first_period(frequency: str, starts_on: date) -> Period:
    """Return the first whole period of a duty that starts on ``starts_on``: nobody owes half a period."""
    period = period_of(frequency, starts_on)
    return period if period.first == starts_on else period_of(frequency, period.following_day)


def contract_period(starts_on: date, ends_on: date, *, per_year: int, today: date) -> Period | None:
    """Return the period of a contract (``ends_on`` excluded) in which one of its yearly visits is owed today.

    The years of the contract are cut into equal parts; nobody owes half a part but the first, and nothing before the
    contract begins or after it has ended.
    """
    if not per_year or not starts_on <= today < ends_on:
        return None
    number = 0
    while _cut(starts_on, number + 1, per_year=per_year) <= today:
        number += 1
    first, following = (_cut(starts_on, one, per_year=per_year) for one in (number, number + 1))
    if following > ends_on and number:
        return None
    return Period(first, min(following, ends_on) - timedelta(days=1))


def _cut(starts_on: date, number: int, *, per_year: int) -> date:
    years, part = divmod(number, per_year)
    first, following = (_same_day(starts_on, years + one) for one in (0, 1))
    return first + timedelta(days=(following - first).days * part // per_year)


def _same_day(day: date, years: int) -> date:
    """The 29th of February becomes the 1st of March in other years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
