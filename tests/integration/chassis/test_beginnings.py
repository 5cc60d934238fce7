"""What a test begins with is what was made for it, whatever the tests before have written."""

from collections.abc import Sequence

import pytest
from sqlalchemy import delete, func, insert, select, text

from shared.database import Database
from shared.database.chassis import relay_cursor
from tests.support.databases import Begin, let_go, migrated_postgresql
from tests.support.postgresql import TestPostgreSQL


def write(database: Database, *lanes: int) -> None:
    """Let there be these lanes and no others."""
    with database.transaction() as session:
        session.execute(delete(relay_cursor))
        session.execute(insert(relay_cursor), [{"lane": lane, "position": 7} for lane in lanes])


def lanes(database: Database) -> Sequence[int]:
    with database.reading() as session:
        return session.scalars(select(relay_cursor.c.lane).order_by(relay_cursor.c.lane)).all()


class TestBeginning:
    def test_is_made_once_and_brought_back_as_it_was(self, database: Database, begin_with: Begin) -> None:
        made: list[int] = []

        def make() -> list[int]:
            write(database, 8, 9)
            made.append(9)
            return [9]

        begin_with(make).append(10)
        write(database, 5)

        assert (begin_with(make), lanes(database), made) == ([9], [8, 9], [9])

    def test_is_made_again_when_tables_have_changed(self, database: Database, begin_with: Begin) -> None:
        def make() -> None:
            write(database, 3)

        begin_with(make)
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE of_another_test (id integer)"))
        begin_with(make)

        assert lanes(database) == [3]


class TestReusedDatabase:
    @pytest.fixture
    def reused(self, postgresql: TestPostgreSQL) -> Database:
        return self.again(postgresql)

    def again(self, server: TestPostgreSQL) -> Database:
        """Return the database as the next test gets it."""
        return migrated_postgresql(server, "registry", name="brought_back")

    def test_holds_only_what_it_held_at_first(self, postgresql: TestPostgreSQL, reused: Database) -> None:
        before = lanes(reused)
        write(reused, 1, 2, 3)

        assert lanes(self.again(postgresql)) == before == []

    def test_keeps_a_single_connection_and_no_lock_of_it(self, postgresql: TestPostgreSQL, reused: Database) -> None:
        backend, lock = select(func.pg_backend_pid()), select(func.pg_advisory_lock(5))
        with reused.reading() as session:
            first = session.scalar(backend)
            session.execute(lock)

        let_go(reused)
        again = self.again(postgresql)

        with again.reading() as session:
            held = select(func.count()).select_from(text("pg_locks")).where(text("locktype = 'advisory'"))
            assert (session.scalar(backend), session.scalar(held)) == (first, 0)

    def test_gives_back_the_connections_of_threads(self, postgresql: TestPostgreSQL, reused: Database) -> None:
        with reused.reading() as one, reused.reading() as other:
            assert one.scalar(select(1)) == other.scalar(select(1))

        assert self.again(postgresql).engine.pool.status().startswith("Pool size: 10  Connections in pool: 1")
