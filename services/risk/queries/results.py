"""The grade that follows from a stored standing. Equal standings are computed once: a register has few kinds of row."""

from bisect import bisect_right
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from services.risk.domain.dynamics import Adjustments, improved_level
from services.risk.domain.grading import Standing, grade
from services.risk.domain.levels import Level
from services.risk.domain.policy import Rulebook
from services.risk.domain.results import GREY_RESULT, GradeResult, adjusted, result_of
from services.risk.queries.standings import standing_of
from services.risk.rules import dynamic_rules

DISTINCT_ROWS_REMEMBERED = 65_536

Feature = tuple[str, str, str]  # name, value, origin
CardResult = tuple[GradeResult, Level | None]


def graded_result(book: Rulebook, row: Row[Any]) -> GradeResult:
    """Return the grade of a stored standing: its card, then dynamic rules, override and risk points."""
    return final_result(row, card_result(book, row))


def final_result(row: Row[Any], by_card: CardResult) -> GradeResult:
    """Return what dynamic rules and override make of the result by card."""
    result, improved = by_card
    if not row.is_active or (row.adjustments is None and improved is None):
        return result
    return adjusted(result, Adjustments.of(row.adjustments), improved=improved)


def card_result(book: Rulebook, row: Row[Any]) -> CardResult:
    """Return the result by card and risk points alone, and the level that DY-12 makes of it if it is earned."""
    if not row.is_active:
        return GREY_RESULT, None
    if row.facts or row.is_assessed or row.adjustments:
        standing = standing_of(book, row)
        graded = grade(book, standing)
        by = Adjustments.of(row.adjustments)
        return result_of(graded), improved_level(dynamic_rules(), graded, standing=standing, by=by)
    features = frozenset((name, one["value"], one["origin"]) for name, one in row.features.items())
    return _result_by_row(book, features, row.industry, _headcount_step(book, row.headcount)), None


@lru_cache(maxsize=DISTINCT_ROWS_REMEMBERED)
def _result_by_row(book: Rulebook, features: frozenset[Feature], industry: str, headcount: int | None) -> GradeResult:
    return _result_by_kind(book, features, book.inference.known_prefix(industry), headcount)


@lru_cache(maxsize=DISTINCT_ROWS_REMEMBERED)
def _result_by_kind(book: Rulebook, features: frozenset[Feature], industry: str, headcount: int | None) -> GradeResult:
    stated = {name: {"value": value, "origin": origin} for name, value, origin in features}
    sheet = book.inference.sheet(features=stated, industry=industry, headcount=headcount)
    return result_of(grade(book, Standing(sheet)))


def _headcount_step(book: Rulebook, headcount: int | None) -> int | None:
    """Return the largest number of workers, not above ``headcount``, at which a card changes."""
    steps = book.headcount_steps
    return None if headcount is None else steps[max(bisect_right(steps, headcount) - 1, 0)]
