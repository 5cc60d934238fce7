"""Enterprises as far as permits knows them, within the caller's area; a merged entry is the one that stays."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from services.permits.tables import enterprise, halt, major_hazard, merged_enterprise, standing
from shared.clock import BUSINESS_ZONE
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope


def in_area(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of ``enterprise`` lies in the principal's jurisdiction."""
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.enterprise_id)


def start_of(day: date) -> datetime:
    """Return the first moment of a day in China."""
    return datetime.combine(day, time(), tzinfo=BUSINESS_ZONE)


def visible_enterprise(session: Session, principal: Principal, enterprise_id: str) -> Row[Any]:
    """Return an enterprise's copy; raises ``EnterpriseNotFound`` outside the principal's jurisdiction."""
    present = present_id(session, enterprise_id)
    wanted = select(enterprise).where(enterprise.c.enterprise_id == present, in_area(principal))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise EnterpriseNotFound("No such enterprise in your area.", enterprise_id=enterprise_id)
    return row


def present_id(session: Session, enterprise_id: str) -> str:
    """Return the id under which an enterprise lives now: its own unless it was merged into another."""
    columns = merged_enterprise.c
    return session.scalar(select(columns.kept_id).where(columns.merged_id == enterprise_id)) or enterprise_id


def circumstances(session: Session, enterprise_id: str) -> frozenset[str]:
    """Return what others say of an enterprise now: ``open_major``, ``halted`` (all of it), ``red``, ``orange``."""
    levels = {1: "red", 2: "orange"}
    level = session.scalar(select(standing.c.level).where(standing.c.enterprise_id == enterprise_id))
    hazards = select(major_hazard.c.hazard_id).where(major_hazard.c.enterprise_id == enterprise_id)
    facts = {
        "open_major": session.scalar(hazards.where(major_hazard.c.is_open).limit(1)) is not None,
        "halted": is_halted(session, enterprise_id),
        levels.get(level or 0, ""): level in levels,
    }
    return frozenset(name for name, holds in facts.items() if holds)


def is_halted(session: Session, enterprise_id: str) -> bool:
    """True while the production of the whole enterprise is halted by order."""
    whole = select(halt.c.order_id).where(halt.c.enterprise_id == enterprise_id, halt.c.is_open, halt.c.part == "")
    return session.scalar(whole.limit(1)) is not None
