"""Parked events: what could not be handled waits in a table, visible, with its bytes and its error.

An event is *waiting* when it misses a prerequisite (it is tried again by itself, and at once when that arrives)
and *parked* when a person must look. Its inbox row stands, so a repeated delivery changes nothing; to replay is
to run the handler and remove the row in one transaction.
"""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import RowMapping, Select, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shared.bus import Message
from shared.contracts.envelope import SINGLE
from shared.database import Database, NothingToDo
from shared.database.chassis import parked_event
from shared.database.faults import Fault, fault_of
from shared.errors import NotFound, NotYet
from shared.events.handlers import Handlers
from shared.events.inbox import claim
from shared.events.reading import open_message
from shared.events.received import Received

logger = structlog.get_logger(__name__)
WAITING, PARKED = "waiting", "parked"
LONGEST_PAUSE = 600
ASK_PEOPLE_AFTER = timedelta(hours=24)
_NEXT = parked_event.c.next_attempt_at
_EARLIEST = select(_NEXT).where(parked_event.c.state == WAITING, _NEXT.is_not(None)).order_by(_NEXT).limit(1)


class ParkedEventUnknown(NotFound):
    code = "parked_event_unknown"


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """One row; ``event_id`` is empty when the bytes are no event."""

    id: str
    event_id: str | None
    type: str
    source: str
    subject: str
    body: bytes
    state: str
    waits_for: str | None
    error: str
    attempts: int
    first_at: datetime
    next_attempt_at: datetime | None


def park(
    session: Session,
    body: bytes,
    problem: BaseException | str,
    *,
    now: datetime,
    event: Received[Any] | None = None,
    event_id: str | None = None,
) -> None:
    """Put ``body`` aside because of ``problem``; a ``NotYet`` waits, anything else is for a person.

    ``event`` is what was read from it; ``event_id`` alone is given when only that could be read. An event with an
    id has its inbox row in the same transaction. Parking the same bytes twice keeps one row.
    """
    event_id = event.id if event else event_id
    row = {
        "id": event_id or str(uuid.UUID(bytes=hashlib.sha256(body).digest()[:16])),
        "event_id": event_id,
        "type": _storable(event.type) if event else "",
        "source": _storable(event.source) if event else "",
        "subject": _storable(event.subject) if event else "",
        "body": body,
        "first_at": now,
        **_outcome(problem, attempts=1, first_at=now, now=now),
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(parked_event).on_conflict_do_nothing(), row)
    logger.warning("event put aside", event_id=row["event_id"], type=row["type"], error=row["error"])


def wake(session: Session, subjects: Collection[str], *, now: datetime) -> bool:
    """Make events due that wait for one of ``subjects`` (ids of what has just arrived); return whether any did."""
    if not session.scalar(select(exists().where(parked_event.c.waits_for.is_not(None)))):
        return False
    arrived = update(parked_event).where(parked_event.c.waits_for.in_(subjects))
    result: Any = session.execute(arrived.values(state=WAITING, next_attempt_at=now))
    return bool(result.rowcount)


def retry_due(database: Database, handlers: Handlers, *, now: datetime, most: int = 1_000) -> int:
    """Try up to ``most`` waiting events whose moment has come, each in a transaction of its own; return how many."""
    due = select(parked_event).where(parked_event.c.state == WAITING, parked_event.c.next_attempt_at <= now)
    due = due.order_by(parked_event.c.next_attempt_at, parked_event.c.id)
    tried = 0
    if not any(next_attempt_at <= now for (next_attempt_at,) in database.ask(_EARLIEST)):
        return tried
    while tried < most and _try_one(database, handlers, due, now=now) is not None:
        tried += 1
    return tried


def replay(database: Database, handlers: Handlers, *, parked_id: str, now: datetime) -> bool:
    """Handle one parked event again and return whether it worked; raises ``ParkedEventUnknown``."""
    worked = _try_one(database, handlers, select(parked_event).where(parked_event.c.id == parked_id), now=now)
    if worked is None:
        raise ParkedEventUnknown("There is no such parked event; it may have been replayed already.", id=parked_id)
    return worked


