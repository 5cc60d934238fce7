"""One database per service: PostgreSQL in production, an SQLite file in the embedded way to run.

SQLite needs care, both points measured: with the driver's defaults concurrent read-modify-write loses updates,
and a deferred transaction that turns into a write fails at once in spite of the busy timeout. So the driver
never begins a transaction by itself, every write transaction is ``BEGIN IMMEDIATE``, and one lock per process
stands before it because SQLite's own busy handler is unfair.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import orjson
from psycopg.types.string import TextLoader
from sqlalchemy import Connection, Engine, Executable, MetaData, Row, create_engine, event, make_url
from sqlalchemy.orm import Session

from shared.database.columns import Id, JsonDocument, UtcDateTime, to_json
from shared.database.turns import Turns

__all__ = ["NAMING", "Database", "Id", "JsonDocument", "NothingToDo", "Session", "UtcDateTime", "connect"]
__all__ += ["service_metadata"]

NAMING = {
    "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    "uq": "uq__%(table_name)s__%(column_0_N_name)s",
    "ck": "ck__%(table_name)s__%(constraint_name)s",
    "fk": "fk__%(table_name)s__%(column_0_N_name)s",
    "pk": "pk__%(table_name)s",
}
# A plan that was remembered while a table was empty reads it row by row when an import has filled it (measured: the
# relay of a backlog 40 times slower), so every statement is planned for what is there. One without parameters is not,
# whatever this says: a question about a table that grows needs one (shared/events/relay.py).
# Compiling a statement takes longer than any of ours runs.
POSTGRESQL_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off"
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def service_metadata() -> MetaData:
    """Return an empty ``MetaData`` whose constraints get predictable names."""
    return MetaData(naming_convention=NAMING)


class NothingToDo(Exception):
    """Leaves a write transaction that found nothing to do: it is rolled back, and nobody is woken for it."""


class Database:
    """Opens transactions on one database. Entry points own them; nothing else commits."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_postgresql = self.engine.dialect.name == "postgresql"
        self.after_commit: list[Callable[[], None]] = []
        self.session_info: dict[str, Any] = {}  # what every session of this process carries, such as the secret
        self._writer: AbstractContextManager[Any] = nullcontext() if self.is_postgresql else Turns()
        self._reads = self.engine.execution_options(readonly=True, postgresql_readonly=True)
        self._asks = self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.is_postgresql else self._reads
        self._answers: dict[Executable, tuple[object, Sequence[Row[Any]]]] = {}
        self._watch: sqlite3.Connection | None = None
        self._watching = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a write transaction: committed on return, rolled back on raise; then wakes who waits for events.

        ``NothingToDo`` ends the block quietly. Without it loops that look for work would wake each other for ever.
        """
        try:
            with self._writer, self._session(self.engine) as session:
                yield session
        except NothingToDo:
            return
        for wake in self.after_commit:
            wake()

    @contextmanager
    def quiet_transaction(self, connection: Connection) -> Iterator[Session]:
        """Open a write transaction on the caller's own ``connection``; its end wakes nobody."""
        with self._writer, self._session(connection) as session:
            yield session

    def reading(self) -> AbstractContextManager[Session]:
        """Open a transaction that only reads."""
        return self._session(self._reads)

    def snapshot(self) -> AbstractContextManager[Session]:
        """Open a transaction that only reads, every statement as of the same moment."""
        same = {"isolation_level": "REPEATABLE READ"} if self.is_postgresql else {}  # SQLite's are always so
        return self._session(self._reads.execution_options(**same))

    def ask(self, question: Executable, **values: Any) -> Sequence[Row[Any]]:
        """Return the rows that ``question`` gives, a statement made once that is asked over and over, all day long.

        SQLite's answer is remembered until anybody commits, in this process or another, or asks with other ``values``:
        that takes 0.01 ms instead of 1. PostgreSQL does not tell; it is asked without a transaction, which costs less.
        """
        asked = self._version(), values  # before reading: what is committed meanwhile is read the next time
        known = self._answers.get(question)
        if known is None or known[0] != asked:
            with self._asks.connect() as connection:
                known = self._answers[question] = asked, connection.execute(question, values).all()
        return known[1]

    def _version(self) -> int:
        """Return a number that every commit changes; only one connection's numbers can be compared."""
        if self.is_postgresql:
            return time.monotonic_ns()
        with self._watching:
            self._watch = self._watch or sqlite3.connect(str(self.engine.url.database), check_same_thread=False)
            [(version,)] = self._watch.execute("PRAGMA data_version")  # read to its end, so that nothing stays open
            return int(version)

    @contextmanager
    def _session(self, bind: Engine | Connection) -> Iterator[Session]:
        with Session(bind, expire_on_commit=False, info=self.session_info) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give the connections back to the system."""
        self.engine.dispose()
        if self._watch is not None:
            self._watch.close()
        self._watch, self._answers = None, {}


_databases: dict[tuple[int, str], Database] = {}
_opening = threading.Lock()


def connect(url: str) -> Database:
    """Return this process's ``Database`` for ``url``; the API and the worker of one process share it."""
    with _opening:
        if (key := (os.getpid(), url)) not in _databases:
            _databases[key] = Database(url)
        return _databases[key]


def _engine(url: str) -> Engine:
    # Values do not belong into errors and logs: they may be passwords' digests or sealed names.
    common: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": orjson.loads, "hide_parameters": True}
    if make_url(url).get_backend_name() == "postgresql":
        pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}
        engine = create_engine(url, connect_args={"options": POSTGRESQL_OPTIONS}, **pool, **common)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    engine = create_engine(url, pool_size=20, max_overflow=20, **common)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.adapters.register_loader("uuid", TextLoader)  # our ids are texts; a UUID object between costs 2 µs


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    is_reading = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
