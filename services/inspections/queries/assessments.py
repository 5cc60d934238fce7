"""The assessment of a month as it is shown: ranking, rows, base table, editions and what changed, the year."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, func, literal, or_, select
from sqlalchemy.orm import Session

from services.inspections.domain.assessments import (
    OPEN,
    PUBLISHED,
    AssessmentRules,
    Calendar,
    band_of,
    calendar_of,
    has_to_talk,
    month_of,
    period_of_month,
    yearly_mean,
    yearly_total,
)
from services.inspections.queries.counted import Counted, kept, live, live_rows, tallied
from services.inspections.queries.figures import assessed, entries
from services.inspections.rules import assessment_formula, assessment_rules, read_assessment
from services.inspections.tables import (
    assessment,
    assessment_edition,
    assessment_row,
    assessment_unit,
    enterprise,
)
from shared.errors import NotFound
from shared.security.principal import Principal
from shared.security.scope import in_scope

Document = dict[str, Any]
MOST_CHANGES = 200


class EditionNotFound(NotFound):
    code = "edition_not_found"


class UnitNotFound(NotFound):
    code = "unit_not_found"


@dataclass(frozen=True)
class Month:
    """A month in one of its editions; ``version`` 0 is what counts live, ``latest`` the edition that holds.

    ``is_tallied``: what it counts is summed up as it changes.
    """

    month: str
    state: str
    version: int
    latest: int
    calendar: Calendar
    formula: Mapping[str, Any]
    is_tallied: bool

    @property
    def rules(self) -> AssessmentRules:
        return read_assessment(self.formula)

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that order the rows: of what counts live by the day, as the index of tasks does."""
        return ("indicator", "thing_id") if self.version else ("indicator", "due_on", "thing_id")

    @property
    def counted(self) -> Counted:
        if self.version:
            return kept(self.month, self.version)
        return tallied(self.rules, self.month) if self.is_tallied else live(self.rules, self.month)

    def rows_of(self, indicator: str | None) -> Subquery:
        """Return the rows that are counted, of one indicator where it is named."""
        if indicator and not self.version:
            return live_rows(self.rules, self.month, indicator=indicator)
        return self.counted.rows


def month_at(session: Session, month: str, *, version: int | None = None) -> Month:
    """Return a month in an edition, the latest when none is named; raises ``EditionNotFound``, ``NotAllowed``."""
    period_of_month(month)
    row = session.execute(select(assessment).where(assessment.c.month == month)).one_or_none()
    latest = row.version if row else 0
    wanted = latest if version is None else version
    if not (1 <= wanted <= latest or wanted == latest == 0):
        raise EditionNotFound("This month has no such edition.", month=month)
    formula = _edition(session, month, wanted).formula if wanted else assessment_formula()
    calendar = calendar_of(assessment_rules(), month)
    if row:
        calendar = Calendar(row.computed_at, row.objections_until, row.published_at)
    is_tallied = month >= first_open(session)
    return Month(month, row.state if row else OPEN, wanted, latest, calendar, formula, is_tallied)


def first_open(session: Session) -> str:
    """Return the first month that is still counted live, such as 2026-11; empty before the first begins."""
    return session.scalar(select(func.min(assessment.c.month)).where(assessment.c.state == OPEN)) or ""


def _edition(session: Session, month: str, version: int) -> Row[Any]:
    columns = assessment_edition.c
    wanted = select(assessment_edition).where(columns.month == month, columns.version == version)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise EditionNotFound("An open month has no edition yet: nothing was changed.", month=month)
    return row


def units_of(session: Session, one: Month) -> Sequence[Document]:
    """Return the units of a month from best to worst, as its edition kept them or as they stand at this moment."""
    if not one.version:
        entered = entries(session, one.month, None)
        return assessed(session, one.counted, one.rules, entered=entered)
    columns = assessment_unit.c
    own = (columns.month == one.month, columns.version == one.version)
    found = session.scalars(select(columns.document).where(*own)).all()
    return sorted(found, key=lambda unit: (unit["rank"] is None, unit["rank"], unit["unit"]))


