"""Enterprises as far as credit knows them, within the caller's area; a merged entry is the one that stays."""

from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from services.credit.tables import enterprise, merged_enterprise
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope


def in_area(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of ``enterprise`` lies in the principal's jurisdiction."""
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.enterprise_id)


def called(q: str) -> list[ColumnElement[bool]]:
    """Return the condition under which an enterprise has ``q`` in its name, or as its whole code; none for nothing."""
    columns = enterprise.c
    return [or_(columns.name.contains(q, autoescape=True), columns.uscc == q.upper())] if q else []


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
