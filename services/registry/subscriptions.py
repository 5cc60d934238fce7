"""What moves the registry besides requests: its jobs, and whoever asks for its current state again.

It listens to no other service yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.tables import enterprise
from services.registry.use_cases import divisions, importing
from services.registry.use_cases.recording import state_of
from shared.contracts.registry import EnterpriseRegistered
from shared.declarations import Reemitted, job, reemits
from shared.work.jobs import Job, JobStep


@job(importing.JOB)
def import_register(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Import the next rows of a register file."""
    return importing.import_step(session, running, now=now)


@job(divisions.PLACE_AGAIN)
def place_again(session: Session, running: Job, *, now: datetime) -> JobStep:
    """Place the next enterprises again after a division changed."""
    return divisions.place_again_step(session, running, now=now)


@reemits(EnterpriseRegistered)
def current_enterprises(session: Session, after: str | None, limit: int) -> Sequence[Reemitted]:
    """Return the state of enterprises by id, for a consumer that begins or begins again."""
    statement = select(enterprise).order_by(enterprise.c.id).limit(limit)
    if after:
        statement = statement.where(enterprise.c.id > after)
    return [
        Reemitted(row["id"], state_of(dict(row), EnterpriseRegistered), row["version"], row["updated_at"])
        for row in session.execute(statement).mappings()
    ]
