"""Consumption: takes what waits in a queue, gives it to the handlers in one transaction, and acknowledges.

The inbox rows, the effects and the events that follow from them are committed together; the bus is told after
that. When a handler fails, the batch is halved until the event is found that fails, so that the others are not
held up: that one is tried again, then put aside.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from shared import metrics
from shared.bus import Channel, Consumer
from shared.clock import Clock
from shared.database import Database
from shared.database.faults import DATABASE_TROUBLE, Fault, fault_of
from shared.errors import NotYet, SiseError
from shared.events import inbox, parked
from shared.events.handlers import Handlers
from shared.events.reading import Opened, open_message
from shared.events.received import Received

logger = structlog.get_logger(__name__)
MOST_EVENTS = 2_000
FLOOD = 100  # events in one message: whoever sends so many has more of them
# Seconds that the first of a flood waits for the others: an event of 1,000 costs a third more than one of 2,000.
# What is urgent does not wait: the next message may be an alarm.
LINGER = 0.8
MOST_ATTEMPTS = 3  # of a handler that fails for an unknown reason
MOST_REPEATS = 5  # of a transaction that loses against others
OUTAGE_PAUSE = 0.5
GIVEN_UP = "the broker gave up delivering it"


@dataclass(slots=True)
class Consumption:
    """Consumes one queue of a service; one thread calls ``turn``.

    With ``is_last_resort`` the queue holds what the broker gave up on: each event is put aside first and then
    replayed once, so that an event that kills the process is seen by people instead of coming for ever.
    """

    database: Database
    consumer: Consumer
    handlers: Handlers
    _: KW_ONLY
    clock: Clock
    channel: Channel
    stopping: threading.Event
    _replays: list[str] = field(default_factory=list, init=False)
    _has_woken: bool = field(default=False, init=False)

    def turn(self, timeout: float) -> int:
        """Handle what waits, up to 2,000 events, and return how many messages that were.

        Waits up to ``timeout`` seconds for the first one. While the database is away it keeps the messages and
        the connection. Raises ``BusDown``, and when stopping what the database raised.
        """
        batch = self._take(timeout)
        if batch:
            self._handle(batch)
            self.consumer.acknowledge([opened.message for opened in batch])
            self._follow_up()
        return len(batch)

    def waiting(self) -> int:
        """Return how many messages wait in the queue; raises ``BusDown``."""
        return self.consumer.waiting()

    def close(self) -> None:
        """Close the connection to the bus; what was not acknowledged comes again."""
        self.consumer.close()

    def _take(self, timeout: float) -> list[Opened]:
        batch: list[Opened] = []
        count = 0
        deadline = time.monotonic() + timeout
        while count < MOST_EVENTS:
            message = self.consumer.receive(max(0.0, deadline - time.monotonic()))
            if message is None:
                break
            batch.append(open_message(message, self.handlers))
            count += max(1, len(batch[-1].events))
            if len(batch) == 1:
                is_flood = count >= FLOOD and self.channel is not Channel.URGENT
                deadline = time.monotonic() + LINGER if is_flood else 0.0
        return batch

    def _handle(self, batch: Sequence[Opened]) -> None:
        """Commit what ``batch`` brings; if that fails find the message that is to blame and take it apart."""
        try:
            self._persist(batch, singly=False)
        except Exception as problem:
            if self.stopping.is_set() and fault_of(problem) is Fault.AWAY:
                raise
            middle = len(batch) // 2
            if middle:
                self._handle(batch[:middle])
                self._handle(batch[middle:])
            else:
                self._persist(batch, singly=True)

    def _persist(self, batch: Sequence[Opened], *, singly: bool) -> None:
        """Commit ``batch``; again when it lost against another transaction, later when the database is away."""
        repeats = 0
        while True:
            try:
                return self._commit(batch, singly=singly)
            except DATABASE_TROUBLE as problem:
                fault = fault_of(problem)
                if fault is Fault.OWN or repeats == MOST_REPEATS or self.stopping.is_set():
                    raise
                if fault is Fault.AWAY:
                    self._sit_out(problem)
                else:
                    repeats += 1

    def _commit(self, batch: Sequence[Opened], *, singly: bool) -> None:
        now = self.clock.now()
        events = {event.id: event for opened in batch for event in opened.events.values()}
        broken = [one for opened in batch for one in opened.unreadable]
        ids = [*events, *(one.event_id for one in broken if one.event_id)]
        with self.database.transaction() as session:
            fresh = inbox.claim(session, ids, now=now)
            new = [event for event in events.values() if event.id in fresh]
            if self.channel is Channel.DEAD:
                self._set_aside(session, batch, new, now=now)
            elif singly:
                self._handle_singly(session, batch[0], new, now=now)
            else:
                self.handlers.handle(session, new, now=now)
            for one in broken:
                if one.event_id is None or one.event_id in fresh:
                    parked.park(session, one.body, one.reason, now=now, event_id=one.event_id)
            self._has_woken |= parked.wake(session, {event.subject for event in new}, now=now)
            self.consumer.settle(session, [opened.message for opened in batch])
        self._count(len(new), len(events) - len(new))

    def _handle_singly(self, session: Session, opened: Opened, new: Sequence[Received[Any]], *, now: datetime) -> None:
        for event in new:
            if problem := self._try(session, event, now):
                parked.park(session, opened.body_of(event.id), problem, now=now, event=event)

    def _try(self, session: Session, event: Received[Any], now: datetime) -> Exception | None:
        """Handle one event under a savepoint and return why it failed; an unknown failure is tried three times."""
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                with session.begin_nested():
                    self.handlers.handle(session, [event], now=now)
                return None
            except Exception as problem:
                if fault_of(problem) is not Fault.OWN:
                    raise
                if isinstance(problem, NotYet | SiseError):
                    return problem
                logger.exception("handler failed", event_id=event.id, type=event.type, attempt=attempt)
                failure = problem
        return failure

    def _set_aside(
        self, session: Session, batch: Sequence[Opened], new: Sequence[Received[Any]], *, now: datetime
    ) -> None:
        holders = {event_id: opened for opened in batch for event_id in opened.events}
        for event in new:
            parked.park(session, holders[event.id].body_of(event.id), GIVEN_UP, now=now, event=event)
        self._replays = [event.id for event in new]

    def _follow_up(self) -> None:
        now = self.clock.now()
        if self._has_woken:
            self._has_woken = False
            parked.retry_due(self.database, self.handlers, now=now)
        while self._replays:
            parked.replay(self.database, self.handlers, parked_id=self._replays.pop(), now=now)

    def _sit_out(self, problem: Exception) -> None:
        """Wait a moment for the database, and show the bus that we live."""
        logger.warning("database away, messages kept", service=self.handlers.service, error=repr(problem)[:300])
        self.stopping.wait(OUTAGE_PAUSE)
        self.consumer.keep_alive()

    def _count(self, handled: int, repeated: int) -> None:
        metrics.EVENTS_HANDLED.labels(self.handlers.service, self.channel.value).inc(handled)
        if repeated:
            metrics.EVENTS_REPEATED.labels(self.handlers.service).inc(repeated)
