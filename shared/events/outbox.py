"""The only way to emit: an event is a row in the same transaction as the state that it tells of.

Nothing is lost when the process dies after the commit, and nothing is told that was rolled back. The relay
carries the rows to the bus. The price is one more row per event and a few milliseconds of delay.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shared.contracts import contract_of
from shared.contracts.envelope import encode
from shared.database.bulk import insert_rows
from shared.database.chassis import outbox
from shared.declarations import Reemitted


def publish(session: Session, event: Any, *, sequence: int, at: datetime, address: str | None = None) -> str:
    """Put ``event`` into the outbox and return its id; call it after the aggregate row has been changed.

    ``sequence`` is the aggregate's new version; ``at`` is the moment of the change. With ``address`` only that
    service gets the event.
    """
    row = _row(event, sequence, at=at, address=address)
    session.execute(outbox.insert(), row)
    return str(row["event_id"])


def publish_all(session: Session, events: Sequence[tuple[Any, int]], *, at: datetime) -> None:
    """Put many (event, sequence) pairs into the outbox, in this order, with one statement."""
    insert_rows(session, outbox, [_row(event, sequence, at=at, address=None) for event, sequence in events])


def publish_again(session: Session, states: Sequence[Reemitted], *, address: str) -> None:
    """Put present ``states`` into the outbox for the one service ``address``, with one statement."""
    insert_rows(session, outbox, [_row(one.event, one.sequence, at=one.at, address=address) for one in states])


def _row(event: Any, sequence: int, *, at: datetime, address: str | None) -> dict[str, Any]:
    contract = contract_of(type(event))
    event_id, body = encode(event, sequence=sequence, at=at)
    return {
        "event_id": event_id,
        "type": contract.name,
        "lane": int(contract.lane),
        "body": body,
        "address": address,
    }
