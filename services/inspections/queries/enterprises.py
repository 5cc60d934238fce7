"""Enterprises as far as inspections knows them, within the caller's area; a merged entry is the one that stays."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, literal, or_, select
from sqlalchemy.orm import Session

from services.inspections.tables import enterprise, merged_enterprise
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope

SUBDISTRICT_DIGITS = 9


def in_area(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of ``enterprise`` lies in the principal's jurisdiction."""
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.enterprise_id)


def of_area(principal: Principal, table: Table) -> ColumnElement[bool]:
    """Return the same condition for rows of ``table`` that carry the place of their enterprise (joined to it).

    A subdistrict is then one value and not a range, so that its rows are read in the order of the list.
    """
    columns = table.c
    subdistricts = [division for division in principal.divisions if len(division) == SUBDISTRICT_DIGITS]
    others = replace(principal, divisions=tuple(set(principal.divisions) - set(subdistricts)))
    division, grid, enterprise_id = enterprise.c.division, columns.grid, columns.enterprise_id
    elsewhere = in_scope(others, division=division, grid=grid, enterprise_id=enterprise_id)
    return or_(elsewhere, columns.subdistrict.in_(subdistricts)) if subdistricts else elsewhere


def sees_places(principal: Principal) -> bool:
    """Return whether the jurisdiction consists of divisions and grids alone, not of single enterprises."""
    return not (principal.enterprise_id or principal.intermediary_id)


def in_places(principal: Principal, tally: Table) -> ColumnElement[bool]:
    """Return the condition under which a row of a ``tally`` counts a place, or a subdistrict, in the jurisdiction."""
    grid = tally.c.get("grid", literal(""))
    return in_scope(principal, division=tally.c.division, grid=grid, enterprise_id=literal(""))


def sees_subdistricts(principal: Principal) -> bool:
    """Return whether the jurisdiction consists of whole subdistricts."""
    is_whole = all(len(division) <= SUBDISTRICT_DIGITS for division in principal.divisions)
    return sees_places(principal) and is_whole and not principal.grids


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


def held_id(session: Session, enterprise_id: str) -> str:
    """Return the id under which an enterprise lives now; until the transaction ends no merge changes that."""
    row = select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id == enterprise_id)
    session.execute(row.with_for_update())
    present = present_id(session, enterprise_id)
    return present if present == enterprise_id else held_id(session, present)
