"""The inbox: which events have had their effect. Its row and the effect are one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.chassis import inbox

RETENTION = timedelta(days=90)
_FORGOTTEN_AT_ONCE = 5_000

_CLAIM = text(
    "INSERT INTO inbox (event_id, received_at) SELECT unnest(CAST(:ids AS uuid[])), :now "
    "ON CONFLICT DO NOTHING RETURNING CAST(event_id AS text)"
)


def claim(session: Session, event_ids: Collection[str], *, now: datetime) -> set[str]:
    """Write these ids down and return those that were not known; only they may take effect.

    Comes first in the transaction: a copy of the same event handled elsewhere waits here until that ends.
    """
    ordered = sorted(set(event_ids))  # one order for everybody, so that two workers cannot block each other
    if not ordered:
        return set()
    if session.get_bind().dialect.name == "postgresql":
        array = f"{{{','.join(ordered)}}}"  # ids hold nothing that an array literal would have to quote
        return set(session.execute(_CLAIM, {"ids": array, "now": now}).scalars())
    return _claim_on_sqlite(session, ordered, now)


def _claim_on_sqlite(session: Session, event_ids: Sequence[str], now: datetime) -> set[str]:
    statement: Any = insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id)
    rows = [{"event_id": event_id, "received_at": now} for event_id in event_ids]
    return set(session.connection().execute(statement, rows).scalars())


def oldest_kept(now: datetime) -> str:
    """Return the UUIDv7 below which the inbox has forgotten: ids carry their time."""
    milliseconds = int((now - RETENTION).timestamp() * 1000)
    return str(UUID(int=milliseconds << 80))


def forget_old(database: Database, *, now: datetime) -> None:
    """Remove a few thousand inbox rows of events older than 90 days, far beyond any repetition."""
    old = select(inbox.c.event_id).where(inbox.c.event_id < oldest_kept(now)).limit(_FORGOTTEN_AT_ONCE)
    with database.reading() as session:
        if session.execute(old.limit(1)).first() is None:
            return
    with database.transaction() as session:
        session.execute(delete(inbox).where(inbox.c.event_id.in_(old)))
