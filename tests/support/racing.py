"""Several threads that do the same at the same moment, or wait for each other."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from shared.database import Database, Session
from tests.support.events import until

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def at_once(act: Callable[[int], Any], *, threads: int = 8) -> list[Any]:
    """Call ``act`` with 0, 1, … in as many threads, let go together, and return what they returned."""
    gate = threading.Barrier(threads)

    def run(number: int) -> Any:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def meanwhile(database: Database, first: Callable[[Session], Any], *, second: Callable[[], Any]) -> Any:
    """Do ``first``, end its transaction when ``second`` waits for it (PostgreSQL), and return what that returned."""
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            first(session)
            waiting = pool.submit(second)
            until(lambda: waiting_transactions(database))
        return waiting.result()


def waiting_transactions(database: Database) -> int:
    """Return how many transactions wait for the lock of another one (PostgreSQL)."""
    with database.reading() as session:
        return int(session.execute(WAITING).scalar_one())
