"""Annual plans of the caller's area: their lines and visits, how each stands, what must be in them, what fits."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from services.inspections.domain.hazard_facts import MAJOR
from services.inspections.domain.plan_steps import PlanState
from services.inspections.domain.plans import (
    ACCIDENT,
    HAPPENED,
    LISTING,
    PENALTY,
    PUBLISHED,
    Capacity,
    Must,
    cap_of,
    check_capacity,
    most_inspections,
)
from services.inspections.rules import plan_rules
from services.inspections.tables import (
    credit_fact,
    enterprise,
    halt_order,
    hazard,
    plan,
    plan_line,
    public_report,
    standing,
)
from shared.clock import business_date
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]
Condition = ColumnElement[bool]
DONE = ("submitted", "confirmed", "closed")
PUBLIC = (PUBLISHED, "replaced")
STANDS = ("waiting", "running", "overdue", "done", "ended", "dropped")
MONTH_DAYS = 31
UNGRADED = 9
MUST = "must_"  # before the name of a reason, as a column of its own


class PlanNotFound(NotFound):
    code = "plan_not_found"


def plans(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads plans: those of the own area, and published ones that are about it."""
    prefixes = [prefix for prefix in principal.divisions if prefix.isdigit()]
    own = [plan.c.authority.startswith(prefix) for prefix in prefixes]
    wider = [prefix[:length] for prefix in prefixes for length in range(1, len(prefix))]
    about = plan.c.authority.in_(wider) & plan.c.state.in_(PUBLIC)
    conditions = [plan.c[name] == value for name, value in wanted.items() if value is not None]
    return select(plan).where(or_(false(), about, *own), *conditions)


def visible_plan(session: Session, principal: Principal, plan_id: str) -> Row[Any]:
    """Return one plan; raises ``PlanNotFound`` outside the area."""
    row = session.execute(plans(principal, wanted={"id": plan_id})).one_or_none()
    if row is None:
        raise PlanNotFound("There is no such plan in your area.")
    return row


def capacity_of(row: Row[Any]) -> Capacity | None:
    """Return the capacity that was entered; None when nobody has."""
    given = row.capacity
    if not given:
        return None
    return Capacity(given["working_days"], given["officers"], given["other_enforcement"], given["non_enforcement"])


def most_of(row: Row[Any]) -> int | None:
    """Return how many visits the capacity of a plan allows; None when nobody has entered it."""
    capacity = capacity_of(row)
    if capacity is None:
        return None
    check_capacity(plan_rules(), capacity)
    return most_inspections(plan_rules(), capacity, days_each=row.capacity["days_each"])


def state_of(session: Session, row: Row[Any], *, now: datetime) -> PlanState:
    """Return a plan as its guards see it."""
    lines, visits = session.execute(
        select(func.count(), func.coalesce(func.sum(plan_line.c.visits), 0)).where(plan_line.c.plan_id == row.id)
    ).one()
    over = select(func.count()).select_from(_lined()).where(plan_line.c.plan_id == row.id, over_cap())
    drawn = sum(quota["visits"] for quota in row.quotas.values())
    absent = candidates(row, now=now).with_only_columns(func.count(), maintain_column_froms=True)
    return PlanState(
        row.state,
        by=frozenset({row.author, row.submitted_by} - {""}),
        lines=lines,
        missing=session.scalar(absent) or 0,
        over_cap=session.scalar(over) or 0,
        visits=visits + drawn,
        most=most_of(row),
    )


def _lined() -> Any:
    joined = plan_line.join(enterprise, enterprise.c.enterprise_id == plan_line.c.enterprise_id)
    return joined.outerjoin(standing, standing.c.enterprise_id == plan_line.c.enterprise_id)


def over_cap() -> Condition:
    """Return the condition under which a line has more visits than the cap of its enterprise allows."""
    caps = {level: cap_of(plan_rules(), level) for level in plan_rules().levels}
    allowed = case(*((standing.c.level == level, cap) for level, cap in caps.items()), else_=cap_of(plan_rules(), None))
    return plan_line.c.visits > allowed


def inside(authority: str) -> Condition:
    """Return the condition under which an enterprise is active and an authority's to inspect."""
    return enterprise.c.is_active & enterprise.c.division.startswith(authority)


def candidates(row: Row[Any], *, now: datetime) -> Select[Any]:
    """Return the statement that reads who belongs into a plan and is in none, with each reason as a column."""
    reasons = [_MUSTS[must.id](must, now).label(f"{MUST}{must.id}") for must in plan_rules().musts.values()]
    columns = (enterprise.c.enterprise_id, enterprise.c.division, standing.c.level)
    joined = enterprise.join(standing, standing.c.enterprise_id == enterprise.c.enterprise_id)
    wanted = select(*columns, *reasons).select_from(joined).where(inside(row.authority), ~_is_planned(row))
    return wanted.where(standing.c.level.is_not(None), or_(*(one.element for one in reasons)))


