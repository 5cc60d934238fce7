"""Every read of inspections, by topic; here what all have in common that go by a table of states."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from shared.machines import Machine


def in_state(row: Row[Any], machine: Machine) -> dict[str, Any]:
    """Return a row with the names of its state."""
    state = machine.states[row.state]
    return {**row._asdict(), "state_zh": state.zh, "state_en": state.en}


def steps_of(session: Session, kept: Table, thing_id: str) -> Sequence[Row[Any]]:
    """Return what happened to a thing whose steps are ``kept`` in this table, the first step first."""
    of_thing, version = kept.primary_key.columns
    return session.execute(select(kept).where(of_thing == thing_id).order_by(version)).all()
