"""Consuming from RabbitMQ with kombu: manual acknowledgement, heartbeats pumped, a fresh tag for every subscribing.

Messages are taken by one thread. A connection that has shown any problem is dropped without farewell (a dead
socket would never answer it); what was not acknowledged comes again, and the inbox knows it.
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import amqp.exceptions
import kombu
from kombu.exceptions import KombuError
from sqlalchemy.orm import Session

from shared import ids
from shared.bus import BusDown, Message

PREFETCH = 100
SOCKET_TIMEOUTS = {"read_timeout": 30, "write_timeout": 30}
FAULTS = (OSError, amqp.exceptions.AMQPError, KombuError)


class RabbitConsumer:
    """Takes the messages of one queue; ``heartbeat`` is in seconds."""

    def __init__(self, url: str, queue: str, *, prefetch: int = PREFETCH, heartbeat: float = 20) -> None:
        self._url, self._queue = url, queue
        self._prefetch, self._heartbeat = prefetch, heartbeat
        self._received: deque[Message] = deque()
        self._broker: Any = None
        self._channel: Any = None
        self._is_subscribed = False
        self._connecting = 0
        self._pid = 0

    def receive(self, timeout: float) -> Message | None:
        """Return the next message or None; see ``shared.bus.Consumer``."""
        with self._connected():
            if not self._is_subscribed:
                self._subscribe()
            if not self._received:
                self._pump(timeout)
        return self._received.popleft() if self._received else None

    def settle(self, session: Session, messages: Sequence[Message]) -> None:
        """Do nothing: the broker is told after the commit."""

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge ``messages`` and all that came before them, unless the connection they came by is gone."""
        with self._connected():
            tags = [tag for connecting, tag in (one.tag for one in messages) if connecting == self._connecting]
            if tags:
                self._channel.basic_ack(max(tags), multiple=True)

    def keep_alive(self) -> None:
        """Take what has arrived, so that heartbeats are seen, and send our own."""
        with self._connected():
            self._pump(0)

    def waiting(self) -> int:
        """Return how many messages are ready in the queue."""
        with self._connected():
            return int(self._channel.queue_declare(self._queue, passive=True).message_count)

    def close(self) -> None:
        """Drop the connection; what was not acknowledged goes back to the queue."""
        broker, self._broker, self._channel = self._broker, None, None
        self._received.clear()
        if broker is not None and self._pid == os.getpid():
            broker.collect()

    def _pump(self, timeout: float) -> None:
        try:
            self._broker.drain_events(timeout=timeout)
            while True:
                self._broker.drain_events(timeout=0)
        except TimeoutError:
            self._broker.heartbeat_tick()

    @contextmanager
    def _connected(self) -> Iterator[None]:
        try:
            if self._broker is None or self._pid != os.getpid():
                self._connect()
            yield
        except FAULTS as problem:
            self.close()
            raise BusDown(f"{self._queue}: {problem!r}") from problem

    def _connect(self) -> None:
        self._received.clear()
        self._pid = os.getpid()
        self._connecting += 1
        url = self._url.replace("amqp:", "pyamqp:", 1)  # kombu would look for another driver each time
        connection = kombu.Connection(
            url, heartbeat=self._heartbeat, connect_timeout=5, transport_options=SOCKET_TIMEOUTS
        )
        # kombu's own connection object would silently connect again without our subscription; its inside does not.
        self._broker = connection.connect()
        self._channel = self._broker.channel()
        self._is_subscribed = False

    def _subscribe(self) -> None:
        self._channel.basic_qos(0, self._prefetch, False)
        kombu.Consumer(
            self._channel,
            [kombu.Queue(self._queue, no_declare=True)],
            on_message=self._keep,
            auto_declare=False,
            tag_prefix=f"{self._queue}-{ids.new_id()}-",
        ).consume()
        self._is_subscribed = True

    def _keep(self, message: Any) -> None:
        body = message.body
        properties = message.properties
        self._received.append(
            Message(
                body=body if isinstance(body, bytes) else str(body).encode(),
                content_type=str(message.content_type or ""),
                sender=str(properties.get("user_id") or ""),
                tag=(self._connecting, message.delivery_tag),
            )
        )
