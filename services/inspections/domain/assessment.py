"""The monthly assessment of subdistricts: open formula, ranks, points, deductions, bands, calendar (§9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from services.inspections.domain.machines import end_of


@dataclass(frozen=True, slots=True)
class Indicator:
    id: str
    weight: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Band:
    at_least: int
    zh: str
    en: str


@dataclass(frozen=True)
class AssessmentRules:
    """The formula as data; points are exact fractions."""

    version: str
    indicators: Sequence[Indicator]
    base: Fraction
    rank_step: Fraction
    major_counts: int
    last_places: int
    last_places_minus: Fraction
    false_figures_minus: Fraction
    talk_after: int
    accidents: Sequence[tuple[int, Fraction]]
    bands: Sequence[Band]
    days: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Count:
    """``done`` of ``planned``; a major hazard counts as often as the rules say."""

    done: int
    planned: int

    @property
    def rate(self) -> Fraction | None:
        """Return the completion rate, at most 1; None when nothing was planned."""
        return min(Fraction(self.done, self.planned), Fraction(1)) if self.planned else None


@dataclass(frozen=True, slots=True)
class Standing:
    """``rate`` is None, and there is no rank and no point, for a unit of which nothing was due."""

    unit: str
    rate: Fraction | None
    rank: int | None
    points: Fraction | None
    is_last: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Until when figures may come in, until when objections, and from when the ranking is public."""

    frozen_at: datetime
    objections_until: datetime
    published_on: date


def counted(rules: AssessmentRules, *, general: Count, major: Count) -> Count:
    """Return the count of hazards, a major one as five."""
    times = rules.major_counts
    return Count(general.done + times * major.done, general.planned + times * major.planned)


def completion_rate(rules: AssessmentRules, counts: Mapping[str, Count]) -> Fraction | None:
    """Return ``R = Σ w·c``; an indicator without a plan is dropped and the weights are normalised again."""
    rated = [
        (one.weight, rate) for one in rules.indicators if (rate := counts.get(one.id, Count(0, 0)).rate) is not None
    ]
    total = sum(weight for weight, _ in rated)
    return sum((weight * rate for weight, rate in rated), Fraction(0)) / total if total else None


def ranking(rules: AssessmentRules, rates: Mapping[str, Fraction | None]) -> list[Standing]:
    """Return the units from best to worst: ties share the better rank, ``M = B × (1 − 5 % × (rank − 1))``, floor 0."""
    ranked = [rate for rate in rates.values() if rate is not None]
    standings = []
    for unit, rate in rates.items():
        if rate is None:
            standings.append(Standing(unit, None, None, None, is_last=False))
            continue
        rank = 1 + sum(other > rate for other in ranked)
        is_last = len(ranked) > rules.last_places and sum(other < rate for other in ranked) < rules.last_places
        standings.append(Standing(unit, rate, rank, points_of(rules, rank), is_last))
    return sorted(standings, key=lambda one: (one.rank is None, one.rank, one.unit))


def points_of(rules: AssessmentRules, rank: int) -> Fraction:
    """Return the points of a rank."""
    return max(rules.base * (1 - rules.rank_step * (rank - 1)), Fraction(0))


def yearly_mean(points: Sequence[Fraction]) -> Fraction:
    """Return the mean of the monthly points of a year (S70)."""
    return sum(points, Fraction(0)) / len(points) if points else Fraction(0)


def deductions(
    rules: AssessmentRules, *, last_places: int, deaths: Sequence[int], false_figures: int
) -> Mapping[str, Fraction]:
    """Return what is taken from the year: each month among the last two, each accident, each false figure (S71)."""
    accidents = [
        max((minus for least, minus in rules.accidents if dead >= least), default=Fraction(0)) for dead in deaths
    ]
    return {
        "last_places": rules.last_places_minus * last_places,
        "accidents": sum(accidents, Fraction(0)),
        "false_figures": rules.false_figures_minus * false_figures,
    }


def has_to_talk(rules: AssessmentRules, months: Sequence[bool]) -> bool:
    """Return whether a unit was the very last so many months in a row, the latest one included (约谈)."""
    latest = months[-rules.talk_after :]
    return len(latest) == rules.talk_after and all(latest)


def band_of(rules: AssessmentRules, points: Fraction) -> Band:
    """Return the band of a total (S72): 90 excellent, 80 good, 60 sufficient."""
    reached = [band for band in rules.bands if points >= band.at_least]
    return max(reached, key=lambda band: band.at_least, default=min(rules.bands, key=lambda band: band.at_least))


def calendar_of(rules: AssessmentRules, year: int, *, month: int) -> Calendar:
    """Return the days of the following month on which a month is frozen, contested and published."""
    following = (year + month // 12, month % 12 + 1)
    freeze, objection, publication = (date(*following, day) for day in rules.days)
    return Calendar(end_of(freeze), end_of(objection), publication)
