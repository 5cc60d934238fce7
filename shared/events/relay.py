"""The relay: carries committed events from the outbox over the log to the bus.

Each turn is (a) one transaction that moves the cursor behind what was confirmed and outbox rows into the log,
which gives them positions, and (b) publishing what lies after the cursor, with no
transaction open. Whatever stops it, it begins again at the cursor; an event may travel twice, and never not at all.
"""

import threading
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Text, bindparam, cast, func, literal, select, text, update

from shared import metrics
from shared.bus import LoggedEvent, Published, Publisher
from shared.clock import Clock
from shared.contracts import Lane
from shared.database import Database, UtcDateTime
from shared.database.chassis import event_log, relay_cursor

logger = structlog.get_logger(__name__)
BATCH = 2_000
LEADER_LOCK = 0x5153F  # any fixed number; advisory locks are per database

_COLUMNS = "event_id, type, lane, address, body"
# The end of the batch is found once and then compared with, so that no statistics can make the planner find it per row.
_END = "SELECT max(id) FROM (SELECT id FROM outbox WHERE lane = {lane} ORDER BY id LIMIT :most) AS oldest"
_REMOVE = f"DELETE FROM outbox WHERE lane = {{lane}} AND id <= ({_END})"  # noqa: S608 - constants
_MOVE = f"""
WITH taken AS ({_REMOVE} RETURNING id, {_COLUMNS})
INSERT INTO event_log ({_COLUMNS}, logged_at) SELECT {_COLUMNS}, :now FROM taken ORDER BY id
RETURNING position, CAST(event_id AS text), type, lane, address, body
"""  # noqa: S608 - constants
_COPY = f"""
INSERT INTO event_log ({_COLUMNS}, logged_at)
SELECT {_COLUMNS}, :now FROM outbox WHERE lane = {{lane}} ORDER BY id LIMIT :most
RETURNING position, event_id, type, lane, address, body
"""  # noqa: S608 - constants
# The lanes are parameters: of a statement without any PostgreSQL keeps the plan in spite of our options, and one made
# while the outbox was empty reads all of it, what was removed included (measured: a third of the registry's backends).
_OLDEST = "(SELECT id FROM outbox WHERE lane = :{lane.name} ORDER BY id LIMIT 1)"
_HAS_WAITING = text("SELECT " + ", ".join(_OLDEST.format(lane=lane) for lane in Lane))
_LANES = {lane.name: int(lane) for lane in Lane}
_ADVANCE = """
INSERT INTO relay_cursor (lane, position) VALUES (:lane, :position)
ON CONFLICT (lane) DO UPDATE SET position = excluded.position WHERE excluded.position > relay_cursor.position
"""
_leaders: dict[str, threading.Lock] = {}


class PublishFailed(Exception):
    """The bus did not take everything; the rest stays behind the cursor."""


