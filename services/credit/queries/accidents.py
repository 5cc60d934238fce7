"""Accidents within the caller's area, and the figures of a year beside those of the year before."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.credit.domain.accidents import change_in_percent
from services.credit.queries.enterprises import in_area
from services.credit.rules.accidents import accident_rules
from services.credit.tables import accident, enterprise
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]
FIGURES = ("accidents", "deaths", "serious_injuries", "loss")
JOINED = accident.join(enterprise, enterprise.c.enterprise_id == accident.c.enterprise_id)


class AccidentNotFound(NotFound):
    code = "accident_not_found"


def accidents(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the accidents of the area; ``wanted`` filters, ``year`` by the day."""
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = []
    if division := given.pop("division", None):
        conditions.append(enterprise.c.division.startswith(division, autoescape=True))
    if year := given.pop("year", None):
        conditions.append(accident.c.occurred_on.between(date(year, 1, 1), date(year, 12, 31)))
    conditions += [accident.c[name] == value for name, value in given.items()]
    columns = (accident, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(JOINED).where(in_area(principal), *conditions)


def visible_accident(session: Session, principal: Principal, accident_id: str) -> Row[Any]:
    """Return one accident; raises ``AccidentNotFound`` outside the area."""
    row = session.execute(accidents(principal, wanted={"id": accident_id})).one_or_none()
    if row is None:
        raise AccidentNotFound("There is no such accident in your area.")
    return row


def accident_view(row: Row[Any]) -> Document:
    """Return an accident with the words of its grade and kind."""
    rules = accident_rules()
    grade = next(one for one in rules.grades if one.id == row.grade)
    kind = rules.kinds[row.kind]
    words = {"grade_zh": grade.zh, "grade_en": grade.en, "kind_zh": kind.zh, "kind_en": kind.en}
    return {**row._asdict(), **words}


def accident_table() -> Document:
    """Return grades and kinds with the version of the table."""
    rules = accident_rules()
    return {"version": rules.version, "grades": list(rules.grades), "kinds": list(rules.kinds.values())}


def accident_figures(session: Session, principal: Principal, *, year: int, until: date) -> Document:
    """Return the figures of each subdistrict from January on, beside the same months of the year before.

    ``until`` is the last day that counts, on the same day of the year before too.
    """
    now, before = (_counted(session, principal, _span(one, until)) for one in (year, year - 1))
    rows = [_compared(place, now[place], before[place]) for place in sorted({*now, *before})]
    whole = {name: [sum(row[name][side] for row in rows) for side in ("before", "now")] for name in FIGURES}
    total = {name: _pair(*pair) for name, pair in whole.items()}
    return {"year": year, "until": _span(year, until)[1], "subdistricts": rows, "total": total}


def _span(year: int, until: date) -> tuple[date, date]:
    last = min(until.day, monthrange(year, until.month)[1])  # of 29 February the 28th in another year
    return date(year, 1, 1), date(year, until.month, last)


def _counted(session: Session, principal: Principal, span: tuple[date, date]) -> Mapping[str, Document]:
    columns, place = accident.c, enterprise.c.subdistrict
    sums = (func.count(), func.sum(columns.deaths), func.sum(columns.serious_injuries), func.sum(columns.loss))
    wanted = select(place, *sums).select_from(JOINED).where(in_area(principal), columns.occurred_on.between(*span))
    found: dict[str, Document] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for subdistrict, *counted in session.execute(wanted.group_by(place)):
        found[subdistrict] = dict(zip(FIGURES, map(int, counted), strict=True))
    return found


def _compared(place: str, now: Document, before: Document) -> Document:
    return {"subdistrict": place, **{name: _pair(before[name], now[name]) for name in FIGURES}}


def _pair(before: int, now: int) -> Document:
    return {"before": before, "now": now, "change_percent": change_in_percent(before, now)}
