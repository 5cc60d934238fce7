"""The inbox: which events have had their effect. Its row and the effect are one transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from shared.database.bulk import inserts_rows
from shared.database.chassis import inbox

MANY = 50  # ids that are hardly ever known: writing them without looking costs half (measured), but needs a savepoint
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
    rows = [{"event_id": event_id, "received_at": now} for event_id in ordered]
    if session.get_bind().dialect.name != "postgresql":
        statement: Any = insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id)
        return set(session.connection().execute(statement, rows).scalars())
    if len(rows) >= MANY and inserts_rows(session, inbox, rows):
        return set(ordered)
    # ids hold nothing that an array literal would have to quote
    return set(session.execute(_CLAIM, {"ids": f"{{{','.join(ordered)}}}", "now": now}).scalars())
