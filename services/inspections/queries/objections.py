"""Objections against a figure or a row of a month, within the caller's area, and what is still undecided."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, func, literal, select
from sqlalchemy.orm import Session

from services.inspections.tables import assessment_entry, assessment_objection
from shared.errors import NotFound
from shared.security.principal import Principal
from shared.security.scope import in_scope

RAISED = "raised"


class ObjectionNotFound(NotFound):
    code = "objection_not_found"


class EntryNotFound(NotFound):
    code = "entry_not_found"


def objections(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the objections of the area; ``wanted`` filters by column, None by nothing."""
    columns = assessment_objection.c
    conditions = [columns[name] == value for name, value in wanted.items() if value is not None]
    return select(assessment_objection).where(_inside(principal, columns), *conditions)


def visible_objection(session: Session, principal: Principal, objection_id: str) -> Row[Any]:
    """Return one objection; raises ``ObjectionNotFound`` outside the area."""
    row = session.execute(objections(principal, wanted={"id": objection_id})).one_or_none()
    if row is None:
        raise ObjectionNotFound("There is no such objection in your area.")
    return row


def visible_entry(session: Session, principal: Principal, entry_id: str) -> Row[Any]:
    """Return what was entered for a unit; raises ``EntryNotFound`` outside the area."""
    columns = assessment_entry.c
    wanted = select(assessment_entry).where(columns.id == entry_id, _inside(principal, columns))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise EntryNotFound("There is no such entry in your area.")
    return row


def undecided(session: Session, month: str) -> int:
    """Return how many objections against a month nobody has decided."""
    columns = assessment_objection.c
    wanted = select(func.count()).where(columns.month == month, columns.state == RAISED)
    return session.scalar(wanted) or 0


def _inside(principal: Principal, columns: Any) -> Any:
    nobody = literal("")
    return in_scope(principal, division=columns.unit, grid=nobody, enterprise_id=nobody)
