"""Events for tests of the event path, and waiting for what other threads and processes do."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.bus import LoggedEvent
from shared.contracts import contract_of
from shared.contracts.envelope import decode, encode
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseRegistered
from shared.events.received import Received
from shared.ids import new_id

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def registered(**facts: Any) -> EnterpriseRegistered:
    """Return an enterprise's registration (bulk lane)."""
    return EnterpriseRegistered(
        **({"enterprise_id": new_id(), "uscc": "", "name": "甲厂", "division": "331002"} | facts)
    )


def deregistered(**facts: Any) -> EnterpriseDeregistered:
    """Return an enterprise's end (urgent lane)."""
    known = {"enterprise_id": new_id(), "uscc": "", "name": "甲厂", "division": "331002", "status": "deregistered"}
    return EnterpriseDeregistered(**(known | facts))


def logged(event: Any, *, position: int = 1, address: str | None = None, sequence: int = 1) -> LoggedEvent:
    """Return ``event`` as a row of the log."""
    contract = contract_of(type(event))
    event_id, body = encode(event, sequence=sequence, at=NOON)
    return LoggedEvent(position, event_id, contract.name, int(contract.lane), address, body)


def received(event: Any, *, sequence: int = 1, at: datetime = NOON) -> Received[Any]:
    """Return ``event`` as a handler gets it."""
    _, body = encode(event, sequence=sequence, at=at)
    return decode(orjson.loads(body))


def many_logged(count: int, *, make: Callable[..., Any] = registered, address: str | None = None) -> list[LoggedEvent]:
    """Return ``count`` rows of the log with positions from 1."""
    return [logged(make(), position=number, address=address) for number in range(1, count + 1)]


def until(condition: Callable[[], Any], *, seconds: float = 40.0, sentence: str = "") -> Any:
    """Return what ``condition`` returns as soon as that is true; fail after ``seconds``.

    It asks less and less often: who asks a system a hundred times a second slows it down and is refused in the end.
    """
    deadline, pause = time.monotonic() + seconds, 0.01
    while not (found := condition()):
        assert time.monotonic() < deadline, sentence or f"waited {seconds:g} s in vain"
        time.sleep(pause)
        pause = min(pause * 1.5, 0.3)
    return found
