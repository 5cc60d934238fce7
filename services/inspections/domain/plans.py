"""The annual plan of on-site inspections: what the officers can do, who is owed a visit, who has had enough."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import Any

from shared.calendar import working_days_between
from shared.machines import Machine, NotAllowed, require

MONTHS = 12
PENALTY, LISTING, ACCIDENT = "penalty", "listing", "accident"  # what credit tells
HAPPENED, ENDED = 1, 2
PUBLISHED = "published"  # the state of a plan in force
PLAN, DRAW = "plan", "draw"  # causes of the cap's checks, and the origins of the tasks that they make


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """``planned`` visits a year, or ``share`` in per cent (from, to) drawn by lot; never more than ``cap`` on site."""

    level: int
    cap: int
    mode: str
    planned: int | None = None
    share: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody comes; the yearly cap bounds only what ``is_counted``."""

    id: str
    zh: str
    en: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Must:
    """Why an enterprise may not be left out (§4.2): by level, by sector, or by what happened there ``least`` times."""

    id: str
    zh: str
    en: str
    levels: tuple[int, ...] = ()
    prefixes: tuple[str, ...] = ()
    within_months: int = 0
    least: int = 1


@dataclass(frozen=True)
class PlanRules:
    version: str
    officers_per_inspection: int
    key_share_percent: int
    reserve_percent: int
    cap_basis: str
    legal_cap: int
    other_enforcement: tuple[str, ...]
    non_enforcement: tuple[str, ...]
    columns: tuple[str, ...]
    levels: Mapping[int, LevelPlan]
    causes: Mapping[str, Cause]
    musts: Mapping[str, Must]
    words: Mapping[str, Any]
    machine: Machine


@dataclass(frozen=True)
class Capacity:
    """Working days of a year. The two maps hold days by category, each the mean of the last three years."""

    working_days: int
    officers: int
    other_enforcement: Mapping[str, int] = field(default_factory=dict)
    non_enforcement: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return 总法定工作日: working days times officers."""
        return self.working_days * self.officers

    @property
    def inspection_days(self) -> int:
        """Return 监督检查工作日: what is left after other enforcement and everything else."""
        return self.total - sum(self.other_enforcement.values()) - sum(self.non_enforcement.values())


def check_capacity(rules: PlanRules, capacity: Capacity) -> None:
    """Raise ``NotAllowed`` for a category that is none, a negative number, or more days than there are."""
    for given, known in (
        (capacity.other_enforcement, rules.other_enforcement),
        (capacity.non_enforcement, rules.non_enforcement),
    ):
        unknown = sorted(set(given) - set(known))
        require(not unknown, NotAllowed("unknown_category", "Use the categories of the plan.", unknown=unknown))
    numbers = [capacity.working_days, capacity.officers, *capacity.other_enforcement.values()]
    is_sound = min([*numbers, *capacity.non_enforcement.values()]) >= 0 and capacity.inspection_days >= 0
    require(is_sound, NotAllowed("more_days_than_there_are", "The days of the categories pass the legal working days."))


def most_inspections(rules: PlanRules, capacity: Capacity, *, days_each: float) -> int:
    """Return how many inspections fit: two officers each, and a reserve left (§4.1)."""
    usable = capacity.inspection_days * (100 - rules.reserve_percent) / 100
    return int(usable // (rules.officers_per_inspection * days_each))


def split_days(rules: PlanRules, capacity: Capacity) -> tuple[int, int]:
    """Return the inspection days for key and for ordinary inspections; key ones get their share, rounded up."""
    key = -(-capacity.inspection_days * rules.key_share_percent // 100)
    return key, capacity.inspection_days - key


def cap_of(rules: PlanRules, level: int | None) -> int:
    """Return how often a year an enterprise of ``level`` (None: grey) is checked on site at most."""
    return min(rules.levels[level or 0].cap, rules.legal_cap)


def working_days_of(year: int) -> list[int]:
    """Return the working days of each month; without an arrangement Monday to Friday less statutory holidays."""
    ends = [date(year + month // MONTHS, month % MONTHS + 1, 1) - timedelta(days=1) for month in range(MONTHS + 1)]
    return [working_days_between(before, last) for before, last in pairwise(ends)]


def monthly_split(visits: int, weights: Sequence[int]) -> list[int]:
    """Return how many of ``visits`` fall on each month, as near to the ``weights`` as whole numbers allow."""
    ends = [0, *accumulate(weights)]
    return [visits * end // ends[-1] - visits * start // ends[-1] for start, end in pairwise(ends)]


def months_of(place: int, of: int, *, visits: int, weights: Sequence[int]) -> list[int]:
    """Return the months (1 to 12) of the visits to number ``place`` of so many enterprises with as many visits.

    The year is as long as its working days: the visits to one stand equally far apart, those to all fill it evenly.
    """
    ends = list(accumulate(weights))
    moments = (ends[-1] * (2 * of * turn + 2 * place + 1) / (2 * of * visits) for turn in range(visits))
    return sorted({bisect_right(ends, moment) + 1 for moment in moments})
