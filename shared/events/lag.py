"""How far behind the event path is: what an operator watches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from shared import metrics
from shared.contracts import Lane
from shared.database import Database
from shared.database.chassis import audit_entry, audit_link, event_log, outbox, parked_event, relay_cursor
from shared.events.parked import PARKED, WAITING

_ROWS = select(func.count()).select_from(outbox)
_OLDEST = select(outbox.c.event_id).order_by(outbox.c.id).limit(1)
_CURSORS = select(relay_cursor.c.lane, relay_cursor.c.position)
_BEHIND = {
    lane: select(func.count()).where(event_log.c.lane == int(lane), event_log.c.position > bindparam("cursor"))
    for lane in Lane
}
_ASIDE = select(parked_event.c.state, func.count().label("events")).group_by(parked_event.c.state)
_LINKED = select(audit_entry.c.at).join(audit_link, audit_link.c.audit_id == audit_entry.c.id)
_LAST_LINKED = _LINKED.order_by(audit_link.c.seq.desc()).limit(1).scalar_subquery()
_UNLINKED = select(func.count()).select_from(audit_entry)
_UNLINKED = _UNLINKED.where(or_(_LAST_LINKED.is_(None), audit_entry.c.at > _LAST_LINKED))


def measure(service: str, database: Database, *, now: datetime) -> None:
    """Set the gauges of one service: what is in outbox, log and aside, and what its audit trail has not linked yet."""
    [(rows,)] = database.ask(_ROWS)
    age = max((now.timestamp() - _seconds(event_id) for (event_id,) in database.ask(_OLDEST)), default=0.0)
    cursors = {row.lane: row.position for row in database.ask(_CURSORS)}
    aside = {row.state: row.events for row in database.ask(_ASIDE)}
    [(unlinked,)] = database.ask(_UNLINKED)
    metrics.AUDIT_LAG.labels(service).set(unlinked)
    metrics.OUTBOX_ROWS.labels(service).set(rows)
    metrics.OUTBOX_AGE.labels(service).set(max(0.0, age))
    for lane in Lane:
        [(count,)] = database.ask(_BEHIND[lane], cursor=cursors.get(lane, 0))
        metrics.RELAY_LAG.labels(service, lane.name.lower()).set(count)
    metrics.EVENTS_PARKED.labels(service).set(aside.get(PARKED, 0))
    metrics.EVENTS_WAITING.labels(service).set(aside.get(WAITING, 0))


def _seconds(event_id: str) -> float:
    """Return the moment that a UUIDv7 carries, in seconds since 1970."""
    return (UUID(event_id).int >> 80) / 1000
