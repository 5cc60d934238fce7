"""Restrictions at other agencies, and who is watched."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select, true
from sqlalchemy.orm import Session

from services.credit.domain.restrictions import ESCALATED, WAITING, Restriction, is_escalated
from services.credit.queries.enterprises import in_area
from services.credit.rules import measure_rules, restriction_rules
from services.credit.tables import enterprise, restriction, restriction_step, watched
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class RestrictionNotFound(NotFound):
    code = "restriction_not_found"


class WatchedNotFound(NotFound):
    code = "watched_not_found"


def answering_for(principal: Principal, action: str) -> frozenset[str] | None:
    """Return for which agencies who asks may act on ``action``: what its grant names, for the bureau anybody (None)."""
    if principal.grants is None:
        return None
    return frozenset(principal.grants.get(action, {}).get("purposes", ()))


def restrictions(principal: Principal, *, agencies: frozenset[str] | None, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the restrictions in the area of who asks, which a grant names too; of ``agencies``, for
    None of all.

    ``wanted`` filters by column; ``is_escalated`` by whether an agency still does not answer after both reminders.
    """
    columns = restriction.c
    joined = restriction.join(enterprise, enterprise.c.enterprise_id == restriction.c.enterprise_id)
    late: ColumnElement[bool] = and_(columns.state.in_(WAITING), columns.reminders >= ESCALATED)
    filters = {**columns, "is_escalated": late}
    conditions = [filters[name] == value for name, value in wanted.items() if value is not None]
    of_agencies = true() if agencies is None else columns.agency.in_(sorted(agencies))
    named = (restriction, enterprise.c.name, enterprise.c.uscc)
    return select(*named).select_from(joined).where(in_area(principal), of_agencies, *conditions)


def visible_restriction(
    session: Session, principal: Principal, restriction_id: str, *, agencies: frozenset[str] | None
) -> Row[Any]:
    """Return one restriction; raises ``RestrictionNotFound`` for that of others."""
    wanted = restrictions(principal, agencies=agencies, wanted={"id": restriction_id})
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise RestrictionNotFound("There is no such restriction for you.")
    return row


def restriction_view(row: Row[Any]) -> Document:
    """Return a restriction with its words."""
    state, measure = restriction_rules().machine.states[row.state], measure_rules().restrictions[row.code]
    standing = Restriction(row.state, row.agency, asked_at=row.asked_at, reminders=row.reminders)
    words = {"state_zh": state.zh, "state_en": state.en, "code_zh": measure.zh, "code_en": measure.en}
    return {**row._asdict(), **words, "is_escalated": is_escalated(standing)}


def whole_restriction(session: Session, row: Row[Any]) -> Document:
    """Return a restriction with all its steps."""
    steps = select(restriction_step).where(restriction_step.c.restriction_id == row.id)
    return {**restriction_view(row), "steps": session.execute(steps.order_by(restriction_step.c.version)).all()}


def watched_in(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of who is or was watched in the area."""
    joined = watched.join(enterprise, enterprise.c.enterprise_id == watched.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    division = given.pop("division", None)
    within: ColumnElement[bool] = enterprise.c.division.startswith(division, autoescape=True) if division else true()
    same = [watched.c[name] == value for name, value in given.items()]
    columns = (watched, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), within, *same)


def visible_watched(session: Session, principal: Principal, watched_id: str) -> Row[Any]:
    """Return one who is watched; raises ``WatchedNotFound`` outside the area."""
    row = session.execute(watched_in(principal, wanted={"id": watched_id})).one_or_none()
    if row is None:
        raise WatchedNotFound("Nobody is watched under this number in your area.")
    return row
