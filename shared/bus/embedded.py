"""The bus of the embedded way to run: the services' own databases, nothing else.

The relay puts each event into ``bus_message`` of every service that listens, commits there, and only then moves
its cursor: an interruption repeats, the unique event id and the inbox make the repetition harmless. The
consumer's effect, its inbox row and the removal of the message are one transaction, so no lease is needed and a
killed process loses nothing at any moment.
"""

import threading
from collections import deque
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shared.bus import BusDown, Channel, Consumer, LoggedEvent, Message, Published, Publisher, lane_of
from shared.bus.topology import Topology
from shared.contracts import Lane
from shared.contracts.envelope import SINGLE
from shared.database import Database
from shared.database.chassis import bus_message
from shared.database.faults import DATABASE_TROUBLE

ROWS = 1_000


class EmbeddedBus:
    """Connects ``service`` with the services whose ``databases`` lie in the same home."""

    def __init__(self, service: str, databases: Mapping[str, Database], topology: Topology) -> None:
        self._service, self._databases, self._topology = service, databases, topology

    def publisher(self) -> Publisher:
        """Return a publisher into the listeners' databases."""
        return EmbeddedPublisher(self._databases, self._topology)

    def consumer(self, channel: Channel) -> Consumer:
        """Return a consumer of the service's own messages; nothing is ever dead here."""
        return EmbeddedConsumer(self._databases[self._service], channel)


class EmbeddedPublisher:
    """Writes events into the databases of those that listen."""

    def __init__(self, databases: Mapping[str, Database], topology: Topology) -> None:
        self._databases, self._topology = databases, topology

    def publish(self, events: Sequence[LoggedEvent]) -> Published:
        """Store ``events`` with every listener; see ``shared.bus.Publisher``."""
        post: dict[str, list[LoggedEvent]] = {}
        unrouted = set()
        for event in events:
            readers = self._readers(event)
            if not readers:
                unrouted.add(event.position)
            for reader in readers:
                post.setdefault(reader, []).append(event)
        try:
            for reader, its_events in post.items():
                _deliver(self._databases[reader], its_events)
        except DATABASE_TROUBLE as problem:
            return Published(0, problem=repr(problem)[:500])
        return Published(len(events), frozenset(unrouted))

    def close(self) -> None:
        """Do nothing: the databases belong to the process."""

    def _readers(self, event: LoggedEvent) -> Sequence[str]:
        if event.address is None:
            return self._topology.listeners(event.type)
        return [event.address] if event.address in self._databases else []


def _deliver(database: Database, events: Sequence[LoggedEvent]) -> None:
    dialect = postgresql if database.is_postgresql else sqlite
    rows = [
        {
            "event_id": event.event_id,
            "type": event.type,
            "lane": int(Lane.BULK if event.address else event.lane),
            "body": event.body,
        }
        for event in events
    ]
    with database.transaction() as session:
        session.connection().execute(dialect.insert(bus_message).on_conflict_do_nothing(), rows)


class EmbeddedConsumer:
    """Reads one lane of the service's own ``bus_message``; woken by every commit on that database."""

    def __init__(self, database: Database, channel: Channel) -> None:
        self._database, self._channel = database, channel
        lane = bus_message.c.lane == lane_of(channel)
        self._next = select(bus_message.c.id, bus_message.c.body).where(lane).order_by(bus_message.c.id).limit(ROWS)
        self._count = select(func.count()).select_from(bus_message).where(lane)
        self._received: deque[Message] = deque()
        self._unsettled = 0
        self._wake = threading.Event()
        database.after_commit.append(self._wake.set)

    def receive(self, timeout: float) -> Message | None:
        """Return the next message or None; nothing more is handed out before what was is acknowledged."""
        if not self._received and not self._unsettled:
            self._wake.wait(timeout)  # a command beside an embedded system wakes nobody
            self._wake.clear()  # before looking: what is committed meanwhile is looked for again
            self._load()
        if not self._received:
            return None
        self._unsettled += 1
        return self._received.popleft()

    def settle(self, session: Session, messages: Sequence[Message]) -> None:
        """Remove ``messages`` in the transaction of their effect."""
        session.execute(delete(bus_message).where(bus_message.c.id.in_([message.tag for message in messages])))

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Make room for the next ones: the commit has said the rest."""
        self._unsettled -= len(messages)

    def keep_alive(self) -> None:
        """Do nothing: nobody waits for a sign of life."""

    def waiting(self) -> int:
        """Return how many messages of the lane have not been handed out."""
        if self._channel is Channel.DEAD:
            return 0
        [(count,)] = self._database.ask(self._count)
        return int(count) - self._unsettled

    def close(self) -> None:
        """Forget what was handed out: the next ``receive`` begins with the oldest message again."""
        self._received.clear()
        self._unsettled = 0
        self._wake.set()

    def _load(self) -> None:
        if self._channel is Channel.DEAD:
            return
        try:
            rows = self._database.ask(self._next)
        except DATABASE_TROUBLE as problem:
            self._wake.set()
            raise BusDown(f"the messages cannot be read: {problem!r}") from problem
        self._received.extend(Message(row.body, SINGLE, "", row.id) for row in rows)
        if rows:
            self._wake.set()  # there may be more
