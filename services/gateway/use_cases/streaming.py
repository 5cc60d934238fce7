"""The event stream of the pages: small facts, numbered without gaps under one row lock, kept for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.gateway.tables import stream_event, stream_position
from shared.database.bulk import insert_rows

KEPT_EVENTS = 20_000  # who was away for longer than these starts afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something pages should know; seen by those whose scope holds ``division``, ``grid`` or the enterprise."""

    kind: str
    division: str = ""
    grid: str = ""
    enterprise_id: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


def take_turn(session: Session) -> int:
    """Lock the numbering row until the end of the transaction and return the last number given."""
    position: int = session.scalars(select(stream_position.c.position).with_for_update()).one()
    return position


def tell(session: Session, events: Sequence[Told], *, now: datetime) -> None:
    """Append ``events`` in this order and forget the oldest ones beyond ``KEPT_EVENTS``."""
    if not events:
        return
    last = take_turn(session)
    rows = [_row(told, last + number, now) for number, told in enumerate(events, start=1)]
    insert_rows(session, stream_event, rows)
    newest = last + len(rows)
    session.execute(update(stream_position).values(position=newest))
    session.execute(delete(stream_event).where(stream_event.c.position <= newest - KEPT_EVENTS))


def tell_areas(session: Session, kind: str, areas: Sequence[str], *, now: datetime) -> None:
    """Tell each of these subdistricts that something has changed there; who listens asks again."""
    tell(session, [Told(kind=kind, division=area, content={"subdistrict": area}) for area in areas], now=now)


def _row(told: Told, position: int, now: datetime) -> dict[str, Any]:
    return {
        "position": position,
        "kind": told.kind,
        "division": told.division,
        "grid": told.grid,
        "enterprise_id": told.enterprise_id,
        "content": dict(told.content),
        "at": now,
    }
