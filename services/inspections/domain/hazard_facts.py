"""What is known of a hazard (事故隐患) while it is on its way, and the numbers that bound the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.machines import Due, Machine, Step, Transition, end_of

GENERAL, MAJOR = "general", "major"
NEW = "new"
INTERMEDIARY, OFFICER = 2, 4  # tiers


@dataclass(frozen=True)
class HazardLimits:
    """The numbers of rules/hazards.toml: days, working days, hours, months, and the parts of each document."""

    general_default_days: int
    general_max_days: int
    major_max_days: int
    extension_before_working_days: int
    repeat_months: int
    intermediary_report: Due
    grading: Due
    penalties_180_days: int
    penalties_one_year: int
    order_parts: tuple[str, ...]
    plan_parts: tuple[str, ...]
    report_parts: tuple[str, ...]


@dataclass(frozen=True)
class HazardRules:
    """The machine, its limits, and the codes of the official items that are major by themselves."""

    machine: Machine
    limits: HazardLimits
    major_items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hazard:
    """What the steps look at. ``deadline`` is the last day for putting it right, ``began_on`` when that was set."""

    state: str = NEW
    level: str = ""
    item: str = ""
    found_by: str = ""
    found_tier: int = 0
    found_at: datetime | None = None
    deadline: date | None = None
    began_on: date | None = None
    submitted_by: str = ""
    again: int = 0
    is_overdue: bool = False
    listed_on: date | None = None
    wanted_deadline: date | None = None
    was_halted: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A hazard after a step, the row that led there, and by when the next step is due."""

    hazard: Hazard
    transition: Transition
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a guard sees."""

    rules: HazardRules
    hazard: Hazard
    step: Step

    @property
    def given(self) -> Mapping[str, Any]:
        return self.step.given


def overdue_at(hazard: Hazard) -> datetime | None:
    """Return the moment at which the deadline has passed; None when nothing runs."""
    return end_of(hazard.deadline) if hazard.deadline and not hazard.is_overdue else None
