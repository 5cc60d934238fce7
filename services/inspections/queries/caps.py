"""The on-site checks of government supervision in a year: what the cap of an enterprise counts, and what is apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.inspections.domain.caps import OnSite, authority_of, check_room, counted
from services.inspections.domain.plans import PLAN, cap_of
from services.inspections.queries.enterprises import present_id
from services.inspections.queries.plans import holder_of
from services.inspections.queries.tasks import CANCELLED, HIGHEST_TIER, level_of
from services.inspections.rules import plan_rules
from services.inspections.tables import task

Document = dict[str, Any]
WAITING = ("assigned", "accepted", "on_site", "returned")


def is_on_site() -> ColumnElement[bool]:
    """Return the condition under which a task is a check of government supervision that was not called off."""
    return (task.c.tier == HIGHEST_TIER) & (task.c.state != CANCELLED)


def is_counted() -> ColumnElement[bool]:
    """Return the condition under which a task is a check that the cap counts, as ``counted`` says it of rows."""
    return is_on_site() & task.c.cause.not_in([one.id for one in plan_rules().causes.values() if not one.is_counted])


def falls_in(year: int) -> ColumnElement[bool]:
    """Return the condition under which a task belongs to the cap of ``year``."""
    return task.c.first_day.between(date(year, 1, 1), date(year, 12, 31))


def on_site_of_year(session: Session, enterprise_id: str, *, year: int) -> Sequence[OnSite]:
    """Return the checks of government supervision that took place or are to take place in a year, the first first."""
    columns = task.c
    own = (columns.enterprise_id == enterprise_id, is_on_site(), falls_in(year))
    wanted = select(columns.id, columns.cause, columns.basis, columns.authority, columns.first_day)
    rows = session.execute(wanted.where(*own).order_by(columns.first_day, columns.id))
    return [OnSite(row.cause, row.authority, row.basis, row.id, row.first_day.isoformat()) for row in rows]


def had_in_year(session: Session, *, year: int) -> Mapping[str, int]:
    """Return how many checks of a year count, for every enterprise that has had one."""
    wanted = select(task.c.enterprise_id, func.count()).where(is_counted(), falls_in(year))
    return {row[0]: row[1] for row in session.execute(wanted.group_by(task.c.enterprise_id))}


def require_room(session: Session, enterprise_id: str, *, wanted: OnSite, day: date) -> None:
    """Raise ``NotAllowed`` when one more check is too many; whoever asks holds the row of the enterprise."""
    had = on_site_of_year(session, enterprise_id, year=day.year)
    holder = holder_of(session, enterprise_id, year=day.year)
    check_room(plan_rules(), had, wanted=wanted, level=level_of(session, enterprise_id), holder=holder)


def acting_authority(session: Session, divisions: Sequence[str], enterprise_id: str, *, year: int) -> str:
    """Return for which authority somebody comes: a delegated part of the county where it plans for itself."""
    holder = holder_of(session, enterprise_id, year=year)
    is_delegated = bool(holder) and any(one.startswith(holder) for one in divisions)
    return holder if is_delegated else authority_of(divisions)


def planned_task(session: Session, enterprise_id: str, *, day: date) -> str | None:
    """Return the task that the annual plan has made for this time and nobody has handed in; None for none."""
    columns = task.c
    own = (columns.enterprise_id == present_id(session, enterprise_id), columns.origin == PLAN)
    waiting = (columns.state.in_(WAITING), columns.first_day <= day, columns.last_day >= day)
    return session.scalar(select(columns.id).where(*own, *waiting).order_by(columns.id).limit(1))


def cap_view(session: Session, enterprise_id: str, *, year: int, with_basis: bool) -> Document:
    """Return the checks of a year, those counted and those apart, with the cap and where that is written."""
    rules, level = plan_rules(), level_of(session, enterprise_id)
    found = on_site_of_year(session, enterprise_id, year=year)
    had = found if with_basis else [replace(one, basis="") for one in found]
    within = counted(rules, had)
    return {
        "enterprise_id": enterprise_id,
        "year": year,
        "level": level,
        "cap": cap_of(rules, level),
        "had": len(within),
        "basis": rules.cap_basis,
        "counted": within,
        "apart": [one for one in had if one not in within],
    }
