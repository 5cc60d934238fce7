"""From a message to a committed effect, and what happens when a handler fails."""

import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.bus import Channel, Message
from shared.clock import Clock
from shared.contracts.envelope import BATCH, SINGLE, batch
from shared.database.chassis import inbox, parked_event
from shared.errors import Conflict, NotYet, Refused
from shared.events.consumption import FLOOD, Consumption
from shared.events.inbox import MANY
from shared.events.received import Received
from shared.ids import new_id
from tests.integration.events.conftest import Listener, ended, firm
from tests.support.events import deregistered, logged, many_logged, registered
from tests.support.racing import at_once


def failing(name: str, problem: Any) -> Any:
    """Return a hook that raises ``problem`` (called when it is a function) for the enterprise ``name``."""

    def before(_session: Session, received: Received[Any]) -> None:
        if received.data.name == name:
            raise problem() if callable(problem) else problem

    return before


class TestAMessage:
    def test_has_its_effect_its_inbox_row_and_is_gone(self, listener: Listener) -> None:
        event = logged(registered(name="甲厂"))
        listener.publish(event)
        listener.consume()
        assert listener.names() == ["甲厂"]
        assert [row.event_id for row in listener.rows(inbox)] == [event.event_id]
        assert listener.queued() == 0

    def test_that_comes_twice_has_its_effect_once(self, listener: Listener) -> None:
        event = logged(deregistered())
        for _ in range(2):
            listener.publish(event)
            listener.consume(Channel.URGENT)
        assert [row.times for row in listener.rows(ended)] == [1]
        assert listener.queued() == 0

    def test_of_an_older_state_changes_nothing(self, listener: Listener) -> None:
        key = new_id()
        listener.publish(logged(registered(enterprise_id=key, name="new"), sequence=2))
        listener.consume()
        listener.publish(logged(registered(enterprise_id=key, name="old"), sequence=1))
        listener.consume()
        assert listener.names() == ["new"]

    def test_is_handled_together_with_others_in_one_call(self, listener: Listener) -> None:
        listener.publish(*many_logged(250))
        listener.consume()
        assert [len(call) for call in listener.handling.calls] == [250]


class Held:
    """A consumer with these messages in hand."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages

    def receive(self, timeout: float) -> Message | None:
        return self._messages.pop() if self._messages else None

    def settle(self, *_arguments: Any) -> None:
        """The bus is told after the commit."""

    def acknowledge(self, *_arguments: Any) -> None:
        """Nobody listens."""


class Late(Held):
    """A consumer whose later messages come only to those who wait."""

    is_first = True

    def receive(self, timeout: float) -> Message | None:
        if not (timeout or self.is_first):
            return None
        self.is_first = False
        return super().receive(timeout)


class TestAFlood:
    @pytest.mark.parametrize(
        ("channel", "count", "together"),
        [
            (Channel.BULK, FLOOD, [2 * FLOOD]),
            (Channel.BULK, FLOOD - 1, [FLOOD - 1]),
            (Channel.URGENT, FLOOD, [FLOOD]),
        ],
    )
    def test_is_waited_for_but_not_less_nor_what_is_urgent(
        self, listener: Listener, channel: Channel, count: int, together: list[int]
    ) -> None:
        bodies = [batch(event.body for event in many_logged(count)) for _ in range(2)]
        consumption = Consumption(
            listener.database,
            Late([Message(body, BATCH, "", None) for body in bodies]),
            listener.handlers,
            clock=Clock(),
            channel=channel,
            stopping=listener.stopping,
        )

        consumption.turn(0)

        assert [len(call) for call in listener.handling.calls] == together


class TestTwoCopiesAtOnce:
    @pytest.mark.parametrize("count", [20, 2 * MANY])
    def test_have_one_effect(self, listener: Listener, count: int) -> None:
        """Two consumers hold the same events, in different order: the second waits for the first one's commit."""
        events = [logged(deregistered(), position=number) for number in range(1, count + 1)]

        def consume(number: int) -> None:
            held = Held([Message(one.body, SINGLE, "", None) for one in events[:: 1 if number else -1]])
            Consumption(
                listener.database,
                held,
                listener.handlers,
                clock=Clock(),
                channel=Channel.URGENT,
                stopping=listener.stopping,
            ).turn(0)

        at_once(consume, threads=2)

        assert sorted(row.times for row in listener.rows(ended)) == [1] * len(events)
        assert listener.rows(parked_event) == []


