"""The monthly assessment of subdistricts: open formula, ranks, points, deductions, bands, calendar (§9)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from services.inspections.domain.schedules import Period, period_of
from shared.calendar import add_working_days
from shared.machines import NotAllowed, end_of, require

MONTH = r"20\d\d-(0[1-9]|1[0-2])"
OPEN, COMPUTED, FROZEN, PUBLISHED = "open", "computed", "frozen", "published"
DONE, NOT_DONE, DROPPED = "done", "not_done", "dropped"
ON_TIME, AT_ALL = "on_time", "at_all"
REFUTED, SELF_CHECKED = "refuted", "self_checked"  # counted beside the indicators, without a weight
ACCIDENT, FALSE_FIGURES = "accident", "false_figures"


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is counted: tasks of a tier that one of ``origins`` made due, and hazards found by this tier or above.

    ``closed`` says when such a hazard is done: ``on_time`` or ``at_all``. Tier 0 counts nothing.
    """

    id: str
    weight: int
    zh: str
    en: str
    tasks_tier: int = 0
    origins: tuple[str, ...] = ()
    hazards_tier: int = 0
    closed: str = ON_TIME


@dataclass(frozen=True, slots=True)
class Bonus:
    """What a commendation adds to the year."""

    id: str
    plus: Fraction
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
    bonuses: Sequence[Bonus]
    bands: Sequence[Band]
    days: tuple[int, int, int]
    window_days: int

    @property
    def entry_kinds(self) -> tuple[str, ...]:
        """Return what can be entered for a unit beside the figures."""
        return (ACCIDENT, FALSE_FIGURES, *(one.id for one in self.bonuses))


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
    is_very_last: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Until when figures may come in, until when objections, and from when the ranking is public."""

    computed_at: datetime
    objections_until: datetime
    published_at: datetime


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
    """Return the units from best to worst: ties share the better rank, ``M = B × (1 − 5 % × (rank − 1))``, floor 0.

    Who shares the first rank is not among the last places: where all did the same nobody is.
    """
    ranked = [rate for rate in rates.values() if rate is not None]
    standings = []
    for unit, rate in rates.items():
        if rate is None:
            standings.append(Standing(unit, None, None, None, is_last=False))
            continue
        rank = 1 + sum(other > rate for other in ranked)
        worse = sum(other < rate for other in ranked)
        is_last = len(ranked) > rules.last_places and worse < rules.last_places and rank > 1
        standings.append(Standing(unit, rate, rank, points_of(rules, rank), is_last, is_last and not worse))
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


def month_of(day: date) -> str:
    """Return the month of a day as it is written in addresses and rows: 2026-11."""
    return f"{day:%Y-%m}"


def period_of_month(month: str) -> Period:
    """Return the days of a month such as 2026-11; raises ``NotAllowed`` for what is no month."""
    refusal = NotAllowed("month_unknown", "Write a month as year and month: 2026-11.", field="month")
    require(re.fullmatch(MONTH, month) is not None, refusal)
    return period_of("monthly", date.fromisoformat(f"{month}-01"))


def calendar_of(rules: AssessmentRules, month: str, *, not_before: date = date.min) -> Calendar:
    """Return when a month is computed, contested and published; a day off moves to the next working day.

    The window for objections keeps its days when the first day has moved or when the computing comes late: nothing
    is computed before ``not_before``.
    """
    following = period_of_month(month).following_day
    computing, objection, publication = (following.replace(day=day) for day in rules.days)
    computing = _worked(max(computing, not_before))
    window = timedelta(days=rules.window_days)
    objection_day = _worked(max(objection, computing + window))
    rest = publication - objection
    publication_day = _worked(max(publication, objection_day + rest))
    return Calendar(end_of(computing), end_of(objection_day), end_of(publication_day - timedelta(days=1)))


def next_state(state: str, calendar: Calendar, *, now: datetime, undecided: int) -> str:
    """Return the state that a month has reached; one with ``undecided`` objections is not frozen before all are."""
    if state == OPEN and now >= calendar.computed_at:
        return COMPUTED
    if state == COMPUTED and now >= calendar.objections_until and not undecided:
        return FROZEN
    if state == FROZEN and now >= calendar.published_at:
        return PUBLISHED
    return state


def next_moment(state: str, calendar: Calendar) -> datetime | None:
    """Return when the clock looks at a month again; None when nothing more comes by itself."""
    moments = {OPEN: calendar.computed_at, COMPUTED: calendar.objections_until, FROZEN: calendar.published_at}
    return moments.get(state)


def entry_points(rules: AssessmentRules, kind: str, *, deaths: int) -> Fraction:
    """Return what an entry does to the year: an accident and a false figure take, a commendation gives (S71, S72)."""
    if kind == ACCIDENT:
        return -deductions(rules, last_places=0, deaths=[deaths], false_figures=0)["accidents"]
    if kind == FALSE_FIGURES:
        return -rules.false_figures_minus
    return next(one.plus for one in rules.bonuses if one.id == kind)


def yearly_total(months: Sequence[tuple[Fraction, bool]], *, rules: AssessmentRules, entries: Fraction) -> Fraction:
    """Return the mean of the months (points, is among the last places), less what they cost, plus ``entries``."""
    last_places = sum(is_last for _, is_last in months)
    minus = deductions(rules, last_places=last_places, deaths=[], false_figures=0)["last_places"]
    return yearly_mean([points for points, _ in months]) - minus + entries


def _worked(day: date) -> date:
    """Return the day itself when it is worked, else the next one that is."""
    return add_working_days(day - timedelta(days=1), 1)
