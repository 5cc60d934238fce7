"""The migrated schema is the one that the code believes in."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData

from services.credit.tables import metadata
from shared.database import Database, chassis


class TestMigrations:
    def test_make_the_tables_that_the_code_uses(self, database: Database) -> None:
        expected = MetaData(naming_convention=metadata.naming_convention)
        for table in (*metadata.tables.values(), *chassis.metadata.tables.values()):
            table.to_metadata(expected)

        with database.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), expected)

        ours = [one for one in differences if "_version" not in str(one)]
        assert ours == []
