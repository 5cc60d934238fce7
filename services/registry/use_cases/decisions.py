"""Decisions about many enterprises at once: counted first, then carried out a thousand at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.registry.domain.obligations import Decision, Obligation, check_decision, decided, effect_on
from services.registry.queries.enterprises import enterprises_wanted
from services.registry.queries.obligations import jurisdiction_of, obligations_of, preview_of_decision
from services.registry.tables import decision as decision_table
from services.registry.tables import enterprise
from services.registry.use_cases.obligations import write_obligations
from services.registry.use_cases.recording import Change, changed_row, record
from shared import context
from shared.clock import business_date
from shared.errors import Conflict
from shared.security.principal import Principal
from shared.work.jobs import ROWS_PER_STEP, Job, JobStep, enqueue

JOB = "registry.decide"


class SelectionChanged(Conflict):
    code = "selection_changed"


def start_decision(
    session: Session, decision: Decision, *, selection: Mapping[str, Any], expected: int, by: Principal, now: datetime
) -> str:
    """Decide for all enterprises that `selection` names and return the id of decision and job.

    `expected` is how many the preview said would change. Raises `DecisionMalformed`, `SelectionChanged`.
    """
    check_decision(decision, today=business_date(now))
    counted = preview_of_decision(session, by, decision, selection=selection)
    if counted["changed"] != expected:
        raise SelectionChanged(
            "The enterprises have changed since they were counted: look at the counts again.",
            changed=counted["changed"],
            expected=expected,
        )
    decision_id = enqueue(session, JOB, {}, now=now)
    session.execute(
        insert(decision_table).values(
            id=decision_id,
            kind=decision.kind,
            content=_stored(decision),
            selection=dict(selection),
            jurisdiction={"divisions": list(by.divisions), "grids": list(by.grids)},
            basis=decision.basis,
            state="running",
            expected=expected,
            changed=0,
            unchanged=0,
            refused=0,
            decided_by=by.subject,
            decided_at=now,
        )
    )
    return decision_id


def decide_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Carry a decision out for its next thousand enterprises, in the order of their ids."""
    locked = select(decision_table).where(decision_table.c.id == job.id).with_for_update()
    kept = dict(session.execute(locked).mappings().one())
    decision = _read(kept["content"])
    statement = enterprises_wanted(jurisdiction_of(kept), kept["selection"])
    if after := job.cursor.get("after"):
        statement = statement.where(enterprise.c.id > after)
    statement = statement.order_by(enterprise.c.id).limit(ROWS_PER_STEP).with_for_update()
    rows = [dict(row) for row in session.execute(statement).mappings()]
    with context.bind(context.Trace(correlation_id=job.id, actor=kept["decided_by"])):
        effects = _carry_out(session, kept, decision, rows=rows, now=now)
    is_last = len(rows) < ROWS_PER_STEP
    values: dict[str, Any] = {name: kept[name] + effects[name] for name in ("changed", "unchanged", "refused")}
    if is_last:
        values |= {"state": "completed", "finished_at": now}
    session.execute(update(decision_table).where(decision_table.c.id == job.id).values(values))
    cursor = {"after": rows[-1]["id"]} if rows else dict(job.cursor)
    return JobStep(cursor, job.done + len(rows), finished=is_last)


def _carry_out(
    session: Session, kept: Mapping[str, Any], decision: Decision, *, rows: Sequence[dict[str, Any]], now: datetime
) -> Counter[str]:
    present = obligations_of(session, [row["id"] for row in rows])
    by_effect: dict[str, list[dict[str, Any]]] = {"changed": [], "unchanged": [], "refused": []}
    for row in rows:
        running = _running(present[row["id"]], decision.duties)
        effect = effect_on(decision, supervision=row["supervision"], status=row["status"], running=running)
        by_effect[effect].append(row)
    changed = by_effect["changed"]
    if decision.kind == "supervision":
        facts = {"supervision": decision.supervision}
        changes = [Change(row, changed_row(row, facts, digest=row["source_digest"], now=now)) for row in changed]
        record(session, changes, actor=kept["decided_by"], reason="decided", now=now)
    else:
        write_obligations(
            session,
            {row["id"]: decided(decision, present[row["id"]]) for row in changed},
            present=present,
            actor=kept["decided_by"],
            now=now,
            decision_id=kept["id"],
        )
    return Counter({effect: len(some) for effect, some in by_effect.items()})


def _running(present: Sequence[Obligation], duties: Sequence[str]) -> int:
    return sum(one.duty in duties and one.ends_on is None for one in present)


def _stored(decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind,
        "supervision": decision.supervision,
        "duties": list(decision.duties),
        "frequency": decision.frequency,
        "basis": decision.basis,
        "effective_on": decision.effective_on.isoformat(),
    }


def _read(content: Mapping[str, Any]) -> Decision:
    day = date.fromisoformat(content["effective_on"])
    return Decision(**{**content, "duties": tuple(content["duties"]), "effective_on": day})
