"""Migrated databases for tests: a service is migrated once per run, and every test gets a copy of that.

A process uses the same few addresses again and again, so that statements and applications stay compiled. Of PostgreSQL
it keeps one connection to each: a new one reads anew what there is of tables, which takes longer than most tests.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FunctionType
from typing import Any, Protocol, Self, TypeVar, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, QueuePool, event

from shared.clock import business_date
from shared.database import Database, connect
from shared.database.chassis import metadata
from shared.database.migrate import migrate
from shared.ids import new_id
from tests.support.postgresql import TestPostgreSQL
from tests.support.servers import RUN_DIRECTORY

Made = TypeVar("Made")


class Begin(Protocol):
    """Makes what all tests of a file begin with."""

    def __call__(self, make: Callable[[], Made]) -> Made: ...


_CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
SELECT string_agg(shape, ' ' ORDER BY shape) FROM (
    SELECT concat(relname, relkind, relnatts) AS shape FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat(tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
) AS shapes
"""
_GIVE_BACK_LOCKS = "SELECT pg_advisory_unlock_all()"
_BEGIN_SEQUENCES = """
SELECT setval(quote_ident(schemaname) || '.' || quote_ident(sequencename), start_value, false) FROM pg_sequences
WHERE last_value IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What a migrated database of PostgreSQL holds; bringing it back is many times faster than a new database."""

    shape: str  # of tables and triggers: a test may have changed them
    rows: Mapping[str, bytes]
    sequences: Mapping[str, int]  # the last value of each that has been used

    @classmethod
    def of(cls, database: Database) -> Self:
        """Remember the rows of every table."""
        with database.engine.connect() as connection, _cursor(connection) as cursor:
            used = cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
            sequences = dict(used.fetchall())
            return cls(_shape(cursor), {table: _copied(cursor, table) for table in _tables(cursor)}, sequences)

    def restored(self, database: Database) -> bool:
        """Bring rows and sequences back, not when tables or triggers are others; cut off who is still connected."""
        let_go(database)
        with database.engine.begin() as connection, _cursor(connection) as cursor:
            cursor.execute(_CUT_OFF)
            cursor.execute(_GIVE_BACK_LOCKS)
            if _shape(cursor) != self.shape:
                return False
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger may keep a row
            for table in self._filled(cursor):
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                _copy_back(cursor, table, self.rows[table])
            cursor.execute(_BEGIN_SEQUENCES)
            for name, value in self.sequences.items():
                cursor.execute("SELECT setval(quote_ident(%s), %s)", (name, value))
        return True

    def _filled(self, cursor: psycopg.Cursor[Any]) -> list[str]:
        """Return the tables that hold rows or should hold some."""
        questions = (
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
            for table, rows in self.rows.items()
            if not rows
        )
        found = cursor.execute(sql.SQL(" UNION ALL ").join(questions)).fetchall()
        return [*(name for (name,) in found), *(table for table, rows in self.rows.items() if rows)]


@dataclass(frozen=True, slots=True)
class _File:
    """What a database of SQLite holds."""

    path: Path

    @classmethod
    def of(cls, database: Database) -> Self:
        """Remember the file as it is."""
        database.close()
        copy = Path(f"{database.engine.url.database}.{new_id()}")
        shutil.copyfile(str(database.engine.url.database), copy)
        return cls(copy)

    def restored(self, database: Database) -> bool:
        """Bring the file back."""
        database.close()
        path = Path(str(database.engine.url.database))
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        shutil.copyfile(self.path, path)
        return True


_reused: dict[str, _Beginning] = {}
_begun: dict[tuple[object, ...], tuple[_Beginning | _File, Any]] = {}


def migrated_sqlite(path: Path, service: str) -> Database:
    """Return the database of `service` in the file `path`, which is made anew."""
    return _copied_sqlite(connect(f"sqlite:///{path}"), service, lambda new: migrate(new, service))


def speaking_sqlite(path: Path) -> Database:
    """Return a database in the file `path` with the tables that every service has, no more than it takes to speak."""
    return _copied_sqlite(Database(f"sqlite:///{path}"), "chassis", lambda new: metadata.create_all(new.engine))


def migrated_postgresql(server: TestPostgreSQL, service: str, *, name: str = "") -> Database:
    """Return a database of `service` on `server`: a new one, or the one called `name` made anew."""
    with _only_one(f"{service}-postgresql") as template:
        if not template.exists():
            url = server.create_database(service)
            database = Database(url)
            migrate(database, service)
            database.close()
            template.write_text(url.rpartition("/")[2])
    if not name:
        return connect(server.create_database(template=template.read_text()))
    database = connect(server.url(name))
    if name not in _reused or not _reused[name].restored(database):
        database.close()
        server.replace_database(name, template=template.read_text())
        _reused[name] = _Beginning.of(database)
    return database


def begun(database: Database, make: Callable[[], Made], *, by: object) -> Made:
    """Return what ``make`` returns, with what it writes in the database: made once for ``by``, then brought back.

    Both belong to a day, since much is made for the present one. What else was written before may be lost.
    """
    key = (by, cast("FunctionType", make).__qualname__, database.url, business_date(datetime.now(UTC)))
    if key not in _begun or not _begun[key][0].restored(database):
        made = make()
        _begun[key] = ((_Beginning if database.is_postgresql else _File).of(database), made)
    return cast("Made", deepcopy(_begun[key][1]))


def let_go(database: Database) -> None:
    """Close the connections to a database that the next test gets, but not a single one to PostgreSQL."""
    pool = database.engine.pool
    is_single = isinstance(pool, QueuePool) and (pool.checkedin(), pool.checkedout()) == (1, 0)
    if not (database.is_postgresql and is_single):
        database.close()


def reused_home() -> Path:
    """Return the directory of this process for databases that are made anew for each test."""
    home = Path(os.environ[RUN_DIRECTORY]) / f"process-{os.getpid()}"
    home.mkdir(exist_ok=True)
    return home


def _shape(cursor: psycopg.Cursor[Any]) -> str:
    (shape,) = cursor.execute(_SHAPE).fetchone() or ("",)
    return str(shape)


def _tables(cursor: psycopg.Cursor[Any]) -> list[str]:
    found = cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [name for (name,) in found.fetchall()]


def _copy_back(cursor: psycopg.Cursor[Any], table: str, content: bytes) -> None:
    if content:
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
            copy.write(content)


def _copied(cursor: psycopg.Cursor[Any], table: str) -> bytes:
    with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(block) for block in copy)


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    driver: Any = connection.connection.driver_connection
    return cast("psycopg.Cursor[Any]", driver.cursor())


def _copied_sqlite(database: Database, name: str, make: Callable[[Database], object]) -> Database:
    """Let a file be a copy of the one that ``make`` fills, once per run."""
    with _only_one(f"{name}-sqlite") as template:
        if not template.exists():
            new = Database(f"sqlite:///{template}.new")
            make(new)
            new.close()
            Path(f"{template}.new").rename(template)
    _File(template).restored(database)
    if not event.contains(database.engine, "connect", _without_waiting_for_the_disk):
        event.listen(database.engine, "connect", _without_waiting_for_the_disk)
    return database


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def _only_one(name: str) -> Iterator[Path]:
    """Give the path of the run's template to one worker at a time."""
    template = Path(os.environ[RUN_DIRECTORY]) / f"{name}.template"
    with Path(f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield template
