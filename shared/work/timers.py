"""Timers: what must happen at a moment is a row, written with the state that needs it.

Deadlines, escalations, expiries and daily work use it. A worker that was away runs each overdue timer exactly
once, in the order in which they were due: the handler's effect and the row's removal are one transaction. A
handler that fails is tried again later and later; its timer is never dropped.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shared.database import Database, NothingToDo
from shared.database.bulk import upsert_rows
from shared.database.chassis import timer
from shared.declarations import Declarations

logger = structlog.get_logger(__name__)
LONGEST_PAUSE = timedelta(minutes=10)
_EARLIEST = select(timer.c.due_at).order_by(timer.c.due_at).limit(1)


def schedule(session: Session, kind: str, entity: str, *, due_at: datetime) -> None:
    """Set the timer ``kind`` of ``entity`` to ``due_at``; an earlier setting is replaced."""
    schedule_all(session, kind, [entity], due_at=due_at)


def schedule_all(session: Session, kind: str, entities: Iterable[str], *, due_at: datetime) -> None:
    """Set the timer ``kind`` of each of ``entities`` (none twice) to ``due_at``, in one statement."""
    same = {"kind": kind, "due_at": due_at, "attempts": 0, "error": None}
    upsert_rows(session, timer, [{**same, "entity": one} for one in entities], key=("kind", "entity"))


def cancel(session: Session, kind: str, entity: str) -> None:
    """Remove the timer ``kind`` of ``entity`` if there is one."""
    session.execute(delete(timer).where(timer.c.kind == kind, timer.c.entity == entity))


def run_due(database: Database, declarations: Declarations, *, now: datetime, most: int = 100) -> int:
    """Run up to ``most`` timers that are due, each in a transaction of its own; return how many ran."""
    ran = 0
    if not any(due_at <= now for (due_at,) in database.ask(_EARLIEST)):
        return ran
    while ran < most and _run_next(database, declarations, now):
        ran += 1
    return ran


def _run_next(database: Database, declarations: Declarations, now: datetime) -> bool:
    claimed: Any = None
    try:
        with database.transaction() as session:
            claimed = session.execute(_next_due(declarations, now)).first()
            if claimed is None:
                raise NothingToDo
            session.execute(delete(timer).where(timer.c.kind == claimed.kind, timer.c.entity == claimed.entity))
            declarations.timers[claimed.kind].handler(session, claimed.entity, now=now)
    except Exception as problem:
        if claimed is None:
            raise
        _postpone(database, claimed, problem, now=now)
    return claimed is not None


def _next_due(declarations: Declarations, now: datetime) -> Any:
    return (
        select(timer)
        .where(timer.c.due_at <= now, timer.c.kind.in_(list(declarations.timers)))
        .order_by(timer.c.due_at, timer.c.kind, timer.c.entity)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _postpone(database: Database, claimed: Any, problem: Exception, *, now: datetime) -> None:
    logger.exception("timer failed", kind=claimed.kind, entity=claimed.entity, attempts=claimed.attempts + 1)
    pause = min(timedelta(seconds=2**claimed.attempts), LONGEST_PAUSE)
    with database.transaction() as session:
        session.execute(
            update(timer)
            .where(timer.c.kind == claimed.kind, timer.c.entity == claimed.entity)
            .values(due_at=now + pause, attempts=claimed.attempts + 1, error=repr(problem)[:2000])
        )
