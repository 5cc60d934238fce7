"""The bus port: how events leave a service and reach the others, whatever carries them.

Two implementations pass one contract suite: RabbitMQ for the full stack, and the services' own databases for the
embedded way to run. Both promise the same: an event whose publishing was confirmed is delivered at least once to
every subscribed service, across crashes of anything; order is not promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from sqlalchemy.orm import Session

from shared.contracts import Lane


class BusDown(Exception):
    """The bus does not answer or dropped us; nothing that was not confirmed or acknowledged counts."""


class Channel(StrEnum):
    """The queues of a service: one per lane, and one for what the broker gave up on."""

    URGENT = "urgent"
    BULK = "bulk"
    DEAD = "dead"


class LoggedEvent(NamedTuple):
    """One row of the event log. ``address`` names the only service it is for; none: all that subscribed."""

    position: int
    event_id: str
    type: str
    lane: int
    address: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a call of ``publish``.

    The first ``confirmed`` events are safe, without a gap; what comes after is unknown and must be published
    again. ``unrouted`` are positions of confirmed events that no queue was bound for. ``problem`` says what
    stopped the rest.
    """

    confirmed: int
    unrouted: frozenset[int] = frozenset()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery: ``body`` is a CloudEvent or a batch of them, ``sender`` the service that the bus vouches for."""

    body: bytes
    content_type: str
    sender: str
    tag: Any = field(compare=False)


class Publisher(Protocol):
    """Carries events out. One thread uses it."""

    def publish(self, events: Sequence[LoggedEvent]) -> Published:
        """Publish in order and return when all are confirmed or something went wrong; never raises ``BusDown``."""

    def close(self) -> None: ...


class Consumer(Protocol):
    """Brings the messages of one queue in. One thread uses it; after ``BusDown`` the next call connects again."""

    def receive(self, timeout: float) -> Message | None:
        """Return the next message, waiting up to ``timeout`` seconds for it; raises ``BusDown``."""

    def settle(self, session: Session, messages: Sequence[Message]) -> None:
        """Take part in the transaction that holds the effect of ``messages``."""

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the bus, after that commit, that ``messages`` are done; raises ``BusDown``."""

    def keep_alive(self) -> None:
        """Show the bus that we live while messages are being held; raises ``BusDown``."""

    def waiting(self) -> int:
        """Return how many messages wait in the queue and were not handed to anybody; raises ``BusDown``."""

    def close(self) -> None: ...


class Bus(Protocol):
    """Opens the ends of the bus for one service."""

    def publisher(self) -> Publisher: ...

    def consumer(self, channel: Channel) -> Consumer: ...


def lane_of(channel: Channel) -> Lane:
    """Return the lane that a queue carries; what is dead counts as bulk."""
    return Lane.URGENT if channel is Channel.URGENT else Lane.BULK
