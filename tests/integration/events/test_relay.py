"""Each point at which the relay can be interrupted: nothing is lost, nothing is out of the log's order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from shared.bus import LoggedEvent, Published
from shared.clock import Clock
from shared.contracts import Lane
from shared.database import Database
from shared.database.chassis import event_log, outbox, relay_cursor
from shared.events.outbox import publish
from shared.events.relay import PublishFailed, Relay
from tests.support.events import NOON, deregistered, registered, until


class Crash(BaseException):
    """Stands for the end of the process at this very point."""


@dataclass
class Bus:
    """A bus under the test's control: ``answer`` decides what becomes of a call."""

    arrived: list[str] = field(default_factory=list)
    answer: Callable[[Sequence[LoggedEvent]], Published] = lambda events: Published(len(events))

    def publish(self, events: Sequence[LoggedEvent]) -> Published:
        published = self.answer(events)
        self.arrived += [event.event_id for event in events]
        return published

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def relay(database: Database, bus: Bus) -> Relay:
    return relay_of(database, bus)


def relay_of(database: Database, bus: Bus) -> Relay:
    return Relay("registry", database, bus, clock=Clock())


def emit(database: Database, count: int = 1, *, make: Any = registered) -> list[str]:
    with database.transaction() as session:
        return [publish(session, make(), sequence=1, at=NOON) for _ in range(count)]


def run(relay: Relay) -> None:
    while relay.turn():
        pass


def run_again(relay: Relay) -> None:
    """Run a relay that had to let go; the server may need a moment to give the leader's lock back."""
    until(relay.turn)
    run(relay)


def rows(database: Database, table: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(table).order_by(*table.primary_key.columns)).all())


def cursor(database: Database, lane: Lane = Lane.BULK) -> int:
    return next((row.position for row in rows(database, relay_cursor) if row.lane == lane), 0)


class TestARelay:
    def test_publishes_what_was_committed_and_keeps_it_in_the_log(
        self, database: Database, relay: Relay, bus: Bus
    ) -> None:
        ids = emit(database, 3)
        run(relay)
        assert bus.arrived == ids
        assert rows(database, outbox) == []
        assert [row.event_id for row in rows(database, event_log)] == ids
        relay.close()

    def test_takes_the_urgent_lane_first(self, database: Database, relay: Relay, bus: Bus) -> None:
        (slow,), (alarm,) = emit(database), emit(database, make=deregistered)
        run(relay)
        assert bus.arrived == [alarm, slow]
        relay.close()

    def test_publishes_in_the_order_of_the_log(self, database: Database, relay: Relay, bus: Bus) -> None:
        emit(database, 4_500)
        run(relay)
        assert bus.arrived == [row.event_id for row in rows(database, event_log)]
        relay.close()

    def test_marks_what_nobody_is_bound_for_and_goes_on(self, database: Database, relay: Relay, bus: Bus) -> None:
        emit(database, 2)
        bus.answer = lambda events: Published(len(events), frozenset({events[0].position}))
        run(relay)
        assert [row.unrouted for row in rows(database, event_log)] == [True, False]
        relay.close()

    def test_does_nothing_while_another_leads(self, database: Database, relay: Relay, bus: Bus) -> None:
        second = relay_of(database, Bus())
        emit(database)
        run(relay)
        emit(database)
        assert second.turn() == 0
        relay.close()
        assert until(second.turn) == 1
        second.close()


class TestAnInterruption:
    def test_before_the_commit_tells_nothing(self, database: Database, relay: Relay, bus: Bus) -> None:
        with crash_before(database, "no statement at all"), database.transaction() as session:
            publish(session, registered(), sequence=1, at=NOON)
            raise Crash
        run(relay)
        assert bus.arrived == []
        relay.close()

    def test_after_the_commit_before_the_claim_tells_it_later(self, database: Database, bus: Bus) -> None:
        ids = emit(database)
        later = relay_of(database, bus)
        run(later)
        assert bus.arrived == ids
        later.close()

    @pytest.mark.parametrize("is_stored", [False, True], ids=["before_publish", "after_publish_before_confirm"])
    def test_after_the_claim_tells_it_again(self, database: Database, relay: Relay, bus: Bus, is_stored: bool) -> None:
        ids = emit(database, 2)

        def crash(events: Sequence[LoggedEvent]) -> Published:
            if is_stored:
                bus.arrived += [event.event_id for event in events]
            raise Crash

        bus.answer = crash
        with pytest.raises(Crash):
            relay.turn()
        bus.answer = Bus.answer
        run_again(relay)
        assert bus.arrived == (ids + ids if is_stored else ids)
        relay.close()

    def test_after_confirm_before_the_cursor_tells_it_again(self, database: Database, relay: Relay, bus: Bus) -> None:
        ids = emit(database)
        with crash_before(database, "INSERT INTO relay_cursor"):
            relay.turn()
        run_again(relay)
        assert bus.arrived == ids + ids
        relay.close()

    def test_inside_the_move_moves_nothing(self, database: Database, relay: Relay, bus: Bus) -> None:
        ids = emit(database, 2)
        with crash_before(database, "DELETE FROM outbox"):
            relay.turn()
        assert (len(rows(database, outbox)), rows(database, event_log)) == (2, [])
        run(relay)
        assert bus.arrived == ids
        relay.close()


