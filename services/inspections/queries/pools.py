"""Who could be drawn by lot at this moment: enterprises with what the cap counts, officers with whom they avoid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from services.inspections.domain.caps import authority_of
from services.inspections.domain.draws import Asked, Candidate, Officer, Pool, check_size, make_pool
from services.inspections.domain.plans import PUBLISHED, cap_of
from services.inspections.queries.caps import falls_in, is_counted
from services.inspections.queries.tasks import HIGHEST_TIER
from services.inspections.rules import draw_rules, plan_rules, tiers
from services.inspections.tables import avoidance, check_record, enterprise, plan, plan_line, staff, standing, task
from shared.clock import business_date
from shared.database.bulk import among


def pool_now(session: Session, asked: Asked, *, today: date) -> Pool:
    """Return who could be drawn today, who could not and why; raises ``NotAllowed`` for too many."""
    columns = enterprise.c
    chosen = [columns.division.startswith(asked.division)]
    number = session.scalar(select(func.count()).select_from(enterprise).where(*chosen)) or 0
    check_size(draw_rules(), number)
    candidates = _candidates(session, asked, chosen=chosen, today=today)
    return make_pool(draw_rules(), asked, candidates=candidates, officers=_officers(session, asked), today=today)


def _candidates(
    session: Session, asked: Asked, *, chosen: Sequence[ColumnElement[bool]], today: date
) -> list[Candidate]:
    names = ("enterprise_id", "division", "supervision", "is_active", "industry")
    columns = [enterprise.c[name] for name in names]
    counts, lasts = _counted_tasks(today.year), _last_checks()
    joined = (
        enterprise.outerjoin(standing, standing.c.enterprise_id == enterprise.c.enterprise_id)
        .outerjoin(counts, counts.c.enterprise_id == enterprise.c.enterprise_id)
        .outerjoin(lasts, lasts.c.enterprise_id == enterprise.c.enterprise_id)
    )
    wanted: Select[Any] = select(*columns, standing.c.level, counts.c.counted, counts.c.expected, lasts.c.last_at)
    rows = session.execute(wanted.select_from(joined).where(*chosen)).all()
    planned, checked = _planned(session, today.year), _authorities(session, today.year)
    return [
        Candidate(
            enterprise_id=row.enterprise_id,
            level=row.level,
            cap=cap_of(plan_rules(), row.level),
            supervision=row.supervision,
            is_active=row.is_active,
            counted=row.counted or 0,
            is_expected=bool(row.expected),
            is_planned=authority_of([row.division]) in planned[row.enterprise_id],
            is_others=_is_others(row.division, planned[row.enterprise_id] | checked[row.enterprise_id]),
            last_check=business_date(row.last_at) if row.last_at else None,
        )
        for row in rows
        if _is_chosen(asked, row)
    ]


def _is_chosen(asked: Asked, row: Row[Any]) -> bool:
    """Whoever has no level stays in every selection, as somebody who may not be drawn."""
    is_level = not asked.levels or row.level is None or row.level in asked.levels
    return is_level and (not asked.industries or row.industry.startswith(asked.industries))


def _is_others(division: str, authorities: set[str]) -> bool:
    """One level of authorities inspects an enterprise (应急〔2021〕23号)."""
    return bool(authorities - {authority_of([division]), ""})


def _planned(session: Session, year: int) -> Mapping[str, set[str]]:
    """Return in whose plans in force enterprises are: whom a plan names is not drawn too (risk-grading §4.2)."""
    joined = plan_line.join(plan, plan.c.id == plan_line.c.plan_id)
    in_force = (plan.c.year == year, plan.c.state == PUBLISHED, plan_line.c.visits > 0)
    wanted = select(plan_line.c.enterprise_id, plan.c.authority).select_from(joined)
    return _grouped(session, wanted.where(*in_force))


def _authorities(session: Session, year: int) -> Mapping[str, set[str]]:
    """Return which authorities have checked enterprises in a year, or are to."""
    wanted = select(task.c.enterprise_id, task.c.authority).where(is_counted(), falls_in(year))
    return _grouped(session, wanted.distinct())


def _grouped(session: Session, wanted: Select[Any]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for enterprise_id, authority in session.execute(wanted):
        found[enterprise_id].add(authority)
    return found


def _counted_tasks(year: int) -> Any:
    """Checks that the cap counts: how many fall into the year, and how many are still to come."""
    columns = task.c
    conditions = {"counted": falls_in(year), "expected": columns.is_open}
    counts = [func.count().filter(condition).label(name) for name, condition in conditions.items()]
    return select(columns.enterprise_id, *counts).where(is_counted()).group_by(columns.enterprise_id).subquery("counts")


def _last_checks() -> Any:
    columns = check_record.c
    joined = check_record.join(task, task.c.id == columns.task_id)
    last = select(columns.enterprise_id, func.max(columns.at).label("last_at")).select_from(joined).where(is_counted())
    return last.group_by(columns.enterprise_id).subquery("lasts")


def _officers(session: Session, asked: Asked) -> list[Officer]:
    """Return the officers of government supervision whose area holds the one that is drawn in."""
    wanted = select(staff).where(staff.c.enterprise_id == "", staff.c.intermediary_id == "")
    roles = tiers()[HIGHEST_TIER].roles
    rows = [row for row in session.execute(wanted).all() if roles & set(row.roles) and _covers(row, asked.division)]
    avoided = _avoided(session, [row.account_id for row in rows])
    return [
        Officer(row.account_id, row.licence_until, row.is_enabled, row.is_absent, avoided[row.account_id])
        for row in rows
    ]


def _covers(row: Row[Any], division: str) -> bool:
    return any(division.startswith(prefix) for prefix in row.divisions if prefix)


def _avoided(session: Session, accounts: Sequence[str]) -> Mapping[str, frozenset[str]]:
    mine = (among(session, avoidance.c.account_id, accounts), avoidance.c.ended_at.is_(None))
    rows = session.execute(select(avoidance.c.account_id, avoidance.c.enterprise_id).where(*mine)).all()
    return {one: frozenset(place for account, place in rows if account == one) for one in accounts}
