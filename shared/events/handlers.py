"""Calls the functions that a service declared for its events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shared.context import Trace, bind
from shared.contracts import UnreadableEvent
from shared.declarations import Declarations, Subscription
from shared.events.received import Received

Events = Sequence[Received[Any]]


class Handlers:
    """The subscriptions of one service by event type."""

    def __init__(self, declarations: Declarations) -> None:
        self.service = declarations.service
        self._by_type = declarations.by_event()

    def require(self, event_type: str) -> None:
        """Raise ``UnreadableEvent`` when the service is not subscribed to ``event_type``."""
        if event_type not in self._by_type:
            raise UnreadableEvent(f"{self.service} is not subscribed to {event_type}")

    def handle(self, session: Session, events: Events, *, now: datetime) -> None:
        """Let ``events`` take their effect in the transaction of ``session``; raises what a handler raises."""
        for subscription, its_events in self._by_subscription(events):
            if subscription.is_batch:
                with bind(_common_trace(its_events)):
                    subscription.handler(session, its_events, now=now)
            else:
                _handle_singly(session, subscription, its_events, now=now)

    def _by_subscription(self, events: Events) -> list[tuple[Subscription, list[Received[Any]]]]:
        found: dict[int, tuple[Subscription, list[Received[Any]]]] = {}
        for event in events:
            for subscription in self._by_type[event.type]:
                found.setdefault(id(subscription), (subscription, []))[1].append(event)
        return list(found.values())


def _handle_singly(session: Session, subscription: Subscription, events: Events, *, now: datetime) -> None:
    for event in events:
        with bind(Trace(event.correlation_id, event.id, event.traceparent, event.actor)):
            subscription.handler(session, event, now=now)


def _common_trace(events: Events) -> Trace:
    """Return what all ``events`` have in common: a batch has one story only when they all do."""
    first = events[0]
    if len(events) == 1:
        return Trace(first.correlation_id, first.id, first.traceparent, first.actor)
    stories = {event.correlation_id for event in events}
    actors = {event.actor for event in events}
    return Trace(
        correlation_id=first.correlation_id if len(stories) == 1 else "",
        actor=first.actor if len(actors) == 1 else "",
    )
