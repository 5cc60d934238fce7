"""The migrated schema is the one that the code speaks of."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.registry.tables import metadata
from shared.database import Database


class TestMigrations:
    def test_make_the_tables_of_the_code(self, database: Database) -> None:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})

            assert compare_metadata(context, metadata) == []


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in metadata.tables
