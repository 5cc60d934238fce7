"""The home of an embedded installation: one process at a time works in it, and commands can find that process."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from shared.errors import Conflict

LOCK_FILE = "run.lock"


class HomeInUse(Conflict):
    code = "home_in_use"


@dataclass(frozen=True, slots=True)
class Running:
    """The process that works in a home: its address, those of its services, and where it takes commands."""

    pid: int
    url: str
    services: Mapping[str, str]
    control_port: int


@contextmanager
def occupy(home: Path) -> Iterator[IO[str]]:
    """Hold the home's exclusive lock; give the open lock file, to be filled by ``announce``.

    Raises ``HomeInUse`` when another process holds it. The kernel releases the lock even after SIGKILL.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK_FILE).open("a+") as lock:
        try:
            _take(lock)
        except BlockingIOError:
            raise HomeInUse(f"Sise is already running in {home}: stop it, or set SISE_HOME.") from None
        lock.truncate(0)
        yield lock


def announce(lock: IO[str], running: Running) -> None:
    """Write into the held lock file how to reach this process."""
    lock.write(json.dumps(asdict(running)))
    lock.flush()


def find_running(home: Path) -> Running | None:
    """Return the process that works in ``home``; ``None`` when there is none or it is not ready yet."""
    try:
        lock = (home / LOCK_FILE).open()
    except FileNotFoundError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = lock.read()
            return Running(**json.loads(text)) if text else None
    return None


def this_process(url: str, services: Mapping[str, str], *, control_port: int) -> Running:
    """Describe the calling process."""
    return Running(os.getpid(), url, services, control_port)


# Whoever looks for a running process holds a shared lock for a moment, so one refusal proves nothing.
@retry(retry=retry_if_exception_type(BlockingIOError), stop=stop_after_delay(0.5), wait=wait_fixed(0.05), reraise=True)
def _take(lock: IO[str]) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
