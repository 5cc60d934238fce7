"""How far behind the event path is: what an operator watches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from shared import metrics
from shared.contracts import Lane
from shared.database import Database
from shared.database.chassis import event_log, outbox, parked_event, relay_cursor
from shared.events.parked import PARKED, WAITING


def measure(service: str, database: Database, *, now: datetime) -> None:
    """Set the gauges of one service: outbox rows and age, events not yet confirmed, parked and waiting events."""
    with database.reading() as session:
        rows, oldest = session.execute(select(func.count(), func.min(outbox.c.id))).one()
        first = session.scalar(select(outbox.c.event_id).where(outbox.c.id == oldest)) if rows else None
        cursors = {row.lane: row.position for row in session.execute(select(relay_cursor))}
        behind = {
            lane: session.scalar(
                select(func.count()).where(event_log.c.lane == lane, event_log.c.position > cursors.get(lane, 0))
            )
            for lane in Lane
        }
        states = select(parked_event.c.state, func.count().label("events")).group_by(parked_event.c.state)
        aside = {row.state: row.events for row in session.execute(states)}
    metrics.OUTBOX_ROWS.labels(service).set(rows)
    metrics.OUTBOX_AGE.labels(service).set(max(0.0, now.timestamp() - _seconds(first)) if first else 0)
    for lane, count in behind.items():
        metrics.RELAY_LAG.labels(service, lane.name.lower()).set(count or 0)
    metrics.EVENTS_PARKED.labels(service).set(aside.get(PARKED, 0))
    metrics.EVENTS_WAITING.labels(service).set(aside.get(WAITING, 0))


def _seconds(event_id: str) -> float:
    """Return the moment that a UUIDv7 carries, in seconds since 1970."""
    return (UUID(event_id).int >> 80) / 1000