def _is_planned(row: Row[Any]) -> Condition:
    """An enterprise has a line in this plan, or in that of another authority: only one level comes."""
    here = plan_line.c.plan_id == row.id
    elsewhere = and_(plan.c.year == row.year, plan.c.authority != row.authority, plan.c.is_open, plan_line.c.visits > 0)
    joined = select(plan_line.c.enterprise_id).join(plan, plan.c.id == plan_line.c.plan_id)
    return joined.where(plan_line.c.enterprise_id == enterprise.c.enterprise_id, or_(here, elsewhere)).exists()


def holder_of(session: Session, enterprise_id: str, *, year: int) -> str:
    """Return the authority in whose plan in force an enterprise is; "" for none."""
    own = (plan_line.c.enterprise_id == enterprise_id, plan_line.c.visits > 0)
    joined = select(plan.c.authority).join(plan_line, plan_line.c.plan_id == plan.c.id)
    in_force = (plan.c.year == year, plan.c.state == PUBLISHED)
    return session.scalar(joined.where(*own, *in_force).order_by(plan.c.id).limit(1)) or ""


def rivals_of(session: Session, enterprise_id: str, *, year: int, authority: str) -> Sequence[str]:
    """Return the other authorities that have an enterprise in a plan of a year, be it only a draft."""
    joined = select(plan.c.authority).join(plan_line, plan_line.c.plan_id == plan.c.id).distinct()
    own = (plan_line.c.enterprise_id == enterprise_id, plan_line.c.visits > 0)
    return session.scalars(joined.where(*own, plan.c.year == year, plan.c.authority != authority, plan.c.is_open)).all()


def pools(session: Session, row: Row[Any]) -> Mapping[int, int]:
    """Return how many enterprises of each level that is drawn by lot have no line of their own."""
    drawn = [level for level, one in plan_rules().levels.items() if one.share]
    joined = enterprise.join(standing, standing.c.enterprise_id == enterprise.c.enterprise_id)
    wanted = select(standing.c.level, func.count()).select_from(joined)
    wanted = wanted.where(inside(row.authority), standing.c.level.in_(drawn), ~_is_planned(row))
    found = {one[0]: one[1] for one in session.execute(wanted.group_by(standing.c.level))}
    return {level: found.get(level, 0) for level in drawn}


def _has_sector(must: Must, now: datetime) -> Condition:
    return or_(*(enterprise.c.industry.startswith(prefix) for prefix in must.prefixes))


def _has_level(must: Must, now: datetime) -> Condition:
    return standing.c.level.in_(must.levels)


def _has_major_hazard(must: Must, now: datetime) -> Condition:
    open_ones = (hazard.c.is_open, hazard.c.level == MAJOR, hazard.c.enterprise_id == enterprise.c.enterprise_id)
    return exists().where(*open_ones)


def _is_halted(must: Must, now: datetime) -> Condition:
    return exists().where(halt_order.c.enterprise_id == enterprise.c.enterprise_id, halt_order.c.resumed_at.is_(None))


def _was_reported(must: Must, now: datetime) -> Condition:
    since = now - timedelta(days=MONTH_DAYS * must.within_months)
    columns = public_report.c
    found_true = (columns.state == "substantiated", columns.decided_at >= since)
    return exists().where(columns.enterprise_id == enterprise.c.enterprise_id, *found_true)


def _was_penalised(must: Must, now: datetime) -> Condition:
    own = (*_credit_facts(PENALTY), credit_fact.c.happened_on >= _since(must, now))
    return select(func.count()).select_from(credit_fact).where(*own).scalar_subquery() >= must.least


def _is_listed(must: Must, now: datetime) -> Condition:
    ends_on = credit_fact.c.ends_on
    return exists().where(*_credit_facts(LISTING), or_(ends_on.is_(None), ends_on >= business_date(now)))


def _had_fatal_accident(must: Must, now: datetime) -> Condition:
    columns = credit_fact.c
    return exists().where(*_credit_facts(ACCIDENT), columns.deaths > 0, columns.happened_on >= _since(must, now))


def _credit_facts(kind: str) -> tuple[Condition, ...]:
    columns = credit_fact.c
    return (columns.enterprise_id == enterprise.c.enterprise_id, columns.kind == kind, columns.step == HAPPENED)


def _since(must: Must, now: datetime) -> date:
    return business_date(now) - timedelta(days=MONTH_DAYS * must.within_months)


_MUSTS: Mapping[str, Callable[[Must, datetime], Condition]] = {
    "level": _has_level,
    "sector": _has_sector,
    "major_hazard": _has_major_hazard,
    "halted": _is_halted,
    "reported": _was_reported,
    "penalised": _was_penalised,
    "listed": _is_listed,
    "fatal_accident": _had_fatal_accident,
}


def musts_of(session: Session, enterprise_id: str, *, now: datetime) -> list[str]:
    """Return why an enterprise has to be in the plan; empty for one that need not."""
    conditions = [_MUSTS[must.id](must, now).label(must.id) for must in plan_rules().musts.values()]
    joined = enterprise.outerjoin(standing, standing.c.enterprise_id == enterprise.c.enterprise_id)
    wanted = select(*conditions).select_from(joined).where(enterprise.c.enterprise_id == enterprise_id)
    return [name for name, holds in session.execute(wanted).one()._mapping.items() if holds]
