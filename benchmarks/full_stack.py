"""The full stack of `make stack`, started for one measurement, and an API user of it."""

import json
import secrets
import subprocess
import time
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine, text

from benchmarks.processes import Use, use_of
from deploy.native.programs import free_port, inherited
from deploy.stack import ROOT, SISE, Stack
from shared.services import load, service_names

LOGIN_LASTS = 300
EMITTED = "SELECT count(*) FROM event_log WHERE type = ANY(:types) AND coalesce(address, :listener) = :listener"


class BenchmarkStack(Stack):
    """The product's own stack with a password that the benchmark knows and logs that only tell trouble."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, port=free_port())
        self.password = secrets.token_urlsafe(24)

    def __enter__(self) -> "BenchmarkStack":
        self.start()
        return self

    def __exit__(self, *_exit: object) -> None:
        self.stop()

    def environment(self, service: str = "", *, is_owner: bool = False) -> dict[str, str]:
        """Return the settings of one service's processes, see Stack."""
        own = {"SISE_ADMIN_PASSWORD": self.password, "SISE_LOG_LEVEL": "WARNING"}
        return super().environment(service, is_owner=is_owner) | own

    def use(self, name: str) -> Use:
        """Return what the process of a role (`registry-worker`) and its children have used."""
        rows = json.loads((self.home / "processes.json").read_text())
        found = use_of(next(row["pid"] for row in rows if row["name"] == name))
        assert found is not None, name
        return found

    def rows(self, service: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query on a service's database, as superuser."""
        engine = self._engines.setdefault(service, create_engine(self.postgresql.url(service)))
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def value(self, service: str, statement: str, **values: Any) -> Any:
        """Return the only value of such a query."""
        return self.rows(service, statement, **values)[0][0]

    def on_the_way(self) -> int:
        """Return how many emitted events have not yet had their effect in a service that listens to them.

        The broker's own counts of a queue are up to five seconds old; the inboxes tell it exactly.
        """
        names = service_names()
        missing = 0
        for listener in names:
            types = [contract.name for contract in load(listener).declarations().contracts()]
            emitted = sum(int(self.value(name, EMITTED, types=types, listener=listener)) for name in names)
            missing += emitted - int(self.value(listener, "SELECT count(*) FROM inbox"))
        return missing

    def reconcile(self) -> dict[str, Any]:
        """Return what `sise events reconcile` says."""
        environment = inherited() | self.environment()
        command = [SISE, "events", "reconcile", "--json"]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
        return json.loads(done.stdout)

    @property
    def _engines(self) -> dict[str, Any]:
        return self.__dict__.setdefault("_known_engines", {})


class User:
    """The administrator of a running system, as an API user."""

    def __init__(self, address: str, password: str) -> None:
        self._address, self._password = address, password
        self._session = requests.Session()
        self._session.trust_env = False
        self._logged_in_at = -float("inf")

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a path below /api/v1."""
        return self._call("GET", path, params=query).json()

    def upload(self, path: str, file: Path) -> Any:
        """Send a file and return the answer."""
        with file.open("rb") as stream:
            return self._call("POST", path, files={"file": (file.name, stream, "text/csv")}).json()

    def can_log_in(self) -> bool:
        """Return whether the system lets the administrator in at this moment."""
        try:
            self._log_in()
        except requests.RequestException:
            return False
        return True

    def _call(self, method: str, path: str, **content: Any) -> requests.Response:
        if time.monotonic() - self._logged_in_at > LOGIN_LASTS:
            self._log_in()
        answer = self._session.request(method, f"{self._address}/api/v1/{path}", timeout=180, **content)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer

    def _log_in(self) -> None:
        content = {"username": "admin", "password": self._password}
        answer = self._session.post(f"{self._address}/api/v1/auth/login", json=content, timeout=30)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._logged_in_at = time.monotonic()