def month_view(session: Session, principal: Principal, one: Month) -> Document:
    """Return a month with formula and ranking; before it is published everyone sees the units of the own area only."""
    units = units_of(session, one)
    before = very_last(session, _previous(one.month))
    shown = units if one.state == PUBLISHED else [unit for unit in units if covers(principal, unit["unit"])]
    return {
        "month": one.month,
        "state": one.state,
        "version": one.version,
        "latest": one.latest,
        "is_provisional": not one.version,
        "units": len(units),
        **asdict(one.calendar),
        "formula": _formula_view(one),
        "items": [
            {**unit, "has_to_talk": _talks(one.rules, unit, before), "is_own": covers(principal, unit["unit"])}
            for unit in shown
        ],
    }


def _talks(rules: AssessmentRules, unit: Document, before: Collection[str]) -> bool:
    return has_to_talk(rules, [unit["unit"] in before, unit["is_very_last"]])


def very_last(session: Session, month: str) -> Collection[str]:
    """Return the units that were the very last of a month."""
    columns = assessment_unit.c
    joined = assessment_unit.join(
        assessment, (assessment.c.month == columns.month) & (assessment.c.version == columns.version)
    )
    wanted = select(columns.unit).select_from(joined).where(columns.month == month, columns.is_very_last)
    return set(session.scalars(wanted))


def _previous(month: str) -> str:
    return month_of(period_of_month(month).first - timedelta(days=1))


def _formula_view(one: Month) -> Document:
    head = one.formula["assessment"]
    named = {name: head[name] for name in ("id", "version", "source", "clause", "status", "base", "rank_step_percent")}
    numbers = {name: head[name] for name in ("major_counts", "last_places", "last_places_minus", "false_figures_minus")}
    lists = {f"{name}s": list(one.formula[name]) for name in ("indicator", "accident", "band")}
    return {**named, **numbers, **lists, "bonuses": list(one.formula["bonus"])}


def covers(principal: Principal, unit: str) -> bool:
    """Return whether a unit lies in the principal's jurisdiction."""
    return any(prefix and unit.startswith(prefix) for prefix in principal.divisions)


def require_unit(principal: Principal, unit: str) -> None:
    """Raise ``UnitNotFound`` for a unit outside the principal's jurisdiction."""
    if not covers(principal, unit):
        raise UnitNotFound("There is no such subdistrict in your area.", unit=unit)


def _inside(principal: Principal, rows: Any) -> ColumnElement[bool]:
    return in_scope(principal, division=rows.unit, grid=literal(""), enterprise_id=rows.enterprise_id)


