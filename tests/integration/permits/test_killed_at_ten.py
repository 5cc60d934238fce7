"""The worker is killed while it marks the missed commitments: nothing is lost, nothing is told twice (§8.19)."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta

from sqlalchemy import select

from services.permits.tables import commitment
from shared.database import Database
from tests.integration.permits.conftest import at, known_enterprise, owes, run_clock, told
from tests.integration.permits.test_commitment_days import signs
from tests.support.source import ROOT

DAY = date(2027, 3, 2)
EVENING = at(DAY - timedelta(days=1), "20:00")
MANY = 60 if "SISE_FULL_VOLUME" not in os.environ else 5_000
SILENT = 10
# Marks in a transaction that it never ends, says so, and waits to be killed.
WORKER = """
import sys
from datetime import datetime
from services.permits.use_cases.commitment_days import mark_missed
from shared.database import connect
with connect(sys.argv[1]).transaction() as session:
    mark_missed(session, sys.argv[2], now=datetime.fromisoformat(sys.argv[3]))
    print("marked", flush=True)
    sys.stdin.read()
"""


def die_while_marking(url: str) -> None:
    """Start a worker that marks at ten, and kill it before it has committed."""
    arguments = [url, f"{DAY} 10:00", at(DAY, "10:01").isoformat()]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "marked\n"
        worker.send_signal(signal.SIGKILL)


class TestTheWorker:
    def test_that_is_killed_at_ten_loses_nothing(self, database: Database) -> None:
        ids = [known_enterprise(database, now=EVENING) for _ in range(MANY + SILENT)]
        owes(database, *ids, now=EVENING)
        run_clock(database, now=at(DAY, "00:00"))
        for number, one in enumerate(ids[:MANY]):
            signs(database, one, now=at(DAY, "09:50") + timedelta(seconds=600 * number / MANY))

        die_while_marking(database.engine.url.render_as_string(hide_password=False))
        lost = told(database, "commitment_missed")
        for _ in range(2):
            run_clock(database, now=at(DAY, "10:20"))

        with database.reading() as session:
            marked = set(session.scalars(select(commitment.c.enterprise_id).where(commitment.c.is_missed)))
        events = [event["data"]["enterprise_id"] for event in told(database, "commitment_missed")]
        assert (lost, marked, sorted(events)) == ([], set(ids[MANY:]), sorted(ids[MANY:]))
