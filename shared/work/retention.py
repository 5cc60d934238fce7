"""Retention: what nobody will ask for again is removed, the oldest first, a few thousand rows at a time.

An event may be sent again while the log holds it, so the inbox remembers longer than the log. The log is removed up
to the relay's cursors only, however old it is. Why rows and no partitions: docs/adr/0010.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Delete, delete, select

from shared.database import Database, NothingToDo
from shared.database.chassis import event_log, idempotency_key, inbox, rate_bucket, relay_cursor

logger = structlog.get_logger(__name__)
ROWS = 5_000
LOOK_EVERY = 60.0
KEEP_IDEMPOTENCY_KEYS = timedelta(hours=24)
KEEP_RATE_BUCKETS = timedelta(days=1)


class Forgetting:
    """Forgets in the database of one service; a loop calls ``turn``.

    It works with the moment of its last look, at first ``started_at``: what a jump of a demonstration's clock makes
    old stays for one more look, in which everything that is on its way arrives.
    """

    def __init__(
        self,
        database: Database,
        *,
        keep_event_log: timedelta,
        keep_inbox: timedelta,
        started_at: datetime,
        every: float = LOOK_EVERY,
    ) -> None:
        self._database, self._every = database, every
        self._keep_event_log, self._keep_inbox = keep_event_log, keep_inbox
        self._as_of, self._looked_at = started_at, time.monotonic()

    def turn(self, now: datetime) -> bool:
        """Remove a few thousand rows of each table when it is time to; return whether there may be more."""
        if time.monotonic() - self._looked_at < self._every:
            return False
        removed = {name: self._remove(statement) for name, statement in self._old_rows()}
        if any(removed.values()):
            logger.info("old rows removed", **removed)
        if ROWS in removed.values():
            return True
        self._as_of, self._looked_at = now, time.monotonic()
        return False

    def _old_rows(self) -> Iterator[tuple[str, Delete]]:
        key, bucket = idempotency_key.c, rate_bucket.c
        yield "inbox", handled_before(self._as_of - self._keep_inbox)
        yield "event_log", relayed_before(self._as_of - self._keep_event_log)
        yield "idempotency_key", delete(idempotency_key).where(key.created_at < self._as_of - KEEP_IDEMPOTENCY_KEYS)
        yield "rate_bucket", delete(rate_bucket).where(bucket.updated_at < self._as_of - KEEP_RATE_BUCKETS)

    def _remove(self, statement: Delete) -> int:
        with self._database.transaction() as session:
            result: Any = session.execute(statement)
            if not result.rowcount:
                raise NothingToDo  # nobody is to be woken
        return int(result.rowcount)


def handled_before(moment: datetime) -> Delete:
    """Return the statement that forgets the oldest events handled before ``moment``.

    Their ids carry the time of their making, so they lie together at the beginning of the primary key. An old event
    that came late is kept by the time of its coming.
    """
    made_before = str(UUID(int=int(moment.timestamp() * 1000) << 80))
    oldest = (
        select(inbox.c.event_id)
        .where(inbox.c.event_id < made_before, inbox.c.received_at < moment)
        .order_by(inbox.c.event_id)
        .limit(ROWS)
    )
    return delete(inbox).where(inbox.c.event_id.in_(oldest))


def relayed_before(moment: datetime) -> Delete:
    """Return the statement that forgets the oldest of the log that were relayed, logged before ``moment``."""
    oldest = select(event_log).order_by(event_log.c.position).limit(ROWS).subquery()
    is_relayed = (relay_cursor.c.lane == oldest.c.lane) & (oldest.c.position <= relay_cursor.c.position)
    old = select(oldest.c.position).join(relay_cursor, is_relayed).where(oldest.c.logged_at < moment)
    return delete(event_log).where(event_log.c.position.in_(old))
