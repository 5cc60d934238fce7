"""The private PostgreSQL of the tests: a new, empty database for whoever asks."""

import uuid

from psycopg import sql

from deploy.native import PostgreSQL
from deploy.native.postgresql import SETTINGS


class TestPostgreSQL(PostgreSQL):
    """A private server that gives every test a database of its own."""

    __test__ = False
    settings = {
        **SETTINGS,
        "fsync": "off",
        "full_page_writes": "off",
    }  # nobody cuts the power here

    def create_database(self, name: str = "test", *, owner: str = "postgres", template: str = "template1") -> str:
        """Create a database whose name begins with `name`, as `template` is (empty), and return its URL."""
        return super().create_database(f"{name}_{uuid.uuid4().hex[:12]}", owner=owner, template=template)

    def replace_database(self, name: str, *, template: str) -> None:
        """Make the database `name` a new copy of `template`."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        super().create_database(name, template=template)
