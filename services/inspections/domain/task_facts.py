"""What is known of a task while it is on its way, and what a person on site hands in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any

from services.inspections.domain.machines import Machine, Step, Transition

HIGHEST_TIER = 4
EARTH_RADIUS = 6_371_009  # metres, mean


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """The numbers of rules/tasks.toml."""

    fence_metres: int
    photos_per_abnormal_item: int
    officers_on_site: int


@dataclass(frozen=True)
class TaskRules:
    machine: Machine
    limits: TaskLimits


@dataclass(frozen=True, slots=True)
class Task:
    """``place`` is the exact position (longitude, latitude) of the enterprise, None when nobody knows it."""

    state: str = "planned"
    tier: int = 1
    owner: str = ""
    due_at: datetime | None = None
    is_overdue: bool = False
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class MovedTask:
    task: Task
    transition: Transition


@dataclass(frozen=True, slots=True)
class TaskLook:
    """What a guard sees."""

    rules: TaskRules
    task: Task
    step: Step

    @property
    def given(self) -> Mapping[str, Any]:
        return self.step.given


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places (longitude, latitude in degrees) in metres."""
    (east, north), (east_2, north_2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((north_2 - north) / 2) ** 2 + cos(north) * cos(north_2) * sin((east_2 - east) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(half))
