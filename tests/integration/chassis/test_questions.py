"""What is asked all day long: answered from memory while nobody commits, and never with what is no longer so."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, event, select, text
from sqlalchemy.exc import DBAPIError

from shared.database import Database, NothingToDo
from shared.database.chassis import relay_cursor

QUESTION = select(relay_cursor.c.position).order_by(relay_cursor.c.position)
BEYOND = QUESTION.where(relay_cursor.c.position > bindparam("least"))
ELSEWHERE = """
import sys
from sqlalchemy import text
from shared.database import Database
with Database(sys.argv[1]).transaction() as session:
    session.execute(text("INSERT INTO relay_cursor (lane, position) VALUES (7, 70)"))
"""


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Return the statements that are sent to the database from now on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def put(database: Database, lane: int, position: int) -> None:
    with database.transaction() as session:
        session.execute(relay_cursor.insert().values(lane=lane, position=position))


def answer(database: Database) -> list[int]:
    return [position for (position,) in database.ask(QUESTION)]


class TestAnAnswer:
    def test_follows_every_commit_of_this_process(self, database: Database) -> None:
        answers = [answer(database)]
        for lane in (1, 2):
            put(database, lane, lane * 10)
            answers.append(answer(database))

        assert answers == [[], [10], [10, 20]]

    def test_follows_a_commit_that_wakes_nobody(self, database: Database) -> None:
        before = answer(database)
        with database.engine.connect() as connection, database.quiet_transaction(connection) as session:
            session.execute(relay_cursor.insert().values(lane=1, position=10))

        assert (before, answer(database)) == ([], [10])

    def test_follows_a_commit_of_another_process(self, database: Database) -> None:
        before = answer(database)
        subprocess.run([sys.executable, "-c", ELSEWHERE, database.url], check=True)

        assert (before, answer(database)) == ([], [70])

    def test_does_not_know_what_is_not_committed(self, database: Database) -> None:
        with database.transaction() as session:
            session.execute(relay_cursor.insert().values(lane=1, position=10))
            during = answer(database)

        assert (during, answer(database)) == ([], [10])

    def test_is_of_the_values_that_were_asked_with(self, database: Database) -> None:
        put(database, 1, 10)
        put(database, 2, 20)

        found = [len(database.ask(BEYOND, least=least)) for least in (0, 10, 20, 0)]

        assert found == [2, 1, 0, 2]

    def test_is_given_after_a_failure(self, database: Database) -> None:
        absent = text("SELECT count(*) FROM absent")
        with pytest.raises(DBAPIError):
            database.ask(absent)
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE absent (id INTEGER)"))

        assert list(database.ask(absent)) == [(0,)]

    def test_is_given_after_the_connections_were_given_back(self, database: Database) -> None:
        before = answer(database)
        database.close()
        put(database, 1, 10)

        assert (before, answer(database)) == ([], [10])


class TestAnsweringFromMemory:
    @pytest.fixture
    def database_kind(self) -> str:
        return "sqlite"

    def test_sends_no_statement_while_nobody_commits(self, database: Database, statements: list[str]) -> None:
        answers = [answer(database) for _ in range(5)]

        assert answers == [[]] * 5
        assert [one for one in statements if "relay_cursor" in one] == statements[1:2]

    def test_is_not_disturbed_by_who_found_nothing_to_do(self, database: Database, statements: list[str]) -> None:
        answer(database)
        with database.transaction():
            raise NothingToDo
        statements.clear()

        answer(database)

        assert statements == []
