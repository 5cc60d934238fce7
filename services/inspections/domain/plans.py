"""The annual plan of on-site inspections: what the officers can do, who is owed a visit, and who has had enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.inspections.domain.machines import NotAllowed, require

MONTHS = 12


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """``planned`` visits a year, or ``share`` in per cent (from, to) drawn by lot; never more than ``cap`` on site."""

    level: int
    cap: int
    mode: str
    planned: int | None = None
    share: tuple[int, int] | None = None


@dataclass(frozen=True)
class PlanRules:
    """``counted``: cause of a check to whether the cap bounds it."""

    version: str
    officers_per_inspection: int
    key_share_percent: int
    reserve_percent: int
    legal_cap: int
    other_enforcement: tuple[str, ...]
    non_enforcement: tuple[str, ...]
    columns: tuple[str, ...]
    levels: Mapping[int, LevelPlan]
    counted: Mapping[str, bool]


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


@dataclass(frozen=True, slots=True)
class Demand:
    """Visits that the levels ask for: of key enterprises, and of those drawn by lot from the lowest to the highest."""

    key: int
    random_least: int
    random_most: int


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


def demand_of(rules: PlanRules, enterprises: Mapping[int, int]) -> Demand:
    """Return the visits that so many ``enterprises`` by level ask for, shares rounded up."""
    key = sum((rules.levels[level].planned or 0) * count for level, count in enterprises.items())
    drawn = [(rules.levels[level].share or (0, 0), count) for level, count in enterprises.items()]
    least, most = (sum(-(-count * share[end] // 100) for share, count in drawn) for end in (0, 1))
    return Demand(key, least, most)


def cap_of(rules: PlanRules, level: int | None) -> int:
    """Return how often a year an enterprise of ``level`` (None: grey) is checked on site at most."""
    return min(rules.levels[level or 0].cap, rules.legal_cap)


def check_cap(rules: PlanRules, *, level: int | None, causes: Sequence[str], cause: str) -> None:
    """Raise ``NotAllowed`` when one more check because of ``cause`` would pass the cap (国办发〔2024〕54号).

    ``causes`` are those of this year's on-site checks by the same authority. What a complaint, a reading, an order or
    the enterprise itself caused is counted apart and never refused.
    """
    require(cause in rules.counted, NotAllowed("unknown_cause", "Say why the check takes place.", cause=cause))
    if not rules.counted[cause]:
        return
    had, cap = sum(rules.counted.get(one, True) for one in causes), cap_of(rules, level)
    sentence = (
        f"This enterprise has had {had} of at most {cap} on-site checks this year: only a clue justifies another."
    )
    require(had < cap, NotAllowed("cap_reached", sentence, had=had, cap=cap))


def monthly_split(visits: int) -> list[int]:
    """Return how many of ``visits`` fall on each month, as evenly as whole numbers allow."""
    return [visits * (month + 1) // MONTHS - visits * month // MONTHS for month in range(MONTHS)]
