"""Obligations as rows, history and events, for one enterprise or a thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registry.domain.obligations import SUPERVISED, Obligation, followed
from services.registry.queries.obligations import obligations_of
from services.registry.tables import obligation, obligation_history
from shared.clock import business_date
from shared.contracts.registry import ObligationsChanged
from shared.database.bulk import insert_rows, upsert_rows
from shared.events.outbox import publish_all


class Step(NamedTuple):
    """The supervision state of an enterprise before, and its row after a change."""

    before: str
    row: Mapping[str, Any]


def follow_supervision(session: Session, steps: Sequence[Step], *, actor: str, now: datetime) -> None:
    """Start what is owed by law and end what supervision carried, for enterprises whose rows are locked."""
    concerned = [step for step in steps if SUPERVISED in (step.before, step.row["supervision"])]
    if not concerned:
        return
    present = obligations_of(session, [step.row["id"] for step in concerned])
    today = business_date(now)
    changes = {
        step.row["id"]: followed(step.before, step.row, present=present[step.row["id"]], today=today)
        for step in concerned
    }
    write_obligations(session, changes, present=present, actor=actor, now=now)


def write_obligations(
    session: Session,
    changes: Mapping[str, Sequence[Obligation]],
    *,
    present: Mapping[str, Sequence[Obligation]],
    actor: str,
    now: datetime,
    decision_id: str | None = None,
) -> None:
    """Write what changes by enterprise, the whole state after it as history, and tell of it."""
    changed = sorted(enterprise_id for enterprise_id, some in changes.items() if some)
    if not changed:
        return
    rows = [{"enterprise_id": one, **asdict(each)} for one in changed for each in changes[one]]
    upsert_rows(session, obligation, rows, key=["enterprise_id", "duty"])
    versions = _versions(session, changed)
    history, events = [], []
    for enterprise_id in changed:
        state = [told(one) for one in _merged(present[enterprise_id], changes[enterprise_id])]
        version = versions.get(enterprise_id, 0) + 1
        history.append(
            {
                "enterprise_id": enterprise_id,
                "version": version,
                "at": now,
                "actor": actor,
                "decision_id": decision_id,
                "obligations": state,
            }
        )
        events.append((ObligationsChanged(enterprise_id=enterprise_id, obligations=tuple(state)), version))
    insert_rows(session, obligation_history, history)
    publish_all(session, events, at=now)


def told(one: Obligation) -> dict[str, Any]:
    """Return an obligation as events and history say it: days in ISO 8601."""
    return {
        "duty": one.duty,
        "rule": one.rule,
        "basis": one.basis,
        "frequency": one.frequency,
        "starts_on": _day(one.starts_on),
        "ends_on": _day(one.ends_on),
    }


def _merged(present: Sequence[Obligation], changes: Sequence[Obligation]) -> list[Obligation]:
    by_duty = {one.duty: one for one in present} | {one.duty: one for one in changes}
    return [by_duty[duty] for duty in sorted(by_duty)]


def _versions(session: Session, enterprise_ids: list[str]) -> dict[str, int]:
    columns = obligation_history.c
    statement = (
        select(columns.enterprise_id, func.max(columns.version))
        .where(columns.enterprise_id.in_(enterprise_ids))
        .group_by(columns.enterprise_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
