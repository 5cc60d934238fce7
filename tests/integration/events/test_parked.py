"""Events that were put aside: seen, tried again, replayed, dropped."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.bus import Channel, Message
from shared.contracts.envelope import SINGLE
from shared.database.chassis import inbox, parked_event
from shared.errors import NotYet, Refused
from shared.events import parked
from shared.events.received import Received
from shared.ids import new_id
from tests.integration.events.conftest import Listener, ended
from tests.support.events import NOON, deregistered, logged, registered


def wait_for(enterprise_id: str) -> Any:
    """Return a hook that misses ``enterprise_id`` until it is in the table."""

    def before(session: Session, received: Received[Any]) -> None:
        if received.type.endswith("deregistered.v1") and not _has(session, enterprise_id):
            raise NotYet(f"enterprise:{enterprise_id}")

    return before


def _has(session: Session, enterprise_id: str) -> bool:
    from tests.integration.events.conftest import firm

    return session.execute(firm.select().where(firm.c.enterprise_id == enterprise_id)).first() is not None


@pytest.fixture
def parked_one(listener: Listener) -> str:
    """Return the id of an event that was refused; the reason is gone now."""
    listener.handling.before = _refuse
    event = logged(deregistered())
    listener.publish(event)
    listener.consume(Channel.URGENT)
    listener.handling.before = lambda session, received: None
    return event.event_id


def _refuse(_session: Session, _received: Received[Any]) -> None:
    raise Refused("no")


class TestAWaitingEvent:
    def test_is_handled_at_once_when_its_prerequisite_arrives(self, listener: Listener) -> None:
        key = new_id()
        listener.handling.before = wait_for(key)
        listener.publish(logged(deregistered(enterprise_id=key)))
        listener.consume(Channel.URGENT)
        listener.publish(logged(registered(enterprise_id=key)))
        listener.consume(Channel.BULK)
        assert (len(listener.rows(ended)), listener.rows(parked_event)) == (1, [])

    def test_is_tried_again_later_and_later(self, listener: Listener) -> None:
        pauses, now = [], NOON
        listener.handling.before = wait_for(new_id())
        with listener.database.transaction() as session:
            event = logged(deregistered())
            opened = parked.open_message(Message(event.body, SINGLE, "", None), listener.handlers)
            parked.park(session, event.body, NotYet("enterprise:1"), now=now, event=opened.events[event.event_id])
        for _ in range(12):
            due = listener.rows(parked_event)[0].next_attempt_at
            pauses.append((due - now).total_seconds())
            now = due
            assert parked.retry_due(listener.database, listener.handlers, now=now) == 1
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]

    def test_is_shown_to_people_after_a_day(self, listener: Listener, parked_one: str) -> None:
        listener.handling.before = wait_for(new_id())
        first_at = listener.rows(parked_event)[0].first_at
        parked.replay(listener.database, listener.handlers, parked_id=parked_one, now=first_at + timedelta(hours=23))
        early = listener.rows(parked_event)[0].state
        parked.replay(listener.database, listener.handlers, parked_id=parked_one, now=first_at + timedelta(hours=25))
        assert (early, listener.rows(parked_event)[0].state) == ("waiting", "parked")


class TestAParkedEvent:
    def test_is_handled_by_a_replay_and_gone(self, listener: Listener, parked_one: str) -> None:
        assert parked.replay(listener.database, listener.handlers, parked_id=parked_one, now=NOON)
        assert (len(listener.rows(ended)), listener.rows(parked_event)) == (1, [])

    def test_stays_when_the_replay_fails(self, listener: Listener, parked_one: str) -> None:
        listener.handling.before = _refuse
        assert not parked.replay(listener.database, listener.handlers, parked_id=parked_one, now=NOON)
        assert [row.attempts for row in listener.rows(parked_event)] == [2]

    def test_cannot_be_replayed_twice(self, listener: Listener, parked_one: str) -> None:
        parked.replay(listener.database, listener.handlers, parked_id=parked_one, now=NOON)
        with pytest.raises(parked.ParkedEventUnknown):
            parked.replay(listener.database, listener.handlers, parked_id=parked_one, now=NOON)

    def test_is_replayed_with_all_others(self, listener: Listener, parked_one: str) -> None:
        assert parked.replay_all(listener.database, listener.handlers, now=NOON) == (1, 0)

    def test_is_listed_and_shown(self, listener: Listener, parked_one: str) -> None:
        with listener.database.reading() as session:
            listed = [event.event_id for event in parked.list_parked(session, state="parked")]
            shown = parked.show_parked(session, parked_one)
        assert (listed, shown.error) == ([parked_one], "Refused: no")

    def test_is_dropped_for_good(self, listener: Listener, parked_one: str) -> None:
        with listener.database.transaction() as session:
            parked.drop(session, parked_one)
        assert (listener.rows(parked_event), len(listener.rows(inbox))) == ([], 1)

    def test_that_is_unknown_cannot_be_dropped(self, listener: Listener) -> None:
        with pytest.raises(parked.ParkedEventUnknown), listener.database.transaction() as session:
            parked.drop(session, new_id())


class TestWhatTheBrokerGaveUp:
    def test_is_put_aside_and_replayed_once(self, listener: Listener) -> None:
        event = logged(deregistered())
        _consume_dead(listener, event.body)
        assert (len(listener.rows(ended)), listener.rows(parked_event)) == (1, [])

    def test_stays_aside_when_the_replay_fails(self, listener: Listener) -> None:
        listener.handling.before = _refuse
        _consume_dead(listener, logged(deregistered()).body)
        assert [(row.state, row.attempts) for row in listener.rows(parked_event)] == [("parked", 2)]

    def test_is_ignored_when_it_has_had_its_effect(self, listener: Listener) -> None:
        event = logged(deregistered())
        listener.publish(event)
        listener.consume(Channel.URGENT)
        _consume_dead(listener, event.body)
        assert (len(listener.rows(ended)), listener.rows(parked_event)) == (1, [])


class _DeadQueue:
    """A queue that holds one message."""

    def __init__(self, body: bytes) -> None:
        self._messages = [Message(body, SINGLE, "", 1)]

    def receive(self, timeout: float) -> Message | None:
        return self._messages.pop() if self._messages else None

    def settle(self, *_arguments: Any) -> None:
        """The broker knows nothing of transactions."""

    acknowledge = settle


def _consume_dead(listener: Listener, body: bytes) -> None:
    consumption = listener.consumption(Channel.DEAD)
    consumption.consumer = _DeadQueue(body)
    consumption.turn(0)
