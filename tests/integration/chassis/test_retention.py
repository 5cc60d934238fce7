"""What is old goes, batch by batch, on both databases; what may still be asked for stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, func, select

from shared.bus.embedded import EmbeddedBus
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts import Lane
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database
from shared.database.bulk import insert_rows
from shared.database.chassis import (
    event_log,
    idempotency_key,
    inbox,
    metadata,
    rate_bucket,
    relay_cursor,
    subscription_state,
)
from shared.declarations import Declarations, Subscription
from shared.events.reconcile import Part, reconcile
from shared.work.retention import ROWS, Forgetting
from tests.support.postgresql import TestPostgreSQL

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
KEEP_LOG, KEEP_INBOX = 14 * DAY, 30 * DAY
CONTRACT = EnterpriseRegistered.contract


def made_at(moment: datetime, number: int = 0) -> str:
    """Return an event id of that moment."""
    return str(UUID(int=(int(moment.timestamp() * 1000) << 80) | 0x7000_8000_0000_0000_0000 | number))


def forgetting(database: Database, *, started_at: datetime = NOW) -> Forgetting:
    return Forgetting(database, keep_event_log=KEEP_LOG, keep_inbox=KEEP_INBOX, started_at=started_at, every=0)


def fill(database: Database, table: Table, *rows: dict[str, Any]) -> None:
    with database.transaction() as session:
        insert_rows(session, table, rows)


def log_row(position: int, *, age: timedelta, lane: Lane = Lane.BULK) -> dict[str, Any]:
    """Return an event that was logged so long ago."""
    return {
        "position": position,
        "event_id": made_at(NOW - age, position),
        "type": CONTRACT.name,
        "lane": int(lane),
        "body": b"{}",
        "logged_at": NOW - age,
    }


def handled(number: int, *, made: timedelta, received: timedelta) -> dict[str, Any]:
    """Return the inbox row of an event that was made and received so long ago."""
    return {"event_id": made_at(NOW - made, number), "received_at": NOW - received}


def left(database: Database, table: Table) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def positions(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(event_log.c.position).order_by(event_log.c.position)))


class TestInbox:
    def test_forgets_what_was_handled_long_ago(self, database: Database) -> None:
        fill(
            database, inbox, handled(1, made=31 * DAY, received=31 * DAY), handled(2, made=29 * DAY, received=29 * DAY)
        )

        forgetting(database).turn(NOW)

        with database.reading() as session:
            assert session.scalars(select(inbox.c.event_id)).all() == [made_at(NOW - 29 * DAY, 2)]

    def test_keeps_an_old_event_that_came_late(self, database: Database) -> None:
        fill(database, inbox, handled(1, made=90 * DAY, received=DAY))

        forgetting(database).turn(NOW)

        assert left(database, inbox) == 1

    def test_goes_in_batches(self, database: Database) -> None:
        fill(database, inbox, *(handled(number, made=40 * DAY, received=40 * DAY) for number in range(ROWS + 1)))
        loop = forgetting(database)

        has_more = [loop.turn(NOW), loop.turn(NOW)]

        assert (has_more, left(database, inbox)) == ([True, False], 0)


class TestEventLog:
    def test_forgets_what_was_relayed_long_ago(self, database: Database) -> None:
        fill(database, relay_cursor, {"lane": int(Lane.BULK), "position": 3})
        fill(database, event_log, log_row(1, age=16 * DAY), log_row(2, age=15 * DAY), log_row(3, age=13 * DAY))

        forgetting(database).turn(NOW)

        assert positions(database) == [3]

    def test_keeps_what_was_not_relayed_however_old(self, database: Database) -> None:
        """Each lane has a cursor of its own; the other's may be far ahead."""
        fill(
            database,
            relay_cursor,
            *({"lane": int(lane), "position": at} for lane, at in ((Lane.BULK, 2), (Lane.URGENT, 9))),
        )
        fill(database, event_log, *(log_row(number, age=90 * DAY) for number in (1, 2, 3)))
        fill(database, event_log, log_row(4, age=90 * DAY, lane=Lane.URGENT))

        forgetting(database).turn(NOW)

        assert positions(database) == [3]

    def test_is_kept_whole_while_nothing_was_relayed(self, database: Database) -> None:
        fill(database, event_log, log_row(1, age=90 * DAY))

        forgetting(database).turn(NOW)

        assert positions(database) == [1]

    def test_never_gives_a_position_twice(self, database: Database) -> None:
        fill(database, relay_cursor, {"lane": int(Lane.BULK), "position": 99})
        unnumbered = {name: value for name, value in log_row(0, age=20 * DAY).items() if name != "position"}
        fill(database, event_log, unnumbered)
        (first,) = positions(database)

        forgetting(database).turn(NOW)
        fill(database, event_log, unnumbered)

        assert positions(database) == [first + 1]


