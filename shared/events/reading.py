"""Opens messages: what is an event becomes one, what is not is kept with the reason."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.bus import Message
from shared.contracts import UnreadableEvent
from shared.contracts.envelope import decode, split
from shared.events.handlers import Handlers
from shared.events.received import Received
from shared.ids import ID

_CHASSIS_SOURCE = "/sise/sise"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that could not be taken as an event of this service, and why; ``event_id`` if they have one."""

    body: bytes
    reason: str
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A message and what was in it; ``envelopes`` are the raw forms of ``events`` by event id."""

    message: Message
    events: dict[str, Received[Any]] = field(default_factory=dict)
    envelopes: dict[str, dict[str, Any]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def body_of(self, event_id: str) -> bytes:
        """Return the bytes of one event of the message."""
        return orjson.dumps(self.envelopes[event_id])


def open_message(message: Message, handlers: Handlers) -> Opened:
    """Return the content of ``message``; never raises for what somebody sent."""
    opened = Opened(message)
    try:
        envelopes = split(message.body, message.content_type)
    except UnreadableEvent as problem:
        opened.unreadable.append(Unreadable(message.body, problem.detail))
        return opened
    for envelope in envelopes:
        event_id = _own_id(envelope, message.sender)
        try:
            if event_id is None:
                raise UnreadableEvent("the id is not a UUID in lower case, or the sender is not the source")
            event = decode(envelope)
            handlers.require(event.type)
        except UnreadableEvent as problem:
            opened.unreadable.append(Unreadable(orjson.dumps(envelope), problem.detail, event_id))
        else:
            opened.events[event.id] = event
            opened.envelopes[event.id] = envelope
    return opened


def _own_id(envelope: dict[str, Any], sender: str) -> str | None:
    """Return the event id of an envelope if it is one and ``sender``, when known, may speak for the source.

    Nothing else may use up an id: the true event with that id could still come.
    """
    event_id, source = envelope.get("id"), envelope.get("source")
    if not isinstance(event_id, str) or not ID.fullmatch(event_id):
        return None
    return event_id if not sender or source in (f"/sise/{sender}", _CHASSIS_SOURCE) else None
