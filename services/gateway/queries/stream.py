"""What of the event stream a principal may hear, from a position on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from services.gateway.tables import stream_event, stream_position
from shared.database import Database
from shared.security.principal import Principal
from shared.security.scope import in_scope

AT_ONCE = 200
NEEDS = {  # beyond the right to see the map
    "work_changed": "permit:read",
    "commitment_changed": "commitment:read",
    "credit_changed": "credit:oversee",
}
NEWEST = select(stream_position.c.position)


def newest_position(database: Database) -> int:
    """Return the number of the last event."""
    [(position,)] = database.ask(NEWEST)
    return int(position)


def is_forgotten(session: Session, position: int, *, newest: int) -> bool:
    """Return whether events after ``position`` are no longer kept, or it was never given out up to ``newest``."""
    oldest = session.scalar(select(func.min(stream_event.c.position)))
    return position > newest or (position < newest and (oldest is None or position < oldest - 1))


def events_after(
    session: Session, principal: Principal, *, position: int, newest: int
) -> tuple[Sequence[Row[Any]], int]:
    """Return up to 200 events after ``position`` and up to ``newest`` in the principal's scope, and where that ends."""
    event = stream_event.c
    scope = in_scope(principal, division=event.division, grid=event.grid, enterprise_id=event.enterprise_id)
    withheld = [kind for kind, action in NEEDS.items() if not principal.may(action)]
    heard = session.execute(
        select(stream_event)
        .where(event.position > position, event.position <= newest, event.kind.not_in(withheld), scope)
        .order_by(event.position)
        .limit(AT_ONCE)
    ).all()
    return heard, (heard[-1].position if len(heard) == AT_ONCE else newest)
