"""Publishing to RabbitMQ: pipelined, every message persistent, mandatory and confirmed by its own tag.

pika is not thread-safe, so one thread of ours owns the connection and others only hand work to it. Whatever goes
wrong (nack, silence, block, closed channel, reset), the connection is thrown away: a late answer can then never
be taken for the answer to something else, and what was not confirmed is unknown and published again.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pika
from pika.spec import Basic

from shared.bus import LoggedEvent, Published
from shared.bus.topology import EVENTS, REDELIVER
from shared.contracts.envelope import BATCH, SINGLE, batch

MOST_EVENTS = 200
MOST_BYTES = 256 * 1024
WINDOW = 128
PERSISTENT = 2


class Parcel(NamedTuple):
    """One message on the wire: a run of events of one type for the same readers."""

    exchange: str
    routing_key: str
    events: Sequence[LoggedEvent]

    def content(self) -> tuple[str, bytes]:
        if len(self.events) == 1:
            return SINGLE, self.events[0].body
        return BATCH, batch(event.body for event in self.events)


def parcels(events: Sequence[LoggedEvent]) -> Iterator[Parcel]:
    """Cut ``events`` into messages: consecutive ones of one type travel together, up to 200 or 256 KiB."""
    for (address, event_type), run in groupby(events, key=lambda event: (event.address, event.type)):
        exchange, routing_key = (REDELIVER, address) if address else (EVENTS, event_type)
        for piece in _pieces(run):
            yield Parcel(exchange, routing_key, piece)


def _pieces(run: Iterator[LoggedEvent]) -> Iterator[list[LoggedEvent]]:
    piece: list[LoggedEvent] = []
    size = 0
    for event in run:
        if piece and (len(piece) == MOST_EVENTS or size + len(event.body) >= MOST_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(event)
        size += len(event.body) + 1
    yield piece


class RabbitPublisher:
    """Publishes for one service; ``patience`` is how many seconds without any progress mean failure."""

    def __init__(self, url: str, *, patience: float = 15.0) -> None:
        self._parameters = _parameters(url, patience)
        self._patience = patience
        self._link: _Link | None = None
        self._pid = os.getpid()

    def publish(self, events: Sequence[LoggedEvent]) -> Published:
        """Publish ``events`` in order; see ``shared.bus.Publisher``."""
        flight, link = _Flight(list(parcels(events))), self._usable_link()
        link.carry(flight)
        while not flight.ended.wait(0.2):
            if time.monotonic() - flight.moved_at > self._patience:
                flight.fail(f"no answer from the broker for {self._patience:g} s")
            elif link.problem:
                flight.fail(link.problem)
        if flight.problem:
            self.close()
        return flight.outcome()

    def close(self) -> None:
        """Close the connection; the next call of ``publish`` opens a new one."""
        link, self._link = self._link, None
        if link is not None and self._pid == os.getpid():
            link.close()

    def _usable_link(self) -> "_Link":
        if self._pid != os.getpid():  # after a fork the connection belongs to the parent
            self._link, self._pid = None, os.getpid()
        if self._link is None or self._link.problem:
            self._link = _Link(self._parameters)
        return self._link


def _parameters(url: str, patience: float) -> pika.URLParameters:
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 10
    parameters.connection_attempts = 1
    parameters.socket_timeout = parameters.stack_timeout = patience
    parameters.blocked_connection_timeout = patience * 0.8
    return parameters


class _Flight:
    """The messages of one call of ``publish`` and what is known about each."""

    def __init__(self, messages: Sequence[Parcel]) -> None:
        self.messages = messages
        self.is_confirmed = [False] * len(messages)
        self.unrouted: set[int] = set()
        self.missing = len(messages)
        self.moved_at = time.monotonic()
        self.problem = ""
        self.ended = threading.Event()
        if not messages:
            self.ended.set()

    def confirm(self, number: int) -> None:
        self.is_confirmed[number] = True
        self.moved_at = time.monotonic()
        self.missing -= 1
        if not self.missing:
            self.ended.set()

    def fail(self, problem: str) -> None:
        if not self.ended.is_set():
            self.problem = problem
            self.ended.set()

    def outcome(self) -> Published:
        known = enumerate(self.is_confirmed)
        first_gap = next((number for number, is_confirmed in known if not is_confirmed), len(self.messages))
        safe = self.messages[:first_gap]
        unrouted = (
            event.position for number in self.unrouted if number < first_gap for event in self.messages[number].events
        )
        return Published(sum(len(message.events) for message in safe), frozenset(unrouted), self.problem)


class _Link:
    """One connection with one confirming channel, on a thread of its own. It dies at the first problem."""

    def __init__(self, parameters: pika.URLParameters) -> None:
        self.problem = ""
        self._user = parameters.credentials.username
        self._channel: Any = None
        self._flight: _Flight | None = None
        self._unanswered: dict[int, int] = {}
        self._next, self._tag = 0, 0
        self._is_unwanted = False
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=self._connected,
            on_open_error_callback=self._died,
            on_close_callback=self._died,
        )
        self._loop = self._connection.ioloop
        threading.Thread(target=self._run, name="publisher-io", daemon=True).start()

    def carry(self, flight: _Flight) -> None:
        self._loop.add_callback_threadsafe(lambda: self._begin(flight))

    def close(self) -> None:
        self._loop.add_callback_threadsafe(self._close)

    def _run(self) -> None:
        try:
            self._loop.start()
        finally:
            self._loop.close()

    def _close(self) -> None:
        """Close the connection, or as soon as it is open: pika breaks when it is closed on its way there."""
        self._is_unwanted = True
        if self._connection.is_open:
            self._connection.close()

    def _connected(self, connection: Any) -> None:
        if self._is_unwanted:
            connection.close()
        else:
            connection.channel(on_open_callback=self._open)

    def _open(self, channel: Any) -> None:
        channel.add_on_close_callback(self._channel_died)
        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._answered, callback=lambda _frame: self._ready(channel))

    def _ready(self, channel: Any) -> None:
        self._channel = channel
        self._fill_window()

    def _begin(self, flight: _Flight) -> None:
        self._flight, self._next = flight, 0
        if self.problem:
            flight.fail(self.problem)
        elif self._channel is not None:
            self._fill_window()

    def _fill_window(self) -> None:
        flight = self._flight
        if flight is None:
            return
        while self._next < len(flight.messages) and len(self._unanswered) < WINDOW and not flight.problem:
            self._send(flight.messages[self._next])
            self._next += 1

    def _send(self, parcel: Parcel) -> None:
        self._tag += 1
        self._unanswered[self._tag] = self._next
        content_type, body = parcel.content()
        properties = pika.BasicProperties(
            content_type=content_type,
            delivery_mode=PERSISTENT,
            message_id=parcel.events[0].event_id,
            type=parcel.events[0].type,
            user_id=self._user,
            correlation_id=str(self._next),
        )
        self._channel.basic_publish(parcel.exchange, parcel.routing_key, body, properties=properties, mandatory=True)

    def _returned(self, _channel: Any, _method: Any, properties: pika.BasicProperties, _body: bytes) -> None:
        if self._flight is not None and properties.correlation_id:
            self._flight.unrouted.add(int(properties.correlation_id))

    def _answered(self, frame: Any) -> None:
        answer, flight = frame.method, self._flight
        if isinstance(answer, Basic.Nack):
            self._died(None, "the broker refused a message (nack)")
        elif flight is not None:
            for tag in self._tags(answer):
                flight.confirm(self._unanswered.pop(tag))
            self._fill_window()

    def _tags(self, answer: Any) -> list[int]:
        if answer.multiple:
            return [tag for tag in self._unanswered if tag <= answer.delivery_tag]
        return [answer.delivery_tag] if answer.delivery_tag in self._unanswered else []

    def _channel_died(self, _channel: Any, reason: object) -> None:
        self._died(None, reason)
        self._close()

    def _died(self, _connection: Any, reason: object) -> None:
        self.problem = self.problem or f"{reason!r}"[:500]
        self._channel = None
        if self._flight is not None:
            self._flight.fail(self.problem)
        if self._connection.is_closed:
            self._loop.call_later(0, self._loop.stop)  # after what pika still has to close
