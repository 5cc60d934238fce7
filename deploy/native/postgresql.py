"""A private PostgreSQL server in a directory of its own, durable like a real one (fsync stays on)."""

import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.databases import DatabaseServer
from deploy.native.programs import Program, ServerMissing, find_binary, free_port, identity, inherited, stop, wait_until

ENCODING = ("--encoding=UTF8", "--locale=C.UTF-8")
BINARIES = "/usr/lib/postgresql/*/bin"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "8GB",
    "log_min_messages": "warning",
}


class PostgreSQL(DatabaseServer):
    """One cluster under `home`; the same home can be opened by another program while this one runs it."""

    settings: Mapping[str, str] = SETTINGS

    def __init__(self, home: Path) -> None:
        self.home = home
        self._child: subprocess.Popen[bytes] | None = None
        known = home / "server.json"
        facts = json.loads(known.read_text()) if known.exists() else _initialise(home)
        super().__init__("127.0.0.1", facts["port"], password=facts["password"])

    def program(self) -> Program:
        """Return how the server is run, for a supervisor; SIGINT is PostgreSQL's fast shutdown."""
        options = [item for name, value in self.settings.items() for item in ("-c", f"{name}={value}")]
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

    def stop(self) -> None:
        """Stop the server if this object started it."""
        if self._child is not None:
            stop(self._child, how=signal.SIGINT)
            self._child = None


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
