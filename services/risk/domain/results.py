"""A grade as it is kept and told: nothing but plain values, the same for all enterprises with the same facts."""

from dataclasses import dataclass, replace

from services.risk.domain.dynamics import Adjustments, adjusted_level
from services.risk.domain.grading import (
    ASSESSMENT_NOT_CONFIRMED,
    INFERRED_FACTS,
    INFERRED_HAZARD,
    MOST_REASONS,
    UNKNOWN_FACTS,
    Grade,
)
from services.risk.domain.levels import Level, colour_of

DEREGISTERED = "deregistered"
OVERRIDE = "override"
IMPROVED = "DY-12"
UNSETTLED = frozenset({UNKNOWN_FACTS, INFERRED_FACTS})
DOUBTS = UNSETTLED | {INFERRED_HAZARD, ASSESSMENT_NOT_CONFIRMED}


@dataclass(frozen=True, slots=True)
class GradeResult:
    """``score_tenths`` is the score in tenths of a point; levels are None when the enterprise is grey."""

    level: int | None
    score_tenths: int | None
    worst_level: int | None
    known: int
    total: int
    card: str
    card_version: str
    is_provisional: bool
    reasons: tuple[str, ...]

    @property
    def colour(self) -> str:
        """The English colour name."""
        return colour_of(self.level)

    @property
    def is_settled_red(self) -> bool:
        """Whether confirmed facts alone make it red."""
        return self.level == Level.RED and not UNSETTLED & set(self.reasons)


GREY_RESULT = GradeResult(
    level=None,
    score_tenths=None,
    worst_level=None,
    known=0,
    total=0,
    card="",
    card_version="",
    is_provisional=False,
    reasons=(DEREGISTERED,),
)


def result_of(graded: Grade) -> GradeResult:
    """Return the plain result of a grading."""
    card = graded.counted.card
    return GradeResult(
        level=graded.level,
        score_tenths=graded.counted.score,
        worst_level=graded.worst_level,
        known=len(graded.facts) - len(graded.open_facts),
        total=len(graded.facts),
        card=card.id,
        card_version=card.version,
        is_provisional=graded.is_provisional,
        reasons=graded.reasons,
    )


def adjusted(result: GradeResult, by: Adjustments, *, improved: Level | None = None) -> GradeResult:
    """Return the card's result after dynamic rules and override; a colour that they fix is not provisional."""
    level, worst = _level(result.level), _level(result.worst_level)
    now = adjusted_level(level, by, improved=improved)
    named = (*by.rules, *((OVERRIDE,) if by.override and not by.is_red else ()))
    if improved is not None and now == improved:
        named = (*named, IMPROVED)
    is_fixed = by.is_grey or by.is_red or by.override is not None
    is_unassessed_blue = now is Level.BLUE and ASSESSMENT_NOT_CONFIRMED in result.reasons
    return replace(
        result,
        level=now,
        worst_level=adjusted_level(worst, by),
        is_provisional=is_unassessed_blue or (result.is_provisional and not is_fixed),
        reasons=_first(named, result.reasons),
    )


def _level(level: int | None) -> Level | None:
    return None if level is None else Level(level)


def _first(named: tuple[str, ...], reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Put the rules that decide before the items of the card; the doubts stay, at most eight in all."""
    doubts = tuple(one for one in reasons if one in DOUBTS)
    weighty = (*named, *(one for one in reasons if one not in DOUBTS))
    return (*weighty[: MOST_REASONS - len(doubts)], *doubts)


def points(tenths: int | None) -> float | None:
    """Return tenths of a point as points with one decimal."""
    return None if tenths is None else tenths / 10
