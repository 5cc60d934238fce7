"""The list of enterprises: filtered, sorted, paged by key, found by words, counted by facet."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from services.gateway.domain.counting import AREA_DIGITS, GREY
from services.gateway.domain.divisions import Divisions
from services.gateway.domain.tally import COLOUR_OF, Tally
from services.gateway.queries.counters import figures
from services.gateway.queries.questions import PLACEMENTS, Question, rows_asked_for, rows_in_scope
from services.gateway.tables import enterprise_text, enterprise_view
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope

view = enterprise_view.c
SORTS: Mapping[str, Sequence[ColumnElement[Any]]] = {
    "name": (view.name, view.id),
    "level": (view.level, view.worst_level, view.id),
    "worst_level": (view.worst_level, view.level, view.id),
}
LAST_CHARACTER = "\U0010ffff"


def enterprises_asked(
    session: Session, principal: Principal, *, question: Question, words: str
) -> Select[tuple[Any, ...]]:
    """Return the statement of the active enterprises in scope that ``question`` and ``words`` describe."""
    return select(enterprise_view).where(rows_in_scope(principal), rows_asked_for(question), has_words(session, words))


def best_matches(
    session: Session, principal: Principal, *, question: Question, words: str, limit: int
) -> list[Row[Any]]:
    """Return up to ``limit`` enterprises that hold ``words``: codes and names that begin so come first."""
    start = words.strip()
    begins = or_(_begins(view.name, start), _begins(view.uscc, start.upper()))
    found: dict[str, Row[Any]] = {}
    for condition in (begins, has_words(session, words)):
        wanted = select(enterprise_view).where(rows_in_scope(principal), rows_asked_for(question), condition)
        found |= {row.id: row for row in session.execute(wanted.limit(limit)) if row.id not in found}
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def facets_of(
    session: Session, principal: Principal, *, question: Question, words: str, divisions: Divisions
) -> dict[str, Any]:
    """Return how many enterprises each value of each filter has under the present filters."""
    if not words.strip() and all(len(code) <= AREA_DIGITS for code in question.divisions):
        counters = figures(session, principal, question=question)
        return _facets([(each.cell, each.area, each.section, each.sums) for each in counters], divisions)
    area = func.substr(view.division, 1, AREA_DIGITS)
    groups = (view.kind, area, view.section, view.level, view.is_provisional)
    rows = session.execute(
        select(*groups, func.count())
        .where(rows_in_scope(principal), rows_asked_for(question), has_words(session, words))
        .group_by(*groups)
    )
    return _facets([(row[0], row[1], row[2], _sums(*row[3:])) for row in rows], divisions)


def enterprise_seen(session: Session, principal: Principal, *, enterprise_id: str) -> Row[Any]:
    """Return the row of an enterprise in scope, also of a deregistered one; raises ``EnterpriseNotFound``."""
    known = select(enterprise_view).where(view.id == enterprise_id, view.registry_version > 0)
    scope = in_scope(principal, division=view.division, grid=view.grid, enterprise_id=view.id)
    row = session.execute(known.where(scope)).one_or_none()
    if row is None:
        raise EnterpriseNotFound("No such enterprise in your area.", enterprise_id=enterprise_id)
    return row


def item_of(row: Row[Any], divisions: Divisions) -> dict[str, Any]:
    """Return an enterprise as lists and searches show it."""
    division = divisions.get(row.division[:AREA_DIGITS])
    return {
        "id": row.id,
        "uscc": row.uscc,
        "name": row.name,
        "address": row.address,
        "division": row.division,
        "subdistrict": row.subdistrict,
        "subdistrict_name": division.name if division and row.subdistrict else "",
        "industry": row.industry,
        "industry_section": row.section,
        "longitude": row.longitude,
        "latitude": row.latitude,
        "location_precision": row.location_precision,
        "placement": row.placement,
        "supervision": row.supervision,
        "status": row.status,
        "level": None if row.level == GREY else row.level,
        "colour": COLOUR_OF[row.level],
        "worst_level": None if row.worst_level == GREY else row.worst_level,
        "provisional": row.is_provisional,
        "version": row.registry_version,
        "updated_at": row.updated_at,
    }


def has_words(session: Session, words: str) -> ColumnElement[bool]:
    """Return the condition that name, code or address hold every one of ``words``."""
    wanted = words.casefold().split()
    if not wanted:
        return true()
    place = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    held = and_(*(place(enterprise_text.c.words, word) > 0 for word in wanted))
    return view.id.in_(select(enterprise_text.c.id).where(held))


def _begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + LAST_CHARACTER)


def _sums(level: int, is_provisional: bool, count: int) -> list[int]:
    sums = [0] * (2 * GREY)
    sums[level - 1 + (GREY if is_provisional else 0)] = count
    return sums


def _facets(counted: Sequence[tuple[int, str, str, Sequence[int]]], divisions: Divisions) -> dict[str, Any]:
    total = Tally()
    by_area: dict[str, int] = {}
    by_section: dict[str, int] = {}
    by_kind: dict[int, int] = {}
    for kind, area, section, sums in counted:
        total.add(sums)
        count = sum(sums)
        by_area[area] = by_area.get(area, 0) + count
        by_section[section] = by_section.get(section, 0) + count
        by_kind[kind] = by_kind.get(kind, 0) + count
    return {
        "total": total.enterprises,
        "level": total.by_level(),
        "provisional": total.provisional,
        "division": [
            {"value": code, "count": count, "name": divisions[code].name if code in divisions else code}
            for code, count in sorted(by_area.items(), key=lambda pair: -pair[1])
            if len(code) == AREA_DIGITS
        ],
        "section": [
            {"value": section or "none", "count": count}
            for section, count in sorted(by_section.items(), key=lambda pair: -pair[1])
        ],
        "placement": {
            placement: sum(by_kind.get(int(kind), 0) for kind in kinds) for placement, kinds in PLACEMENTS.items()
        },
    }
