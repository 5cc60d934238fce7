import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.exc import StatementError

from shared.clock import BUSINESS_ZONE
from shared.database import Database, Id, JsonDocument, NothingToDo, UtcDateTime
from shared.database.bulk import among, insert_rows, upsert_rows
from shared.database.chassis import inbox
from shared.events.inbox import MANY, claim
from shared.ids import new_id
from tests.support.events import until
from tests.support.racing import waiting_transactions

own = MetaData()
finding = Table(
    "finding",
    own,
    Column("id", Id, primary_key=True),
    Column("words", Text),
    Column("content", LargeBinary),
    Column("degrees", Float),
    Column("is_open", Boolean),
    Column("day", Date),
    Column("at", UtcDateTime),
    Column("document", JsonDocument),
    Column("version", Integer),
)
NOW = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
WORDS = ["", " ", "\\", "\\N", "\\.", "a\tb", "\r\n", "NULL", "None", '"', "{}", "引𝄞", "x" * 5000, None]
CONTENTS = [b"", b"\\x41", b"\\", "引\t\n\\".encode(), b"\xff\xfe", b"\0", "\ufffd".encode(), b'{"a": "\\u4e00"}', None]


@pytest.fixture(autouse=True)
def _tables(database: Database) -> None:
    own.create_all(database.engine)


def rows(count: int, **given: object) -> list[dict[str, object]]:
    """Return `count` rows in the order of their ids, each with other values."""
    return [
        {
            "id": new_id(),
            "words": WORDS[number % len(WORDS)],
            "content": CONTENTS[number % len(CONTENTS)],
            "degrees": (None, 1e-7, -120.5, 3.0)[number % 4],
            "is_open": (True, False, None)[number % 3],
            "day": None if number % 5 else date(2026, 2, 28),
            "at": (None, NOW, NOW.astimezone(BUSINESS_ZONE) + timedelta(hours=number))[number % 3],
            "document": None if number % 11 == 10 else {"a": [WORDS[number % len(WORDS)], 1, None]},
            "version": 1,
            **given,
        }
        for number in range(count)
    ]


def stored(database: Database) -> list[dict[str, object]]:
    with database.reading() as session:
        return [dict(row._mapping) for row in session.execute(select(finding).order_by(finding.c.id))]


class TestRowsThatAreWritten:
    def test_keep_every_value(self, database: Database) -> None:
        written = rows(1001)

        with database.transaction() as session:
            insert_rows(session, finding, written)

        assert stored(database) == written

    def test_keep_values_that_all_of_them_have(self, database: Database) -> None:
        written = rows(300, words=None, content=b"\\", degrees=None, document={"b": "\\"}, at=NOW)

        with database.transaction() as session:
            upsert_rows(session, finding, written, key=["id"])

        assert stored(database) == written

    def test_keep_documents_that_are_equal_and_read_differently(self, database: Database) -> None:
        written = [{**row, "document": {"a": [1, True, 1.0][number % 3]}} for number, row in enumerate(rows(7))]

        with database.transaction() as session:
            insert_rows(session, finding, written)

        assert [repr(row["document"]) for row in stored(database)] == [repr(row["document"]) for row in written]

    def test_have_no_document_where_none_is_given(self, database: Database) -> None:
        with database.transaction() as session:
            insert_rows(session, finding, rows(2, document=None))
            upsert_rows(session, finding, rows(1, document=None), key=["id"])

        with database.reading() as session:
            assert session.scalar(select(func.count()).where(finding.c.document.is_(None))) == 3

    def test_have_no_moment_without_a_zone(self, database: Database) -> None:
        naive = [{**row, "at": NOW.replace(tzinfo=None, hour=number)} for number, row in enumerate(rows(3))]

        with pytest.raises((ValueError, StatementError), match="moments are aware"), database.transaction() as session:
            insert_rows(session, finding, naive)

    def test_are_found_by_any_text(self, database: Database) -> None:
        written = rows(len(WORDS))
        with database.transaction() as session:
            insert_rows(session, finding, written)

        with database.reading() as session:
            query = select(func.count()).where(
                among(session, finding.c.words, [one for one in WORDS if one is not None])
            )
            nothing = select(func.count()).where(among(session, finding.c.id, []))
            assert session.scalar(query) == len(WORDS) - 1
            assert session.scalar(nothing) == 0


class TestRowsOfWhichSomeAreThere:
    def test_take_the_place_of_those_and_join_the_others(self, database: Database) -> None:
        written = rows(200)
        with database.transaction() as session:
            upsert_rows(session, finding, written[:120], key=["id"], newer="version")

        changed = [{**row, "version": 2, "words": "later"} for row in written[100:]]
        with database.transaction() as session:
            upsert_rows(session, finding, changed, key=["id"], newer="version")

        assert stored(database) == written[:100] + changed

    def test_end_as_the_newest_when_two_write_them_at_once(self, database: Database) -> None:
        written = rows(400)
        together = threading.Barrier(2)

        def write(version: int) -> None:
            together.wait(10)
            with database.transaction() as session:
                both = [{**row, "version": version} for row in written]
                upsert_rows(session, finding, both, key=["id"], newer="version")

        writers = [threading.Thread(target=write, args=(version,)) for version in (2, 3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(30)

        assert [row["version"] for row in stored(database)] == [3] * 400


class TestManyIds:
    @pytest.mark.parametrize("is_kept", [True, False])
    def test_are_claimed_by_who_comes_later_only_if_the_first_one_gives_them_up(
        self, database: Database, is_kept: bool
    ) -> None:
        ids = [new_id() for _ in range(2 * MANY)]

        def claim_too() -> set[str]:
            with database.transaction() as session:
                return claim(session, ids, now=NOW)

        with ThreadPoolExecutor(1) as pool, database.transaction() as session:
            claim(session, ids, now=NOW)
            later = pool.submit(claim_too)
            until(lambda: not database.is_postgresql or waiting_transactions(database))
            if not is_kept:
                raise NothingToDo

        assert later.result() == (set() if is_kept else set(ids))

    def test_are_claimed_once(self, database: Database) -> None:
        ids = [new_id() for _ in range(150)]
        with database.transaction() as session:
            assert claim(session, ids[:100], now=NOW) == set(ids[:100])

        with database.transaction() as session:
            assert claim(session, ids[50:], now=NOW) == set(ids[100:])

        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(inbox)) == 150
