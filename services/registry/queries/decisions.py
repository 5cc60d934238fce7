"""Decisions about many enterprises: what one would do, and what those made have done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.registry.domain.obligations import Decision, effect_on
from services.registry.queries.enterprises import enterprises_wanted
from services.registry.tables import decision as decision_table
from services.registry.tables import enterprise, obligation
from shared.errors import NotFound
from shared.security.principal import Principal


class DecisionNotFound(NotFound):
    code = "decision_not_found"


def preview_of_decision(
    session: Session, principal: Principal, decision: Decision, *, selection: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how many enterprises a decision would change, leave as they are or must leave out, by state; one query."""
    running = (
        select(func.count())
        .select_from(obligation)
        .where(
            obligation.c.enterprise_id == enterprise.c.id,
            obligation.c.duty.in_(decision.duties),
            obligation.c.ends_on.is_(None),
        )
        .correlate(enterprise)
        .scalar_subquery()
    )
    wanted = enterprises_wanted(principal, selection)
    each = wanted.with_only_columns(enterprise.c.supervision, enterprise.c.status, running.label("running")).subquery()
    columns = (each.c.supervision, each.c.status, each.c.running)
    counts = {"matched": 0, "changed": 0, "unchanged": 0, "refused": 0}
    by_state: dict[str, dict[str, int]] = {}
    for supervision, status, owed, count in session.execute(select(*columns, func.count()).group_by(*columns)):
        effect = effect_on(decision, supervision=supervision, status=status, running=owed)
        counts["matched"] += count
        counts[effect] += count
        state = by_state.setdefault(supervision, {"changed": 0, "unchanged": 0, "refused": 0})
        state[effect] += count
    return {**counts, "by_state": by_state}


def decisions() -> Select[Any]:
    """Return the statement of all decisions; their key is the id."""
    return select(decision_table)


def decision_by_id(session: Session, decision_id: str) -> Mapping[str, Any]:
    """Return one decision with how far it has been carried out; raises `DecisionNotFound`."""
    row = session.execute(decisions().where(decision_table.c.id == decision_id)).mappings().one_or_none()
    if row is None:
        raise DecisionNotFound("There is no such decision.", decision_id=decision_id)
    return dict(row)


def jurisdiction_of(row: Mapping[str, Any]) -> Principal:
    """Return whoever decided as far as rows are concerned: the area in which the decision holds."""
    area = row["jurisdiction"]
    return Principal(row["decided_by"], divisions=tuple(area["divisions"]), grids=tuple(area["grids"]))
