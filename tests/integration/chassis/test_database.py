import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from shared.database import Database, JsonDocument, UtcDateTime, connect
from shared.database.bulk import insert_rows, upsert_rows
from shared.database.chassis import audit_entry, metadata, relay_cursor
from shared.database.migrate import is_current, migrate

own = MetaData()
thing = Table(
    "thing",
    own,
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("version", Integer),
    Column("document", JsonDocument),
    Column("at", UtcDateTime),
)
AT = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


class TestTransaction:
    def test_loses_no_update_of_concurrent_writers(self, database: Database) -> None:
        def count_up() -> None:
            for _ in range(50):
                with database.transaction() as session:
                    value = session.execute(
                        select(relay_cursor.c.position).where(relay_cursor.c.lane == 9).with_for_update()
                    ).scalar_one()
                    session.execute(update(relay_cursor).where(relay_cursor.c.lane == 9).values(position=value + 1))

        with database.transaction() as session:
            session.execute(relay_cursor.insert().values(lane=9, position=0))
        writers = [threading.Thread(target=count_up) for _ in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        with database.reading() as session:
            assert session.execute(select(relay_cursor.c.position)).scalar_one() == 8 * 50

    def test_keeps_nothing_of_a_failed_one(self, database: Database) -> None:
        def fail_half_way() -> None:
            with database.transaction() as session:
                session.execute(relay_cursor.insert().values(lane=9, position=0))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_half_way()

        with database.reading() as session:
            assert session.execute(select(func.count()).select_from(relay_cursor)).scalar_one() == 0

    def test_wakes_who_waits_after_the_commit(self, database: Database) -> None:
        woken: list[bool] = []
        database.after_commit.append(lambda: woken.append(True))

        with database.transaction():
            assert not woken

        assert woken == [True]

    def test_is_shared_by_all_who_connect_to_the_same_url(self, database: Database) -> None:
        assert connect(database.url) is database


class TestErrors:
    def test_name_no_values(self, database: Database) -> None:
        own.create_all(database.engine)
        row = {"id": 1, "name": "a digest of a password"}
        with database.transaction() as session:
            session.execute(thing.insert(), row)

        with pytest.raises(DBAPIError) as refused, database.transaction() as session:
            session.execute(thing.insert(), row)

        assert "digest" not in str(refused.value)


class TestMigrations:
    def test_match_the_tables_of_the_chassis(self, database: Database) -> None:
        inspector = inspect(database.engine)

        for table in metadata.tables.values():
            found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
            assert found == {column.name: column.nullable for column in table.columns}, table.name

    def test_can_be_applied_again(self, database: Database) -> None:
        migrate(database, "registry")

        assert is_current(database, "registry")

    def test_protect_the_audit_trail_from_change(self, database: Database) -> None:
        with database.transaction() as session:
            session.execute(
                audit_entry.insert().values(
                    id="01920000-0000-7000-8000-000000000000",
                    at=AT,
                    subject="a",
                    action="b",
                    address="c",
                    result="d",
                    entity="e",
                    request_id="f",
                    details={},
                )
            )

        for change in ("UPDATE audit_entry SET subject = 'x'", "DELETE FROM audit_entry"):
            with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
                session.execute(text(change))


class TestBulk:
    @pytest.fixture(autouse=True)
    def _tables(self, database: Database) -> None:
        own.create_all(database.engine)

    def rows(self, version: int, name: str = "甲\t\\N") -> list[dict[str, object]]:
        return [
            {"id": n, "name": name, "version": version, "document": {"a": [1, None, "引"]}, "at": AT}
            for n in range(1200)
        ]

    def test_keeps_every_value_as_it_was(self, database: Database) -> None:
        with database.transaction() as session:
            insert_rows(session, thing, self.rows(1))

        with database.reading() as session:
            found = [dict(row._mapping) for row in session.execute(select(thing).order_by(thing.c.id))]
        assert found == self.rows(1)

    @pytest.mark.parametrize(("version", "kept"), [(1, "old"), (2, "old"), (3, "new")])
    def test_replaces_only_what_is_newer(self, database: Database, version: int, kept: str) -> None:
        with database.transaction() as session:
            insert_rows(session, thing, self.rows(2, "old"))

        with database.transaction() as session:
            upsert_rows(session, thing, self.rows(version, "new"), key=("id",), newer="version")

        with database.reading() as session:
            assert set(session.execute(select(thing.c.name)).scalars()) == {kept}

    def test_can_be_used_twice_in_one_transaction(self, database: Database) -> None:
        with database.transaction() as session:
            upsert_rows(session, thing, self.rows(1)[:700], key=("id",))
            upsert_rows(session, thing, self.rows(1)[500:], key=("id",))

        with database.reading() as session:
            assert session.execute(select(func.count()).select_from(thing)).scalar_one() == 1200


def test_a_naive_moment_is_refused(database: Database) -> None:
    own.create_all(database.engine)
    with pytest.raises(Exception, match="moments are aware"), database.transaction() as session:
        session.execute(thing.insert().values(id=1, at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the subject of the test
