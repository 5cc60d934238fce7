"""Where the world of the machine breaks: before a transaction, before its commit, and right after it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.database import Database


class Killed(BaseException):
    """The process ends at this very point."""


@dataclass
class Fuse:
    """Lets ``left`` steps pass and raises ``problem`` at the next one; without a number everything passes."""

    left: int | None = None
    problem: BaseException | None = None

    def light(self, steps: int | None, *, is_busy: bool = False) -> None:
        """Burn after so many steps: the process is killed, or the database is busy with others."""
        self.left, self.problem = steps, _busy() if is_busy else Killed()

    def step(self) -> None:
        """Pass a point at which the process can end."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise self.problem or Killed()


class FragileDatabase(Database):
    """A database whose transactions break where the fuse says so."""

    def __init__(self, url: str, fuse: Fuse) -> None:
        super().__init__(url)
        self._fuse = fuse

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a write transaction with three points at which it can break."""
        self._fuse.step()
        with super().transaction() as session:
            yield session
            self._fuse.step()
        self._fuse.step()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads."""
        self._fuse.step()
        with super().reading() as session:
            yield session

    def ask(self, question: Executable, **values: Any) -> Sequence[Row[Any]]:
        """Answer what is asked over and over."""
        self._fuse.step()
        return super().ask(question, **values)


def _busy() -> OperationalError:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return OperationalError("", {}, cause)
