"""Every write of inspections, by topic; here what all have in common that go by a table of states."""

from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from shared.machines import Step


def keep_step(session: Session, kept: Table, thing_id: str, *, version: int, rule: str, step: Step, **own: Any) -> None:
    """Keep for ever in this table that the ``rule`` allowed a step; ``own`` is the state after it, and what else."""
    of_thing, _ = kept.primary_key.columns
    taken = {"event": step.event, "rule": rule, "by": step.by, "at": step.now, "given": dict(step.given)}
    if "tier" in kept.columns:
        taken["tier"] = step.tier
    session.execute(insert(kept).values({of_thing.name: thing_id, "version": version, **taken, **own}))