class TestRequests:
    def test_are_forgotten_after_a_day(self, database: Database) -> None:
        for number, age in ((1, 25), (2, 23)):
            at = NOW - timedelta(hours=age)
            names = dict.fromkeys(("principal", "method", "path", "body_hash"), "x")
            fill(database, idempotency_key, {**names, "key": f"key-{number}", "created_at": at})
            fill(database, rate_bucket, {"key": f"bucket-{number}", "tokens": 1.0, "updated_at": at})

        forgetting(database).turn(NOW)

        with database.reading() as session:
            assert session.scalars(select(idempotency_key.c.key)).all() == ["key-2"]
            assert session.scalars(select(rate_bucket.c.key)).all() == ["bucket-2"]


class TestLooking:
    def test_waits_one_look_when_the_clock_has_jumped(self, database: Database) -> None:
        fill(database, inbox, handled(1, made=DAY, received=DAY))
        loop = forgetting(database)

        loop.turn(NOW + 60 * DAY)
        after_the_jump = left(database, inbox)
        loop.turn(NOW + 60 * DAY)

        assert (after_the_jump, left(database, inbox)) == (1, 0)

    def test_wakes_nobody_when_there_is_nothing_to_do(self, database: Database) -> None:
        woken: list[str] = []
        database.after_commit.append(lambda: woken.append("woken"))

        forgetting(database).turn(NOW)

        assert woken == []

    def test_is_rare(self, database: Database) -> None:
        fill(database, inbox, handled(1, made=40 * DAY, received=40 * DAY))
        loop = Forgetting(database, keep_event_log=KEEP_LOG, keep_inbox=KEEP_INBOX, started_at=NOW)

        loop.turn(NOW)

        assert left(database, inbox) == 1


class TestReconcile:
    @pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
    def parts(self, request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[list[Part]]:
        """Return a producer with 3 relayed events of different ages, and the consumer that has handled them."""
        listening = Declarations("risk", subscriptions=(Subscription((CONTRACT,), _handle, is_batch=True),))
        declared = {"registry": Declarations("registry"), "risk": listening}
        server: TestPostgreSQL | None = None
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql")
        urls = {name: server.create_database() if server else f"sqlite:///{tmp_path}/{name}.db" for name in declared}
        databases = {name: Database(url) for name, url in urls.items()}
        topology = Topology.of(list(declared.values()))
        for database in databases.values():
            metadata.create_all(database.engine)
        ages = [40 * DAY, 20 * DAY, DAY]
        producer, consumer = databases["registry"], databases["risk"]
        fill(producer, relay_cursor, {"lane": int(Lane.BULK), "position": 3})
        fill(producer, event_log, *(log_row(number, age=age) for number, age in enumerate(ages, start=1)))
        rows = [
            {"event_id": made_at(NOW - age, number), "received_at": NOW - age} for number, age in enumerate(ages, 1)
        ]
        fill(consumer, inbox, *rows)
        fill(consumer, subscription_state, _known_since(0))
        yield [
            Part(declared[name], databases[name], EmbeddedBus(name, databases, topology), KEEP_INBOX)
            for name in declared
        ]
        for database in databases.values():
            database.close()

    def test_misses_nothing_that_the_consumer_has_forgotten(self, parts: list[Part]) -> None:
        forgetting(parts[1].database).turn(NOW)

        report = reconcile(parts, clock=Clock(), patience=0)

        assert [(one.expected, one.missing) for one in report.findings] == [(2, 0)]

    def test_misses_nothing_that_both_have_forgotten(self, parts: list[Part]) -> None:
        for part in parts:
            forgetting(part.database).turn(NOW)

        report = reconcile(parts, clock=Clock(), patience=0)

        assert [(one.expected, one.missing) for one in report.findings] == [(1, 0)]

    def test_still_finds_what_was_lost(self, parts: list[Part]) -> None:
        for part in parts:
            forgetting(part.database).turn(NOW)
        with parts[1].database.transaction() as session:
            session.execute(inbox.delete().where(inbox.c.received_at > NOW - 2 * DAY))

        report = reconcile(parts, clock=Clock(), patience=0)

        assert [(one.expected, one.missing) for one in report.findings] == [(1, 1)]


def _known_since(position: int) -> dict[str, Any]:
    row = {"type": CONTRACT.name, "source": "registry", "requested_at": NOW, "completed_at": NOW}
    return {**row, "start_position": position}


def _handle(_session: Any, _received: Any, *, now: datetime) -> None:
    raise AssertionError(f"nothing is delivered here, at {now}")
