"""A private PostgreSQL server in a directory of its own, durable like a real one (fsync stays on)."""

import json
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from deploy.native.programs import Program, ServerMissing, find_binary, free_port, identity, inherited, stop, wait_until

ENCODING = ("--encoding=UTF8", "--locale=C.UTF-8")
BINARIES = "/usr/lib/postgresql/*/bin"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
}


class PostgreSQL:
    """One cluster under `home`; the same home can be opened by another program while this one runs it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._child: subprocess.Popen[bytes] | None = None
        known = home / "server.json"
        facts = json.loads(known.read_text()) if known.exists() else _initialise(home)
        self.port: int = facts["port"]
        self.password: str = facts["password"]

    def url(self, database: str, *, user: str = "postgres", password: str | None = None) -> str:
        """Return the SQLAlchemy URL of a database, over loopback."""
        return f"postgresql+psycopg://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        """Return how the server is run, for a supervisor; SIGINT is PostgreSQL's fast shutdown."""
        options = [item for name, value in SETTINGS.items() for item in ("-c", f"{name}={value}")]
        place = ["-c", f"port={self.port}", "-c", f"unix_socket_directories={self.home}"]
        return Program(
            name="postgresql",
            command=(_binary("postgres"), "-D", str(self.home / "cluster"), *place, *options),
            log=self.home / "postgresql.log",
            user=_user(),
            directory=self.home,
            stop_signal=signal.SIGINT,
        )

    def start(self) -> "PostgreSQL":
        """Run the server as a child of this program and wait until it answers."""
        self._child = self.program().start()
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait up to 60 s until a connection succeeds; raise ServerMissing otherwise."""
        sentence = f"PostgreSQL does not answer; its log is {self.home / 'postgresql.log'}."
        wait_until(self.is_ready, seconds=60, sentence=sentence)

    def is_ready(self) -> bool:
        """Return whether a connection succeeds now."""
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop the server if this object started it."""
        if self._child is not None:
            stop(self._child, how=signal.SIGINT)
            self._child = None

    def create_database(self, name: str, *, owner: str = "postgres") -> str:
        """Create a database that belongs to `owner` and return its URL for the superuser."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
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


def _initialise(home: Path) -> dict[str, Any]:
    facts = {"port": free_port(), "password": secrets.token_urlsafe(24)}
    initdb = _binary("initdb")
    home.mkdir(parents=True, exist_ok=True)
    secret = home / "superuser.secret"
    secret.touch(mode=0o600)
    secret.write_text(str(facts["password"]))
    if user := _user():
        for path in (home, secret):
            shutil.chown(path, user, user)
    options = [
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--username=postgres",
    ]
    command = ["setpriv", *identity(_user()), "--", initdb, "-D", str(home / "cluster"), *options]
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home, env=inherited())
    secret.unlink()
    if made.returncode != 0:
        raise ServerMissing(f"PostgreSQL's initdb failed in {home}: {made.stderr.strip()[-300:]}")
    return _remember(home, facts)


def _remember(home: Path, facts: dict[str, Any]) -> dict[str, Any]:
    known = home / "server.json"
    known.touch(mode=0o600)
    known.write_text(json.dumps(facts))
    return facts


def _binary(name: str) -> str:
    return find_binary(name, BINARIES, package="postgresql")


def _user() -> str | None:
    """PostgreSQL refuses to run as root, so root runs it as the account that its package made."""
    return "postgres" if os.geteuid() == 0 else None
