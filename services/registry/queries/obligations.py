"""Obligations by enterprise, and decisions about many: what one would do, and what those made have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.obligations import Decision, Default, Obligation, defaults, effect_on, proposals
from services.registry.queries.enterprises import enterprises_wanted
from services.registry.tables import decision as decision_table
from services.registry.tables import enterprise, obligation, obligation_history
from shared.errors import NotFound
from shared.security.principal import Principal

_FIELDS = ("duty", "rule", "basis", "frequency", "starts_on", "ends_on", "end_reason")


def obligations_of(session: Session, enterprise_ids: Sequence[str]) -> dict[str, list[Obligation]]:
    """Return the obligations, running and ended, of each enterprise by its id, in the order of duties."""
    found: dict[str, list[Obligation]] = {enterprise_id: [] for enterprise_id in enterprise_ids}
    columns = obligation.c
    statement = select(obligation).where(columns.enterprise_id.in_(enterprise_ids)).order_by(columns.duty)
    for row in session.execute(statement).mappings():
        found[row["enterprise_id"]].append(Obligation(**{name: row[name] for name in _FIELDS}))
    return found


def owing(principal: Principal, wanted: Mapping[str, Any], *, today: date) -> Select[Any]:
    """Return the statement of the enterprises of a filter; with `duty` only those that owe it on `today`."""
    statement = enterprises_wanted(principal, wanted)
    if duty := wanted.get("duty"):
        columns = obligation.c
        runs = and_(columns.starts_on <= today, or_(columns.ends_on.is_(None), columns.ends_on > today))
        statement = statement.where(
            exists().where(columns.enterprise_id == enterprise.c.id, columns.duty == duty, runs)
        )
    return statement


def with_obligations(session: Session, rows: Sequence[Any], *, today: date) -> list[dict[str, Any]]:
    """Return rows of enterprises with what each owes."""
    present = obligations_of(session, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "name": row.name,
            "uscc": row.uscc,
            "subdistrict": row.subdistrict,
            "supervision": row.supervision,
            "obligations": [_shown(one, today) for one in present[row.id]],
        }
        for row in rows
    ]


def sheet_of(session: Session, row: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Return what one enterprise owes, what it may owe, and every change of it, the newest first."""
    present = obligations_of(session, [row["id"]])[row["id"]]
    return {
        "enterprise_id": row["id"],
        "supervision": row["supervision"],
        "obligations": [_shown(one, today) for one in present],
        "proposals": [rule_shown(one) for one in proposals(row["features"], present)],
        "history": _history(session, row["id"]),
    }


def rules_shown() -> list[dict[str, Any]]:
    """Return who owes what by default, each with its source."""
    return [rule_shown(one) for one in defaults()]


def rule_shown(one: Default) -> dict[str, Any]:
    """Return one default as answers show it."""
    return {
        "id": one.id,
        "duty": one.duty,
        "features": list(one.features),
        "frequency": one.frequency,
        "starts": one.starts,
        "zh": one.zh,
        "en": one.en,
        "source": one.source,
        "clause": one.clause,
        "status": one.status,
        "effective_from": one.effective_from,
    }


def obligations_to_tell(session: Session, after: str | None, *, limit: int) -> Sequence[Any]:
    """Return enterprise_id, newest version and its moment of those that ever owed anything, by id after `after`."""
    columns = obligation_history.c
    newest = (
        select(columns.enterprise_id, func.max(columns.version).label("version"), func.max(columns.at).label("at"))
        .group_by(columns.enterprise_id)
        .order_by(columns.enterprise_id)
        .limit(limit)
    )
    return session.execute(newest.where(columns.enterprise_id > after) if after else newest).all()


def _history(session: Session, enterprise_id: str) -> list[dict[str, Any]]:
    columns = obligation_history.c
    statement = (
        select(obligation_history)
        .where(columns.enterprise_id == enterprise_id)
        .order_by(columns.version.desc())
        .limit(50)
    )
    return [dict(row) for row in session.execute(statement).mappings()]


def _shown(one: Obligation, today: date) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in _FIELDS}, "runs": one.runs_on(today)}


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
