"""`python -m benchmarks.retention`: what it costs to forget the inbox by rows and by partitions (docs/adr/0010)."""

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from benchmarks.setting import Setting, say
from shared.database import Database
from shared.database.bulk import insert_rows
from shared.database.chassis import inbox, metadata
from shared.events.inbox import claim
from shared.ids import new_id
from shared.work.retention import ROWS, handled_before

EVENTS = 1_000_000
DAYS = 35
BATCH, BATCHES = 1_000, 150
NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=30)


def main() -> None:
    """Fill both kinds of inbox with the same ids and print what claiming and forgetting take."""
    home = Path(tempfile.mkdtemp(prefix="sise-bench-"))
    home.chmod(0o711)
    with Setting(home, is_quick=False).postgresql() as server:
        plain, parted = (Database(server.create_database(name)) for name in ("plain", "parted"))
        for database in (plain, parted):
            metadata.create_all(database.engine)
        divide(parted)
        for database in (plain, parted):
            fill(database)
        print(f"claims/s, one table:        {claims(plain):9,.0f}")
        print(f"claims/s, {DAYS // 7} partitions:     {claims(parted):9,.0f}")
        print(f"rows/s forgotten:           {forgotten(plain):9,.0f}")
        print(f"claims/s while forgetting:  {beside(lambda: forgotten(plain), plain):9,.0f}")
        began = time.monotonic()
        with parted.transaction() as session:
            session.execute(text("DROP TABLE inbox_0"))
        print(f"one partition dropped in    {(time.monotonic() - began) * 1000:9,.1f} ms")


def divide(database: Database) -> None:
    """Make the inbox a table of weekly partitions by the time that the ids carry."""
    with database.transaction() as session:
        session.execute(text("DROP TABLE inbox"))
        session.execute(
            text(
                "CREATE TABLE inbox (event_id uuid PRIMARY KEY, received_at timestamptz NOT NULL) "
                "PARTITION BY RANGE (event_id)"
            )
        )
        for week in range(DAYS // 7 + 1):
            first, last = (id_of(NOW + timedelta(days=7 * number - DAYS)) for number in (week, week + 1))
            session.execute(
                text(f"CREATE TABLE inbox_{week} PARTITION OF inbox FOR VALUES FROM ('{first}') TO ('{last}')")
            )


def fill(database: Database) -> None:
    """Write events of the last 35 days, equally spread."""
    say(f"writing {EVENTS:,} rows")
    step = timedelta(days=DAYS) / EVENTS
    for begin in range(0, EVENTS, 50_000):
        moments = [NOW - timedelta(days=DAYS) + number * step for number in range(begin, begin + 50_000)]
        rows = [{"event_id": id_of(moment, n), "received_at": moment} for n, moment in enumerate(moments)]
        with database.transaction() as session:
            insert_rows(session, inbox, rows)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE inbox"))


def claims(database: Database) -> float:
    """Return how many new ids a consumer claims in a second, 1,000 in a transaction."""
    batches = [[new_id() for _ in range(BATCH)] for _ in range(BATCHES)]
    began = time.monotonic()
    for batch in batches:
        with database.transaction() as session:
            claim(session, batch, now=NOW)
    return BATCH * BATCHES / (time.monotonic() - began)


def forgotten(database: Database, batches: int = 10) -> float:
    """Return how many rows go in a second."""
    began, count = time.monotonic(), 0
    for _ in range(batches):
        with database.transaction() as session:
            session.execute(handled_before(OLD))
        count += ROWS
    return count / (time.monotonic() - began)


def beside(act: Callable[[], object], database: Database) -> float:
    """Return the claims in a second while ``act`` is repeated on another thread."""
    ended = threading.Event()

    def repeat() -> None:
        while not ended.is_set():
            act()

    other = threading.Thread(target=repeat)
    other.start()
    found = claims(database)
    ended.set()
    other.join()
    return found


def id_of(moment: datetime, number: int = 0) -> str:
    """Return an event id of a moment."""
    return str(UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0x8 << 60) | number))


if __name__ == "__main__":
    main()
