"""Servers shared by the workers of one pytest run: the first that needs one starts it, the same one stops it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

RUN_DIRECTORY = "SISE_TEST_RUN"


class Server(Protocol):
    """What a private server must be able to do."""

    def start(self) -> object: ...
    def stop(self) -> None: ...


SomeServer = TypeVar("SomeServer", bound=Server)


@contextmanager
def shared_by_workers(kind: Callable[[Path], SomeServer], *, name: str) -> Iterator[SomeServer]:
    """Give the run's one server of a kind; whoever started it stops it when no other worker uses it any more."""
    run = Path(os.environ[RUN_DIRECTORY])
    home = run / name
    with (run / f"{name}.users").open("w") as users, (run / f"{name}.start").open("w") as starting:
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(starting, fcntl.LOCK_EX)
        is_mine = not home.exists()
        server = kind(home)
        if is_mine:
            server.start()
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield server
        if is_mine:
            fcntl.flock(users, fcntl.LOCK_EX)
            server.stop()
            shutil.rmtree(home)


@contextmanager
def private(kind: Callable[[Path], SomeServer]) -> Iterator[SomeServer]:
    """Give a server for one user alone, with a directory that goes away with it."""
    home = Path(tempfile.mkdtemp(prefix="sise-test-"))
    home.chmod(0o711)
    server = kind(home / "server")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


def make_run_directory() -> Path:
    """Make the directory that all workers of this pytest run share, passable for the user postgres."""
    directory = Path(tempfile.mkdtemp(prefix="sise-test-"))
    directory.chmod(0o711)
    os.environ[RUN_DIRECTORY] = str(directory)
    return directory