class TestAHandlerThatFails:
    @pytest.mark.parametrize("problem", [Refused("no"), Conflict("no")])
    def test_parks_a_refused_event_at_once_and_no_other(self, listener: Listener, problem: Exception) -> None:
        listener.handling.before = failing("bad", problem)
        listener.publish(*many_logged(5), bad := logged(registered(name="bad"), position=6))
        listener.consume()
        assert listener.names() == ["甲厂"] * 5
        rows = listener.rows(parked_event)
        assert [(row.event_id, row.state, row.body) for row in rows] == [(bad.event_id, "parked", bad.body)]

    def test_keeps_the_inbox_row_of_what_it_parks(self, listener: Listener) -> None:
        listener.handling.before = failing("bad", Refused("no"))
        bad = logged(registered(name="bad"))
        for _ in range(2):
            listener.publish(bad)
            listener.consume()
        assert len(listener.rows(parked_event)) == 1

    def test_tries_an_unknown_failure_three_times(self, listener: Listener) -> None:
        listener.handling.before = failing("bad", ZeroDivisionError("bug"))
        listener.publish(logged(deregistered(name="bad")))
        listener.consume(Channel.URGENT)
        assert listener.handling.calls == [["bad"]] * 4  # once in the batch, three times by itself
        assert "ZeroDivisionError: bug" in listener.rows(parked_event)[0].error

    def test_succeeds_when_the_unknown_failure_passes(self, listener: Listener) -> None:
        problems = [KeyError("once"), KeyError("twice")]

        def before(_session: Session, _received: Received[Any]) -> None:
            if problems:
                raise problems.pop()

        listener.handling.before = before
        listener.publish(logged(deregistered()))
        listener.consume(Channel.URGENT)
        assert len(listener.rows(ended)) == 1
        assert listener.rows(parked_event) == []

    def test_leaves_no_half_effect(self, listener: Listener) -> None:
        def before(session: Session, received: Received[Any]) -> None:
            session.execute(firm.insert(), {"enterprise_id": new_id(), "name": "half", "sequence": 1})
            raise Refused("no")

        listener.handling.before = before
        listener.publish(logged(registered()))
        listener.consume()
        assert listener.rows(firm) == []

    def test_parks_what_breaks_a_statement(self, listener: Listener) -> None:
        def before(session: Session, received: Received[Any]) -> None:
            if received.data.name == "bad":
                session.execute(text("SELECT no_such_column FROM firm"))

        listener.handling.before = before
        listener.publish(*many_logged(3), logged(registered(name="bad"), position=4))
        listener.consume()
        assert (listener.names(), len(listener.rows(parked_event))) == (["甲厂"] * 3, 1)

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_repeats_at_once_what_lost_against_another_transaction(self, listener: Listener) -> None:
        problems = ["40P01", "40001"]

        def before(session: Session, _received: Received[Any]) -> None:
            if problems:
                code = problems.pop()
                session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{code}'; END $$"))

        listener.handling.before = before
        listener.publish(*many_logged(3))
        listener.consume()
        assert (len(listener.names()), listener.rows(parked_event)) == (3, [])

    def test_keeps_everything_when_the_process_stops_during_an_outage(self, listener: Listener) -> None:
        def before(_session: Session, _received: Received[Any]) -> None:
            listener.stopping.set()
            raise OperationalError("", {}, _gone(listener.database.is_postgresql))

        listener.handling.before = before
        listener.publish(*many_logged(2))
        with pytest.raises(OperationalError):
            listener.consume()
        assert (listener.queued(), listener.rows(inbox), listener.rows(parked_event)) == (2, [], [])

    def test_waits_for_a_missing_prerequisite(self, listener: Listener) -> None:
        listener.handling.before = failing("early", lambda: NotYet("enterprise:1"))
        listener.publish(logged(deregistered(name="early")))
        listener.consume(Channel.URGENT)
        row = listener.rows(parked_event)[0]
        assert (row.state, row.waits_for, row.attempts) == ("waiting", "1", 1)


def _gone(is_postgresql: bool) -> Exception:
    if is_postgresql:
        return psycopg.errors.AdminShutdown("terminating connection")
    problem = sqlite3.OperationalError("disk I/O error")
    problem.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return problem