@contextmanager
def crash_before(database: Database, words: str) -> Iterator[None]:
    """Crash before the first statement with ``words``, as if the process ended there."""

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if words in statement:
            raise Crash

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        with pytest.raises(Crash):
            yield
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)


class TestAProblemOfTheBus:
    def test_leaves_the_rest_behind_the_cursor(self, database: Database, relay: Relay, bus: Bus) -> None:
        ids = emit(database, 5)
        bus.answer = lambda events: Published(2, problem="nack")
        with pytest.raises(PublishFailed, match="nack"):
            relay.turn()
        assert cursor(database) == rows(database, event_log)[1].position
        bus.answer = Bus.answer
        run_again(relay)
        assert bus.arrived == ids + ids[2:]
        relay.close()

    @pytest.mark.parametrize("problem", ["blocked", "channel closed by broker", "connection reset", "no answer"])
    def test_changes_nothing_when_nothing_is_known(
        self, database: Database, relay: Relay, bus: Bus, problem: str
    ) -> None:
        emit(database)
        bus.answer = lambda events: Published(0, problem=problem)
        with pytest.raises(PublishFailed, match=problem):
            relay.turn()
        assert cursor(database) == 0
        relay.close()

    def test_of_one_lane_does_not_lose_the_other(self, database: Database, relay: Relay, bus: Bus) -> None:
        (slow,), (alarm,) = emit(database), emit(database, make=deregistered)
        bus.answer = lambda events: Published(0, problem="down")
        with pytest.raises(PublishFailed):
            relay.turn()
        bus.arrived.clear()
        bus.answer = Bus.answer
        run_again(relay)
        assert bus.arrived == [alarm, slow]
        relay.close()


class TestTheLeader:
    """On PostgreSQL: two processes, told apart by their connections."""

    def test_that_loses_its_session_stops_and_another_goes_on(self, postgresql_database: Database) -> None:
        first, second = Bus(), Bus()
        ids = emit(postgresql_database, 2)
        old = relay_of(postgresql_database, first)
        first.answer = lambda events: _end_sessions(postgresql_database) or Published(len(events))
        with pytest.raises(DBAPIError):
            old.turn()
        new = relay_of(postgresql_database, second)
        run(new)
        assert (first.arrived, second.arrived) == (ids, ids)
        new.close()

    def test_is_one_for_all_processes(self, postgresql_database: Database) -> None:
        other_process = Database(postgresql_database.url + "?application_name=other")
        old, new = relay_of(postgresql_database, Bus()), relay_of(other_process, Bus())
        emit(postgresql_database)
        assert (old.turn(), new.turn()) == (1, 0)
        old.close()
        emit(postgresql_database)
        assert until(new.turn) == 1
        new.close()
        other_process.close()

    def test_tells_an_event_whose_transaction_ended_late(self, postgresql_database: Database) -> None:
        """The gap problem: an id given earlier is committed later; a cursor over the outbox would skip it."""
        bus = Bus()
        relay = relay_of(postgresql_database, bus)
        with postgresql_database.transaction() as slow:
            late = publish(slow, registered(), sequence=1, at=NOON)
            (early,) = emit(postgresql_database)
            run(relay)
        run(relay)
        assert bus.arrived == [early, late]
        relay.close()

    def test_keeps_no_plan_of_an_empty_outbox(self, postgresql_database: Database) -> None:
        """Such a plan reads the whole table, with all that a flood has left in it, twenty times a second."""
        relay = relay_of(postgresql_database, Bus())
        asked: list[Any] = []
        with listening(postgresql_database, lambda cursor: asked.append(cursor.connection)):
            for _ in range(10):
                relay.turn()
        kept = asked[-1].execute("SELECT count(*) > 0, sum(generic_plans) FROM pg_prepared_statements").fetchone()
        assert kept == (True, 0)
        relay.close()


@contextmanager
def listening(database: Database, hear: Callable[[Any], None]) -> Iterator[None]:
    def executed(_connection: object, cursor: Any, *_rest: object) -> None:
        hear(cursor)

    event.listen(database.engine, "after_cursor_execute", executed)
    yield
    event.remove(database.engine, "after_cursor_execute", executed)


def _end_sessions(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                 "(SELECT oid FROM pg_database WHERE datname = current_database())")
        )  # fmt: skip
