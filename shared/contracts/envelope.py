"""The envelope of every event: CloudEvents 1.0, structured JSON, with the product's extensions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from shared import context, ids
from shared.contracts import Contract, UnreadableEvent, contract_named, contract_of
from shared.events.received import Received

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LARGEST_EVENT = 64 * 1024


class EventTooLarge(ValueError):
    """An event of more than 64 KiB; large content belongs to a document that the event names."""


def encode(event: Any, *, sequence: int, at: datetime, event_id: str = "") -> tuple[str, bytes]:
    """Return the id and the final JSON bytes of ``event``; the trace of the running request is put in.

    ``sequence`` counts the events of one subject. Raises ``EventTooLarge`` above 64 KiB.
    """
    contract = contract_of(type(event))
    source = contract.source
    trace = context.current()
    event_id = event_id or ids.new_id()
    body = orjson.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": contract.name,
            "subject": getattr(event, contract.subject),
            "time": at,
            "datacontenttype": "application/json",
            "dataschema": f"{source}/{contract.name}",
            "sequence": str(sequence),
            "partitionkey": getattr(event, contract.partition),
            "correlationid": trace.correlation_id or event_id,
            "causationid": trace.causation_id,
            "traceparent": trace.traceparent,
            "actor": trace.actor,
            "data": event,
        }
    )
    if len(body) > LARGEST_EVENT:
        raise EventTooLarge(f"{contract.name} has {len(body)} bytes")
    return event_id, body


def split(body: bytes, content_type: str) -> list[dict[str, Any]]:
    """Return the envelopes in one message; raises ``UnreadableEvent`` when it is not what it says."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise UnreadableEvent(f"not JSON: {problem}") from problem
    envelopes = content if content_type.startswith(BATCH) else [content]
    if not isinstance(envelopes, list) or not all(isinstance(one, dict) for one in envelopes):
        raise UnreadableEvent("not an event or a list of events")
    return envelopes


def batch(bodies: Iterable[bytes]) -> bytes:
    """Return one batch body of single event bodies, without decoding them."""
    return b"[" + b",".join(bodies) + b"]"


def decode(envelope: dict[str, Any]) -> Received[Any]:
    """Return the received event of one envelope; raises ``UnreadableEvent``."""
    try:
        contract = contract_named(envelope["type"])
        return Received(  # by place: names cost a tenth of the decoding, for each event in each service
            _text(envelope, "id"),
            contract.name,
            _text(envelope, "source"),
            _text(envelope, "subject"),
            int(envelope["sequence"]),
            datetime.fromisoformat(envelope["time"]),
            envelope.get("partitionkey", ""),
            envelope.get("correlationid", ""),
            envelope.get("traceparent", ""),
            envelope.get("actor", ""),
            _facts(contract, envelope),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise UnreadableEvent(f"not an event: {type(problem).__name__} {problem}") from problem


def _facts(contract: Contract, envelope: dict[str, Any]) -> Any:
    facts = envelope["data"]
    if not isinstance(facts, dict):
        raise UnreadableEvent("data is not an object")
    return contract.read(facts)


def _text(envelope: dict[str, Any], name: str) -> str:
    value = envelope[name]
    if not isinstance(value, str) or not value:
        raise UnreadableEvent(f"{name} is not a text")
    return value
