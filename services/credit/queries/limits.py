"""What is due within the caller's area, the earliest last day first, and the figures of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.credit.domain.limits import LEADER, MISSED, OPEN, WARNED, warn_after, working_days_left
from services.credit.queries.enterprises import in_area
from services.credit.rules import limit_kinds, measure_rules
from services.credit.tables import due_limit, enterprise
from shared.database.bulk import among
from shared.security.principal import Principal

TODAY, NEAR = "today", "near"
MOMENTS = (TODAY, NEAR, MISSED)
COUNTED = ("open", *MOMENTS)
Document = dict[str, Any]


def limits(principal: Principal, *, wanted: Mapping[str, Any], today: date) -> Select[Any]:
    """Return the statement that reads what is due in the area.

    ``wanted``: ``kind``, ``by``, ``moment`` (``today``, ``near``: warned of, or ``missed``), ``division`` (codes that
    it begins with), ``enterprise_id``; None filters by nothing.
    """
    columns = due_limit.c
    joined = due_limit.join(enterprise, enterprise.c.enterprise_id == columns.enterprise_id)
    given = {name: value for name, value in wanted.items() if value}
    conditions = [_FILTERS[name](value) for name, value in given.items() if name != "moment"]
    if moment := given.get("moment"):
        conditions.append(_moments(today)[moment])
    named = (due_limit, enterprise.c.name, enterprise.c.division)
    return select(*named).select_from(joined).where(columns.is_open, in_area(principal), *conditions)


def _moments(today: date) -> dict[str, ColumnElement[bool]]:
    """Return the conditions by the day and not by what the clock has marked: it may stand still."""
    due_on = due_limit.c.due_on
    return {
        TODAY: due_on == today,
        NEAR: and_(due_limit.c.warn_after < today, due_on >= today),
        MISSED: due_on < today,
    }


def _done_by(who: str) -> ColumnElement[bool]:
    return due_limit.c.kind.in_([one.id for one in limit_kinds().values() if one.by == who])


def _in_divisions(codes: str) -> ColumnElement[bool]:
    return or_(*(enterprise.c.division.startswith(code, autoescape=True) for code in codes.split(",")))


_FILTERS: Mapping[str, Any] = {
    "kind": lambda kind: due_limit.c.kind == kind,
    "by": _done_by,
    "division": _in_divisions,
    "enterprise_id": lambda one: due_limit.c.enterprise_id == one,
}


def limit_view(row: Row[Any], *, today: date) -> Document:
    """Return a limit with what has to be done by whom, its clause, and how it stands today."""
    kind = limit_kinds()[row.kind]
    agency = measure_rules().purposes.get(row.agency)
    return {
        **row._asdict(),
        **_words(kind),
        "agency_zh": agency.zh if agency else "",
        "agency_en": agency.en if agency else "",
        **standing_of(kind.id, row.due_on, today=today),
    }


def limits_of(session: Session, record_ids: Sequence[str], *, today: date) -> Mapping[str, list[Document]]:
    """Return what is due for each of these records and how it stands today, the nearest last day first."""
    columns, found = due_limit.c, {one: list[Document]() for one in record_ids}
    wanted = select(due_limit).where(columns.is_open, among(session, columns.record_id, record_ids))
    for row in session.execute(wanted.order_by(columns.due_on, columns.id)):
        found[row.record_id].append({**row._asdict(), **standing_of(row.kind, row.due_on, today=today)})
    return found


def standing_of(kind: str, due_on: date, *, today: date) -> Document:
    """Return how a limit of a kind stands today: its state, and the working days that are left until its last day."""
    is_near = warn_after(due_on, limit_kinds()[kind].left) < today
    state = MISSED if due_on < today else WARNED if is_near else OPEN
    return {"state": state, "working_days_left": working_days_left(due_on, today=today)}


def limit_figures(session: Session, principal: Principal, *, wanted: Mapping[str, Any], today: date) -> Document:
    """Return how many limits of the area are open, due today, near and missed, in all and of each kind."""
    kind, counted = due_limit.c.kind, [func.count().label("open")]
    counted += [func.count().filter(one).label(name) for name, one in _moments(today).items()]
    asked = limits(principal, wanted=wanted, today=today).with_only_columns(kind, *counted, maintain_column_froms=True)
    rows = {row.kind: row._asdict() for row in session.execute(asked.group_by(kind))}
    kinds = [{**_words(one), **rows[name]} for name, one in limit_kinds().items() if name in rows]
    total = {name: sum(one[name] for one in kinds) for name in COUNTED}
    return {**total, "decisions": sum(one["open"] for one in kinds if one["by"] == LEADER), "kinds": kinds}


def _words(kind: Any) -> Document:
    source = {"source": kind.source.document, "clause": kind.source.clause, "status": kind.source.status}
    return {"kind": kind.id, "about": kind.about, "by": kind.by, "zh": kind.zh, "en": kind.en, **source}
