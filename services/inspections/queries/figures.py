"""The figures of a month by subdistrict: counts, rates, ranking, band, and what the month does to the year."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from services.inspections.domain.assessments import (
    REFUTED,
    SELF_CHECKED,
    AssessmentRules,
    Count,
    Standing,
    band_of,
    completion_rate,
    ranking,
)
from services.inspections.queries.counted import Counted
from services.inspections.tables import assessment_entry

Document = dict[str, Any]


def entries(session: Session, month: str, version: int | None) -> Sequence[Row[Any]]:
    """Return what was entered for the units of a month; ``version`` None means now."""
    columns = assessment_entry.c
    is_in: ColumnElement[bool] = columns.before.is_(None)
    if version is not None:
        is_in = (columns.since <= version) & or_(columns.before.is_(None), columns.before > version)
    return session.execute(select(assessment_entry).where(columns.month == month, is_in).order_by(columns.id)).all()


def assessed(
    session: Session, counted: Counted, rules: AssessmentRules, *, entered: Sequence[Row[Any]]
) -> list[Document]:
    """Return each unit's figures, rate, rank, points, band and what the month does to its year; the best first."""
    sums = _sums(session, counted)
    enterprises: dict[str, int] = {unit: int(number) for unit, number in session.execute(counted.supervised)}
    units = sorted({*enterprises, *(unit for unit, _ in sums), *(one.unit for one in entered)})
    counts = {unit: _counts(rules, sums, unit) for unit in units}
    rates = {unit: completion_rate(rules, counts[unit]) for unit in units}
    return [
        {
            **_standing(rules, one),
            "enterprises": enterprises.get(one.unit, 0),
            "figures": [_figure(name, count) for name, count in counts[one.unit].items()],
            **_truth(sums, one.unit),
            **_year_effect(rules, one, [entry for entry in entered if entry.unit == one.unit]),
        }
        for one in ranking(rules, rates)
    ]


def _sums(session: Session, counted: Counted) -> Mapping[Any, Any]:
    """Return what is due, what is done, scores and how many have one, by unit and indicator."""
    sums: dict[Any, list[int]] = {}
    for part in counted.sums:
        for unit, indicator, *figures in session.execute(part):
            before = sums.get((unit, indicator), [0] * len(figures))
            sums[unit, indicator] = [one + int(more or 0) for one, more in zip(before, figures, strict=True)]
    return sums


def _counts(rules: AssessmentRules, sums: Mapping[Any, Any], unit: str) -> dict[str, Count]:
    found = {one.id: sums.get((unit, one.id), (0, 0)) for one in rules.indicators}
    return {name: Count(done=int(row[1]), planned=int(row[0])) for name, row in found.items()}


def _figure(name: str, count: Count) -> Document:
    rate = count.rate
    return {
        "indicator": name,
        "planned": count.planned,
        "done": count.done,
        "rate": rate if rate is None else float(rate),
    }


def _standing(rules: AssessmentRules, one: Standing) -> Document:
    band = band_of(rules, one.rate * 100) if one.rate is not None else None
    return {
        "unit": one.unit,
        "rate": None if one.rate is None else float(one.rate),
        "rank": one.rank,
        "points": None if one.points is None else float(one.points),
        "is_last": one.is_last,
        "is_very_last": one.is_very_last,
        "band_zh": band.zh if band else "",
        "band_en": band.en if band else "",
    }


def _truth(sums: Mapping[Any, Any], unit: str) -> Document:
    """Return the pass rate of the self-checks, and beside it how many normal items a later tier refuted."""
    checks, _, scores, scored = sums.get((unit, SELF_CHECKED), (0, 0, 0, 0))
    refuted = sums.get((unit, REFUTED), (0,))[0]
    return {"self_checks": checks, "pass_rate": scores / scored / 10000 if scored else None, "refuted": refuted}


def _year_effect(rules: AssessmentRules, one: Standing, entered: Sequence[Row[Any]]) -> Document:
    names = ("id", "kind", "deaths", "points", "reason")
    last = float(rules.last_places_minus) if one.is_last else 0.0
    return {
        "entries": [{name: getattr(entry, name) for name in names} for entry in entered],
        "year_effect": sum(entry.points for entry in entered) - last,
    }
