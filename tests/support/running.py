"""A running system for the tests of the outermost tiers: started as a user would, killed as the world would."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.native.programs import free_port, inherited
from shared.clock import Clock
from shared.errors import Unavailable
from shared.running.client import ApiClient, ApiRefused
from tests.support.source import ROOT

PASSWORD = "Trial-district-331002!"
SISE = str(Path(sys.executable).with_name("sise"))
GUARD = ("setpriv", "--pdeathsig", "TERM", "--")  # a killed test run leaves nothing behind
STARTING = 120.0
SIGNED_IN = 300.0  # seconds; half the life of a token
Command = subprocess.CompletedProcess[str]


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Poll until the condition gives something true and return it; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.2)


class System:
    """What both ways to run have in common, seen from outside."""

    def __init__(self, home: Path, command: list[str], settings: Mapping[str, str]) -> None:
        self.home = self.files = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [*GUARD, *(part.format(home=home, port=self.port) for part in command)]
        usual = {"SISE_ADMIN_PASSWORD": PASSWORD, "SISE_DEMO": "1", "SISE_PORT": str(self.port)}
        self._settings = {**usual, "SISE_PUBLIC_URL": self.url, **settings}
        self._said, self._heard = home.parent / f"{home.name}.out", 0
        self._child: subprocess.Popen[str] | None = None
        self._client: tuple[float, ApiClient] | None = None

    @property
    def child(self) -> subprocess.Popen[str]:
        """The process that was started last."""
        assert self._child is not None
        return self._child

    def launch(self) -> None:
        """Start the system and wait for nothing."""
        self._heard = self._said.stat().st_size if self._said.exists() else 0
        with self._said.open("a") as log:
            self._child = subprocess.Popen(
                self._command, stdout=log, stderr=log, text=True, cwd=ROOT, env={**inherited(), **self._settings}
            )

    def start(self) -> None:
        """Start the system and wait for its line that says it is ready."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait for the line that says that the launched system is ready."""
        self.wait_until_said("Sise is ready", seconds=STARTING)

    def wait_until_said(self, words: str, *, seconds: float) -> None:
        """Wait until the program has printed ``words``; fail with all that it said when it ends without, or late."""
        deadline = time.monotonic() + seconds
        while True:
            has_ended, said = self.child.poll() is not None, self.said()
            if words in said:
                return
            assert not has_ended, f"ended with {self.child.returncode} before {words!r}: {said}"
            assert time.monotonic() < deadline, f"no {words!r} within {seconds:.0f} s: {said}"
            time.sleep(0.2)

    def said(self) -> str:
        """Return what the program printed since it was started last."""
        return self._said.read_text()[self._heard :]

    def stop(self) -> None:
        """Ask the system to end and wait for it."""
        if self._child and self._child.poll() is None:
            self._child.terminate()
            self._child.wait(60)

    def client(self) -> ApiClient:
        """Return a client signed in as the administrator, not longer than a token lives."""
        if self._client is None or time.monotonic() - self._client[0] > SIGNED_IN:
            self._client = time.monotonic(), ApiClient(self.url, username="admin", password=PASSWORD)
        return self._client[1]

    def sise(self, *arguments: str, **settings: str) -> Command:
        """Run a command of `sise` beside the running system, with some settings changed."""
        if "clock" in arguments:
            self._client = None  # its token is no longer of this time
        environment = {**inherited(), **self._settings, **self.operator_settings(), **settings}
        return subprocess.run(
            [SISE, *arguments], capture_output=True, text=True, check=False, timeout=180, env=environment, cwd=ROOT
        )

    def now(self) -> datetime:
        """Return the moment that the clock of the system shows."""
        return Clock(self.files, movable=True).now()

    def advance(self, days: int) -> None:
        """Move the clock of the system forward, for all that follows; everybody has to sign in anew."""
        moved = self.sise("clock", "advance", f"{days}d")
        assert moved.returncode == 0, moved.stderr

    def operator_settings(self) -> Mapping[str, str]:
        """Return what a command needs to know beyond the settings of the system."""
        return {}

    def begin_import(self, register: Path) -> str:
        """Upload a register and return the id of its import."""
        with register.open("rb") as content:
            accepted = self.client().call("POST", "registry/imports", files={"file": (register.name, content)})
        return str(accepted["id"])

    def progress(self, import_id: str) -> dict[str, Any]:
        """Return the state of an import, or nothing while the system does not answer."""
        try:
            return self.client().call("GET", f"registry/imports/{import_id}")
        except (Unavailable, ApiRefused):
            return {}

    def backlog_of(self, service: str) -> dict[str, Any]:
        """Return what waits in a service, or nothing while it does not answer."""
        try:
            return self.client().call("GET", f"{service}/operations/backlog")
        except (Unavailable, ApiRefused):
            return {}

    def finished(self, import_id: str, *, seconds: float = 240) -> dict[str, Any]:
        """Wait for the end of an import and return its result."""

        def result() -> dict[str, Any] | None:
            state = self.progress(import_id)
            return state if state.get("state") in ("completed", "failed") else None

        return dict(wait_for(result, seconds=seconds, what="the import has ended"))

    def summary(self) -> dict[str, Any]:
        """Return the figures of the map."""
        return self.client().call("GET", "map/summary")

    def reconciled(self, *, wait: int = 60) -> dict[str, Any]:
        """Return what `sise events reconcile` says, with its exit status as `status`."""
        done = self.sise("events", "reconcile", "--json", "--wait", str(wait))
        assert done.stdout, done.stderr
        return {"status": done.returncode, **json.loads(done.stdout)}


class Embedded(System):
    """`sise run` in a home of its own."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, [SISE, "run"], {"SISE_HOME": str(home)})

    def kill(self) -> None:
        """End the process as a power failure would."""
        self.child.kill()
        self.child.wait()


class FullStack(System):
    """`make stack` in a home of its own."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, [sys.executable, "-m", "deploy.stack", "--home", "{home}", "--port", "{port}"], {})
        self.files = home / "files"

    def now(self) -> datetime:
        """Return the moment that the clock of the system shows."""
        return Clock(self.files, movable=True).now()

    def advance(self, days: int) -> None:
        """Move the clock of the system forward, for all that follows; everybody has to sign in anew."""
        moved = self.sise("clock", "advance", f"{days}d")
        assert moved.returncode == 0, moved.stderr

    def operator_settings(self) -> Mapping[str, str]:
        """Return the settings that the stack wrote down for its operator."""
        lines = (self.home / "environment").read_text().splitlines()
        return {name: json.loads(value) for name, _, value in (line.partition("=") for line in lines)}

    def processes(self) -> dict[str, dict[str, Any]]:
        """Return the table of processes by name."""
        return {row["name"]: row for row in json.loads((self.home / "processes.json").read_text())}

    def kill(self, name: str) -> int:
        """Kill one process with SIGKILL and return the pid that it had."""
        pid: int = self.processes()[name]["pid"]
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_replaced(self, name: str, pid: int) -> None:
        """Wait until the supervisor has started the process again."""
        wait_for(lambda: self.processes()[name]["pid"] != pid, seconds=60, what=f"{name} runs again")


@contextmanager
def running(system: System) -> Iterator[System]:
    """Start a system and stop it at the end."""
    try:
        system.start()
        yield system
    finally:
        system.stop()