class Relay:
    """Relays the events of one service while it is the leader; one thread calls ``turn``."""

    def __init__(self, service: str, database: Database, publisher: Publisher, *, clock: Clock) -> None:
        self._service, self._database = service, database
        self._publisher, self._clock = publisher, clock
        self._columns = _logged_columns(database)
        self._lead_lock = _leaders.setdefault(database.url, threading.Lock())
        self._connection: Connection | None = None
        self._watch: Connection | None = None  # asks without a transaction, which costs a third (PostgreSQL)
        self._cursors: dict[Lane, int] = {}
        self._lanes_to_read: set[Lane] = set()

    def turn(self) -> int:
        """Relay the next events, urgent ones first, and return how many were published.

        Returns 0 when there is nothing to do or another relay leads. Raises ``PublishFailed`` and whatever the
        database raises; the next call begins again from what is stored.
        """
        try:
            if self._connection is None and not self._lead():
                return 0
            waiting = self._waiting_lanes()
            return next((count for lane in Lane if (count := self._relay(lane, has_waiting=lane in waiting))), 0)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give up leading and close the connections."""
        self._publisher.close()
        connections, self._connection, self._watch = (self._connection, self._watch), None, None
        for connection in filter(None, connections):
            _end(connection)
        if connections[0] is not None:
            self._lead_lock.release()

    def _lead(self) -> bool:
        """Take the leader's place if it is free."""
        if not self._lead_lock.acquire(blocking=False):
            return False
        try:
            self._connection = self._leading_connection()
        finally:
            if self._connection is None:
                self._lead_lock.release()
        return self._connection is not None

    def _leading_connection(self) -> Connection | None:
        """Return a connection that holds the leader's lock: it is the one that moves the rows.

        So a relay that lost its lock has lost its unfinished transaction too, and positions never appear late.
        """
        connection = self._database.engine.connect()
        try:
            if self._database.is_postgresql and not connection.scalar(select(func.pg_try_advisory_lock(LEADER_LOCK))):
                connection.close()
                return None
            rows = connection.execute(select(relay_cursor.c.lane, relay_cursor.c.position)).all()
            connection.rollback()
            if self._database.is_postgresql:
                self._watch = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            else:
                _leave_to_others_to_sync(connection)
        except BaseException:
            _end(connection)
            raise
        self._cursors = dict.fromkeys(Lane, 0) | {Lane(lane): position for lane, position in rows}
        self._lanes_to_read = set(Lane)
        return connection

    def _relay(self, lane: Lane, *, has_waiting: bool) -> int:
        moved = self._move(lane) if has_waiting else []
        events = self._next_events(lane) if lane in self._lanes_to_read else moved
        if not events:
            self._lanes_to_read.discard(lane)  # only this leader makes the log longer
            return 0
        published = self._publisher.publish(events)
        self._keep(lane, events, published)
        if published.confirmed < len(events):
            raise PublishFailed(published.problem)
        return published.confirmed

    def _waiting_lanes(self) -> set[Lane]:
        """Return the lanes with rows in the outbox: one question, because an idle relay asks it all day."""
        watch = self._watch
        [answers] = watch.execute(_HAS_WAITING, _LANES) if watch else self._database.ask(_HAS_WAITING, **_LANES)
        return {lane for lane, oldest in zip(Lane, answers, strict=True) if oldest is not None}

    def _move(self, lane: Lane) -> list[LoggedEvent]:
        """Move outbox rows into the log, which gives them their positions, and return them in that order."""
        values = {"most": BATCH, "now": self._clock.now()}
        copy = _MOVE if self._database.is_postgresql else _COPY  # SQLite's one writer can do it in two statements
        statement = text(copy.format(lane=int(lane))).bindparams(bindparam("now", type_=UtcDateTime))
        assert self._connection is not None
        with self._database.quiet_transaction(self._connection) as session:
            moved = session.execute(statement.columns(*self._columns), values).all()
            if not self._database.is_postgresql:
                session.execute(text(_REMOVE.format(lane=int(lane))), values)
        return sorted(LoggedEvent._make(row) for row in moved)

    def _next_events(self, lane: Lane) -> list[LoggedEvent]:
        statement = (
            select(*self._columns)
            .where(event_log.c.lane == literal(int(lane), literal_execute=True))
            .where(event_log.c.position > self._cursors[lane])
            .order_by(event_log.c.position)
            .limit(BATCH)
        )
        with self._database.reading() as session:
            return [LoggedEvent._make(row) for row in session.execute(statement)]

    def _keep(self, lane: Lane, events: Sequence[LoggedEvent], published: Published) -> None:
        """Move the cursor behind the last event that is confirmed without a gap, and mark what nobody listens to."""
        if not published.confirmed:
            return
        position = events[published.confirmed - 1].position
        assert self._connection is not None
        with self._database.quiet_transaction(self._connection) as session:
            session.execute(text(_ADVANCE), {"lane": int(lane), "position": position})
            if published.unrouted:
                session.execute(
                    update(event_log).where(event_log.c.position.in_(published.unrouted)).values(unrouted=True)
                )
        self._cursors[lane] = position
        metrics.EVENTS_RELAYED.labels(self._service, lane.name.lower()).inc(published.confirmed)
        if published.unrouted:
            metrics.EVENTS_UNROUTED.labels(self._service).inc(len(published.unrouted))
            logger.warning("events that nobody is bound for", service=self._service, count=len(published.unrouted))


def _logged_columns(database: Database) -> list[ColumnElement[Any]]:
    """The fields of ``LoggedEvent``; PostgreSQL writes the id as text faster than Python does, once per event."""
    log = event_log.c
    event_id = cast(log.event_id, Text) if database.is_postgresql else log.event_id
    return [log.position, event_id, log.type, log.lane, log.address, log.body]


def _leave_to_others_to_sync(connection: Connection) -> None:
    """Let commits on an SQLite connection not wait for the disk; the next commit of anybody else syncs them too.

    What a power failure takes away of the relay's own work is done again: the outbox row is still there, the cursor is
    where it was, and the listener knows the event. Each event waited twice for the disk (measured: a third of its way).
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA synchronous=NORMAL")


def _end(connection: Connection) -> None:
    connection.invalidate()  # ends the session on the server, and with it the lock
    connection.close()