def counted_rows(principal: Principal, one: Month, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the rows behind the figures of the area; ``wanted`` filters by column."""
    return _named(principal, one.rows_of(wanted.get("indicator")), wanted)


def supervised(principal: Principal, one: Month, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the enterprises of the area that a month is about."""
    return _named(principal, one.counted.enterprises, wanted)


def _named(principal: Principal, rows: Subquery, wanted: Mapping[str, Any]) -> Select[Any]:
    joined = rows.outerjoin(enterprise, enterprise.c.enterprise_id == rows.c.enterprise_id)
    conditions = [rows.c[name] == value for name, value in wanted.items() if value is not None]
    return select(rows, enterprise.c.name).select_from(joined).where(_inside(principal, rows.c), *conditions)


def base_table(session: Session, principal: Principal, one: Month) -> Sequence[Document]:
    """Return the enterprises of the area by unit, industry and level, with what the month makes due there (底数表)."""
    own, rows = one.counted.enterprises.c, one.counted.rows.c
    places = (own.unit, own.industry, own.level)
    cells: dict[Any, Document] = {}
    for unit, industry, level, count in session.execute(
        select(*places, func.count()).where(_inside(principal, own)).group_by(*places)
    ):
        cells[unit, industry, level] = {"enterprises": count, "planned": {}}
    groups = (rows.unit, rows.industry, rows.level, rows.indicator)
    sums = select(*groups, func.sum(rows.times)).where(_inside(principal, rows)).group_by(*groups)
    names = [indicator.id for indicator in one.rules.indicators]
    for unit, industry, level, indicator, planned in session.execute(sums.where(rows.indicator.in_(names))):
        cell = cells.setdefault((unit, industry, level), {"enterprises": 0, "planned": {}})
        cell["planned"][indicator] = planned
    return [
        {"unit": unit, "industry": industry, "level": level, **cell}
        for (unit, industry, level), cell in sorted(cells.items())
    ]


def changes_of(session: Session, principal: Principal, one: Month) -> Document:
    """Return what an edition changed against the one before it: units by figure, rows one by one, and why."""
    edition = _edition(session, one.month, one.version)
    earlier = units_of(session, replace(one, version=one.version - 1)) if one.version > 1 else []
    before = {unit["unit"]: unit for unit in earlier}
    units = [
        {"unit": unit["unit"], "before": before[unit["unit"]], "after": unit}
        for unit in units_of(session, one)
        if covers(principal, unit["unit"]) and unit["unit"] in before and before[unit["unit"]] != unit
    ]
    return {
        "month": one.month,
        "version": one.version,
        **{name: getattr(edition, name) for name in ("reason", "by", "at")},
        "units": units,
        "rows": _changed_rows(session, principal, one) if earlier else [],
    }


def _changed_rows(session: Session, principal: Principal, one: Month) -> Sequence[Row[Any]]:
    columns = assessment_row.c
    joined = assessment_row.outerjoin(enterprise, enterprise.c.enterprise_id == columns.enterprise_id)
    is_changed = or_(columns.since == one.version, columns.before == one.version)
    wanted = select(assessment_row, enterprise.c.name).select_from(joined)
    own = (columns.month == one.month, is_changed, _inside(principal, columns))
    return session.execute(wanted.where(*own).order_by(columns.thing_id, columns.since).limit(MOST_CHANGES)).all()


def year_view(session: Session, principal: Principal, year: int) -> Document:
    """Return the months of a year, and of those that are published each unit's points and what they come to."""
    columns, units = assessment.c, assessment_unit.c
    months = session.execute(
        select(assessment).where(columns.month.startswith(f"{year}-")).order_by(columns.month)
    ).all()
    joined = assessment_unit.join(assessment, (columns.month == units.month) & (columns.version == units.version))
    public = (
        select(units.document, units.month)
        .select_from(joined)
        .where(columns.month.startswith(f"{year}-"), columns.state == PUBLISHED)
    )
    found: dict[str, dict[str, Document]] = {}
    for document, month in session.execute(public.order_by(units.month)):
        found.setdefault(document["unit"], {})[month] = document
    totals = [_year_of(unit, by_month, is_own=covers(principal, unit)) for unit, by_month in sorted(found.items())]
    names = ("month", "state", "version", "computed_at", "objections_until", "published_at")
    return {
        "year": year,
        "months": [{name: getattr(row, name) for name in names} for row in months],
        "items": sorted(
            ({**one, "rank": 1 + sum(other["total"] > one["total"] for other in totals)} for one in totals),
            key=lambda one: (one["rank"], one["unit"]),
        ),
    }


def _year_of(unit: str, by_month: Mapping[str, Document], *, is_own: bool) -> Document:
    rules, documents = assessment_rules(), list(by_month.values())
    ranked = [(Fraction(one["points"]), one["is_last"]) for one in documents if one["points"] is not None]
    entered = sum((Fraction(entry["points"]) for one in documents for entry in one["entries"]), Fraction(0))
    total = yearly_total(ranked, rules=rules, entries=entered)
    band = band_of(rules, total)
    names = ("month", "rank", "points", "is_last", "year_effect")
    return {
        "unit": unit,
        "is_own": is_own,
        "months": [{name: ({"month": month} | one)[name] for name in names} for month, one in by_month.items()],
        "mean": float(yearly_mean([points for points, _ in ranked])),
        "total": float(total),
        "band_zh": band.zh,
        "band_en": band.en,
    }
