"""Reports looked at again: how many, which ones, what a review may say, and what an intermediary is worth (§7.4)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import orjson

from services.inspections.domain.sampling import Rate, sample_size
from services.inspections.domain.schedules import Period, period_of
from shared.clock import business_date
from shared.errors import Conflict
from shared.machines import Due, NotAllowed, Step, end_of, require, require_all

DRAWN, AGREES, REFUTED = STATES = ("drawn", "agrees", "refuted")
SUBDISTRICT, OFFICER = 3, 4  # tiers
HALF_YEAR = r"^20\d{2}H[12]\Z"


class AlreadyReviewed(Conflict):
    code = "already_reviewed"


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a report is refuted; ``is_false``: what it says is untrue."""

    id: str
    zh: str
    en: str
    is_false: bool


@dataclass(frozen=True)
class ReviewRules:
    """``percent`` of the reports of a half-year are looked at again, each within ``due``."""

    version: str
    algorithm: str
    percent: int
    due: Due
    grounds: Mapping[str, Ground]


@dataclass(frozen=True)
class RatingRules:
    """``minus`` points of ``start`` for each visit with a fault; ``grades`` from the best to the worst."""

    start: int
    missed_days: int
    minus: Mapping[str, int]
    grades: Mapping[str, int]


@dataclass(frozen=True)
class Sample:
    """The record of a draw: with it anybody can draw again."""

    algorithm: str
    seed: str
    pool: tuple[str, ...]
    count: int

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the pool, whatever the order in which it was gathered."""
        return sha256(orjson.dumps(sorted(self.pool))).hexdigest()

    @property
    def drawn(self) -> tuple[str, ...]:
        """Return the first ``count`` of the pool in the order of sha256(seed|id): nobody can foresee or choose it."""
        ordered = sorted(self.pool, key=lambda one: sha256(f"{self.seed}|{one}".encode()).digest())
        return tuple(ordered[: self.count])


def missing_reviews(reported: int, drawn: int, *, percent: int) -> int:
    """Return how many reports are still to be drawn so that ``percent`` of all are looked at again: rounded up."""
    return max(0, sample_size(reported, percent=percent) - drawn)


def half_of(day: date) -> str:
    """Return the half-year of a day, such as ``2026H2``."""
    return f"{day.year}H{1 if day.month < 7 else 2}"


def days_of(half: str) -> Period:
    """Return the first and last day of a half-year; raises ``NotAllowed`` for what is none."""
    require(bool(re.match(HALF_YEAR, half)), NotAllowed("no_half_year", "Write a half-year such as 2026H2.", half=half))
    return period_of("half_yearly", date(int(half[:4]), 1 if half.endswith("1") else 7, 1))


def moments_of(half: str) -> tuple[datetime, datetime]:
    """Return the first moment of a half-year, and the first one after it."""
    period = days_of(half)
    return end_of(date.fromordinal(period.first.toordinal() - 1)), end_of(period.last)


def check_draw(half: str, *, tier: int, now: datetime) -> None:
    """Raise ``NotAllowed`` unless an officer of the bureau draws, for a half-year that has begun."""
    require(tier == OFFICER, NotAllowed("officers_only", "An officer of the bureau has to do this."))
    has_begun = days_of(half).first <= business_date(now)
    require(has_begun, NotAllowed("half_year_ahead", "This half-year has not begun: there is nothing to draw from."))


def check_decision(rules: ReviewRules, *, state: str, step: Step) -> str:
    """Return the state after a review was decided; raises ``AlreadyReviewed``, ``NotAllowed``."""
    if state != DRAWN:
        raise AlreadyReviewed("This report was looked at already.", state=state)
    is_above = step.tier >= SUBDISTRICT
    require(is_above, NotAllowed("authority_only", "The grid, the subdistrict or the bureau has to do this."))
    require_all(step.given, ("remark",), code="remark_missing", detail="Write down what was seen.")
    if step.event == "agree":
        return AGREES
    has_ground = step.given.get("ground") in rules.grounds
    refusal = NotAllowed("ground_missing", "Say why the report is refuted.", grounds=list(rules.grounds))
    require(has_ground, refusal)
    return REFUTED


@dataclass(frozen=True, slots=True)
class Worth:
    """Points and grade of an intermediary, and how many points each fault took."""

    points: int
    grade: str
    lost: Mapping[str, int]


def worth_of(rules: RatingRules, counts: Mapping[str, int]) -> Worth:
    """Return what an intermediary is worth after so many visits with each fault; never below nothing."""
    lost = {name: points * counts.get(name, 0) for name, points in rules.minus.items()}
    points = max(0, rules.start - sum(lost.values()))
    grade = next(name for name, least in rules.grades.items() if points >= least)
    return Worth(points, grade, lost)


def agreement(states: Collection[str]) -> Rate:
    """Return how many of the decided reviews agree with the report."""
    decided = [state for state in states if state != DRAWN]
    return Rate(decided.count(AGREES), len(decided))
