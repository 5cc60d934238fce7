"""The private PostgreSQL of the tests: a new, empty database for whoever asks."""

import uuid

from deploy.native import PostgreSQL


class TestPostgreSQL(PostgreSQL):
    """A private server that gives every test a database of its own."""

    __test__ = False

    def create_database(self, name: str = "test", *, owner: str = "postgres") -> str:
        """Create an empty database whose name begins with `name` and return its URL."""
        return super().create_database(f"{name}_{uuid.uuid4().hex[:12]}", owner=owner)
