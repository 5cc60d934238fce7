"""Jobs: long work in steps, each step one transaction that also moves the job's cursor.

A killed worker goes on where the last committed step ended: nothing is done twice and nothing is left out. Work
on rows takes at most ``ROWS_PER_STEP`` of them in a step, so that others get their turn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from shared import ids
from shared.database import Database, NothingToDo
from shared.database.chassis import job
from shared.declarations import Declarations
from shared.errors import NotFound, SiseError

logger = structlog.get_logger(__name__)
ROWS_PER_STEP = 1_000
MOST_ATTEMPTS = 8
_UNDONE = job.c.state.in_(("waiting", "running"))
_EARLIEST = select(job.c.next_attempt_at).where(_UNDONE).order_by(job.c.next_attempt_at).limit(1)


class JobUnknown(NotFound):
    code = "job_unknown"


@dataclass(frozen=True, slots=True)
class Job:
    """``cursor`` is what the last committed step left; it is empty at first."""

    id: str
    kind: str
    state: str
    arguments: Mapping[str, Any]
    cursor: Mapping[str, Any]
    done: int
    total: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class JobStep:
    """What one step achieved: the new ``cursor``, ``done`` of ``total`` units in all, and whether it was the last."""

    cursor: Mapping[str, Any]
    done: int
    total: int | None = None
    finished: bool = False


def enqueue(session: Session, kind: str, arguments: Mapping[str, Any], *, now: datetime, job_id: str = "") -> str:
    """Put a job into the queue and return its id; it begins when the transaction has been committed."""
    job_id = job_id or ids.new_id()
    session.execute(
        insert(job).values(
            id=job_id,
            kind=kind,
            state="waiting",
            arguments=dict(arguments),
            cursor={},
            created_at=now,
            updated_at=now,
            next_attempt_at=now,
        )
    )
    return job_id


def job_by_id(session: Session, job_id: str) -> Job:
    """Return a job with its progress; raises ``JobUnknown``."""
    row = session.execute(select(job).where(job.c.id == job_id)).first()
    if row is None:
        raise JobUnknown("There is no such job.", job_id=job_id)
    return _job(row)


def run_step(database: Database, declarations: Declarations, *, now: datetime) -> bool:
    """Run one step of the job that has waited longest; return whether there was one."""
    if not any(next_attempt_at <= now for (next_attempt_at,) in database.ask(_EARLIEST)):
        return False
    claimed: Any = None
    try:
        with database.transaction() as session:
            claimed = session.execute(_next_job(declarations, now)).first()
            if claimed is None:
                raise NothingToDo
            step = declarations.jobs[claimed.kind].handler(session, _job(claimed), now=now)
            _advance(session, claimed.id, step, now)
    except Exception as problem:
        if claimed is None:
            raise
        _postpone(database, claimed, problem, given_up=declarations.jobs[claimed.kind].given_up, now=now)
    return claimed is not None


def _next_job(declarations: Declarations, now: datetime) -> Any:
    return (
        select(job)
        .where(_UNDONE, job.c.next_attempt_at <= now, job.c.kind.in_(list(declarations.jobs)))
        .order_by(job.c.updated_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _job(row: Any) -> Job:
    return Job(row.id, row.kind, row.state, row.arguments, row.cursor, row.done, row.total, row.error)


def _advance(session: Session, job_id: str, step: JobStep, now: datetime) -> None:
    session.execute(
        update(job)
        .where(job.c.id == job_id)
        .values(
            state="completed" if step.finished else "running",
            cursor=dict(step.cursor),
            done=step.done,
            total=step.total,
            attempts=0,
            error=None,
            updated_at=now,
        )
    )


def _postpone(
    database: Database, claimed: Any, problem: Exception, *, given_up: Callable[..., None] | None, now: datetime
) -> None:
    attempts = claimed.attempts + 1
    is_hopeless = isinstance(problem, SiseError) or attempts >= MOST_ATTEMPTS
    logger.exception("job step failed", job_id=claimed.id, kind=claimed.kind, attempts=attempts)
    with database.transaction() as session:
        session.execute(
            update(job)
            .where(job.c.id == claimed.id)
            .values(
                state="failed" if is_hopeless else claimed.state,
                attempts=attempts,
                error=repr(problem)[:2000],
                updated_at=now,
                next_attempt_at=now + timedelta(seconds=min(2**attempts, 600)),
            )
        )
        if is_hopeless and given_up:
            given_up(session, _job(claimed))