def replay_all(database: Database, handlers: Handlers, *, now: datetime, event_type: str = "") -> tuple[int, int]:
    """Handle every parked event (of one type) again, oldest first; return how many worked and how many did not."""
    with database.reading() as session:
        parked_ids = [parked.id for parked in list_parked(session, event_type=event_type, limit=None)]
    results = [
        _try_one(database, handlers, select(parked_event).where(parked_event.c.id == parked_id), now=now)
        for parked_id in parked_ids
    ]
    return results.count(True), results.count(False)


def list_parked(
    session: Session, *, state: str = "", event_type: str = "", limit: int | None = 100
) -> list[ParkedEvent]:
    """Return parked and waiting events, oldest first, optionally of one state or type."""
    statement = select(parked_event).order_by(parked_event.c.first_at, parked_event.c.id).limit(limit)
    if state:
        statement = statement.where(parked_event.c.state == state)
    if event_type:
        statement = statement.where(parked_event.c.type == event_type)
    return [ParkedEvent(**row) for row in session.execute(statement).mappings()]


def show_parked(session: Session, parked_id: str) -> ParkedEvent:
    """Return one parked event with its bytes; raises ``ParkedEventUnknown``."""
    row = session.execute(select(parked_event).where(parked_event.c.id == parked_id)).mappings().first()
    if row is None:
        raise ParkedEventUnknown("There is no such parked event.", id=parked_id)
    return ParkedEvent(**row)


def drop(session: Session, parked_id: str) -> None:
    """Give up one parked event for good; raises ``ParkedEventUnknown``."""
    result: Any = session.execute(delete(parked_event).where(parked_event.c.id == parked_id))
    if not result.rowcount:
        raise ParkedEventUnknown("There is no such parked event.", id=parked_id)


def _try_one(database: Database, handlers: Handlers, which: Select[Any], *, now: datetime) -> bool | None:
    """Try the first row of ``which``: True worked, False did not, None there is no row (or another has it)."""
    with database.transaction() as session:
        row = session.execute(which.limit(1).with_for_update(skip_locked=True)).mappings().first()
        if row is None:
            raise NothingToDo
        problem = _attempt(session, handlers, row, now)
        this = parked_event.c.id == row["id"]
        if problem is None:
            session.execute(delete(parked_event).where(this))
        else:
            attempts = row["attempts"] + 1
            outcome = _outcome(problem, attempts=attempts, first_at=row["first_at"], now=now)
            session.execute(update(parked_event).where(this).values(**outcome))
    return None if row is None else problem is None


def _attempt(session: Session, handlers: Handlers, row: RowMapping, now: datetime) -> BaseException | str | None:
    """Run the handlers of a stored event under a savepoint and return what went wrong."""
    opened = open_message(Message(row["body"], SINGLE, "", None), handlers)
    if opened.unreadable:
        return opened.unreadable[0].reason
    try:
        with session.begin_nested():
            # What was unreadable when it came has no inbox row yet.
            fresh = opened.events.keys() if row["event_id"] else claim(session, opened.events.keys(), now=now)
            handlers.handle(session, [opened.events[event_id] for event_id in fresh], now=now)
            wake(session, {event.subject for event in opened.events.values()}, now=now)
    except Exception as problem:
        if fault_of(problem) is not Fault.OWN:
            raise
        return problem
    return None


def _outcome(problem: BaseException | str, *, attempts: int, first_at: datetime, now: datetime) -> Mapping[str, Any]:
    error = _storable(problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}")[:2000]
    if not isinstance(problem, NotYet):
        return {
            "state": PARKED, "error": error, "attempts": attempts, "waits_for": None, "next_attempt_at": None
        }  # fmt: skip
    pause = timedelta(seconds=min(2 ** (attempts - 1), LONGEST_PAUSE))
    return {
        "state": PARKED if now - first_at > ASK_PEOPLE_AFTER else WAITING,
        "error": error,
        "attempts": attempts,
        "waits_for": problem.key.rpartition(":")[2],
        "next_attempt_at": now + pause,
    }


def _storable(text: str) -> str:
    return text.replace("\x00", "")
