"""Starting and stopping programs of our own; nothing that somebody else started is ever touched.

Every child asks the kernel to be stopped when its parent dies (`setpriv --pdeathsig`), so that not even a
killed test run leaves a server behind. The parent must therefore start children from a thread that lives on.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


class ServerMissing(RuntimeError):
    """The server is not installed or does not come up; the sentence says what to do."""


@dataclass(frozen=True)
class Program:
    """One program to be started: what to run, as whom, and how to ask it to stop."""

    name: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    directory: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM

    def start(self) -> subprocess.Popen[bytes]:
        """Start the program in a process group of its own, with its output appended to the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*self._guard(), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=inherited() | dict(self.environment),
                cwd=self.directory,
                start_new_session=True,
            )

    def _guard(self) -> list[str]:
        guard = ["setpriv", "--pdeathsig", self.stop_signal.name.removeprefix("SIG")]
        return [*guard, *identity(self.user), "--"]


def identity(user: str | None) -> list[str]:
    """Return the arguments of setpriv that turn root into `user`; nothing when there is nothing to turn."""
    if user is None or os.geteuid() != 0:
        return []
    return ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"]


def inherited() -> dict[str, str]:
    """Return the caller's environment without anything that would steer our private servers elsewhere."""
    steering = ("RABBITMQ_", "ERL_", "PG", "SISE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def ask_to_stop(child: subprocess.Popen[bytes], *, how: signal.Signals) -> None:
    """Send a child that still runs the signal on which it ends by itself."""
    if child.poll() is None:
        child.send_signal(how)


def stop(child: subprocess.Popen[bytes], *, how: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
    """Ask a child to stop and wait; after `seconds` kill it. A child that has ended is only collected."""
    ask_to_stop(child, how=how)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def sweep(child: subprocess.Popen[bytes], *, how: signal.Signals) -> None:
    """Send what a child that has ended left behind in its process group a signal; a killed master leaves workers."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, how)


def wait_until(ready: Callable[[], bool], *, seconds: float, sentence: str) -> None:
    """Poll `ready` until it is true; raise ServerMissing with `sentence` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise ServerMissing(sentence)
        time.sleep(0.05)


def find_binary(name: str, *patterns: str, package: str) -> str:
    """Return the path of a server's binary, newest version first; raise ServerMissing naming the package."""
    versions = [path for pattern in patterns for path in sorted(Path("/").glob(f"{pattern.lstrip('/')}/{name}"))]
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise ServerMissing(f"{name} is not installed: run `make test`, or install the package {package}.")
    return found


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now, below the range of outgoing connections."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        if port in _given_ports:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given_ports.add(port)
            return port


_given_ports: set[int] = set()
