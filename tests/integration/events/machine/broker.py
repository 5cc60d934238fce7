"""A broker of the test's making with the manners of RabbitMQ: windows of confirms, returns, nacks, dead queues."""

import random
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.bus import BusDown, Channel, LoggedEvent, Message, Published
from shared.bus.rabbitmq_publisher import Parcel, parcels
from shared.bus.topology import Topology
from shared.contracts import Lane
from tests.integration.events.machine.faults import Fuse

OUTCOMES = ("confirmed", "unconfirmed", "nacked", "vanished")
DELIVERY_LIMIT = 3
Queue = tuple[str, Channel]


@dataclass(frozen=True)
class Delivery:
    """A message in a queue, and how often it came back."""

    message: Message
    returns: int = 0


@dataclass
class Broker:
    """``plan`` says what becomes of the next messages; when it is used up all are stored and confirmed."""

    topology: Topology
    fuse: Fuse
    plan: deque[str] = field(default_factory=deque)
    queues: dict[Queue, list[Delivery]] = field(default_factory=lambda: defaultdict(list))

    def take_in(self, parcel: Parcel) -> str:
        """Store a message as planned and return what the publisher gets to know of it."""
        outcome = self.plan.popleft() if self.plan else "confirmed"
        readers = self.readers(parcel.events[0])
        # A nack may come although one of the queues has stored the message.
        kept = {"nacked": readers[:1], "vanished": []}.get(outcome, readers)
        content_type, body = parcel.content()
        for queue in kept:
            self.queues[queue].append(Delivery(Message(body, content_type, "registry", None)))
        return outcome if readers or outcome != "confirmed" else "returned"

    def readers(self, event: LoggedEvent) -> list[Queue]:
        """Return the queues that are bound for an event."""
        if event.address:
            return [(event.address, Channel.BULK)]
        channel = Channel.BULK if event.lane == Lane.BULK else Channel.URGENT
        return [(service, channel) for service in self.topology.listeners(event.type)]

    def shuffle(self, seed: int) -> None:
        """Bring every queue into another order."""
        for queue in self.queues.values():
            random.Random(seed).shuffle(queue)

    def take_back(self, queue: Queue, delivery: Delivery) -> None:
        """Put an unacknowledged message back, or aside when it came back too often."""
        again = replace(delivery, returns=delivery.returns + 1)
        is_dead = again.returns > DELIVERY_LIMIT and queue[1] is not Channel.DEAD
        self.queues[(queue[0], Channel.DEAD) if is_dead else queue].insert(0, again)


@dataclass
class Bus:
    """The ends of the broker for one service."""

    broker: Broker
    service: str

    def publisher(self) -> "Publishing":
        return Publishing(self.broker)

    def consumer(self, channel: Channel) -> "Consuming":
        return Consuming(self.broker, (self.service, channel))


@dataclass
class Publishing:
    """Confirms in a window: after the first trouble some later messages may still be stored, even confirmed."""

    broker: Broker
    window: int = 3

    def publish(self, events: Sequence[LoggedEvent]) -> Published:
        confirmed, behind, problem = 0, 0, ""
        unrouted: set[int] = set()
        for parcel in parcels(events):
            if problem and behind == self.window:
                break
            self.broker.fuse.step()
            outcome = self.broker.take_in(parcel)
            if problem or outcome not in ("confirmed", "returned"):
                problem, behind = problem or outcome, behind + 1
                continue
            confirmed += len(parcel.events)
            if outcome == "returned":
                unrouted.update(event.position for event in parcel.events)
        return Published(confirmed, frozenset(unrouted), problem)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Consuming:
    """Hands out the messages of one queue; what is not acknowledged goes back when it is closed."""

    broker: Broker
    queue: Queue
    held: dict[int, Delivery] = field(default_factory=dict)
    given: int = 0

    def receive(self, timeout: float) -> Message | None:
        waiting = self.broker.queues[self.queue]
        if not waiting:
            return None
        self.given += 1
        self.held[self.given] = delivery = waiting.pop(0)
        return replace(delivery.message, tag=self.given)

    def settle(self, *_arguments: Any) -> None:
        """The broker is told after the commit."""

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self.broker.fuse.step()
        if any(message.tag not in self.held for message in messages):
            raise BusDown("the connection of these messages is gone")
        for message in messages:
            del self.held[message.tag]

    def keep_alive(self) -> None:
        """Nobody waits for a sign of life."""

    def waiting(self) -> int:
        return len(self.broker.queues[self.queue])

    def close(self) -> None:
        for tag in sorted(self.held, reverse=True):
            self.broker.take_back(self.queue, self.held.pop(tag))
