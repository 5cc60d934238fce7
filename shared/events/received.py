"""An event as a handler sees it."""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Received(NamedTuple, Generic[T]):
    """``data`` is the contract's dataclass; ``sequence`` counts the events of (``source``, ``subject``)."""

    id: str
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    partition_key: str
    correlation_id: str
    traceparent: str
    actor: str
    data: T
