"""A PostgreSQL server as its superuser sees it: databases, roles and rights, whoever runs the server."""

import psycopg
from psycopg import sql


class DatabaseServer:
    """The server at host and port; passwords are part of the URLs that it gives."""

    def __init__(self, host: str, port: int, *, password: str) -> None:
        self.host, self.port, self.password = host, port, password

    def url(self, database: str, *, user: str = "postgres", password: str | None = None) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{user}:{password or self.password}@{self.host}:{self.port}/{database}"

    def is_ready(self) -> bool:
        """Return whether a connection succeeds now."""
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str, *, owner: str = "postgres", template: str = "template1") -> str:
        """Create a database that belongs to `owner`, a copy of `template`, and return its URL for the superuser."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)))
        return self.url(name)

    def ensure_role(self, name: str, password: str) -> None:
        """Create a login role, or give the existing one this password."""
        verb = "ALTER" if self._exists("pg_roles", "rolname", name) else "CREATE"
        statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
        self.execute(statement.format(sql.Identifier(name), sql.Literal(password)))

    def ensure_database(self, name: str, *, owner: str) -> None:
        """Create a database unless it exists; nobody but its owner may connect at first."""
        if self._exists("pg_database", "datname", name):
            return
        self.create_database(name, owner=owner)
        self.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))

    def drop_database(self, name: str) -> None:
        """Remove a database, also from under those that use it."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def execute(self, *statements: sql.SQL | sql.Composed, database: str = "postgres") -> None:
        """Run statements as superuser, each in a transaction of its own."""
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _exists(self, catalogue: str, column: str, name: str) -> bool:
        query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalogue), sql.Identifier(column))
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            return connection.execute(query, [name]).fetchone() is not None

    def _address(self, database: str) -> str:
        return self.url(database).replace("+psycopg", "")
