"""A worker that has nothing to do: it asks for nothing, and yet misses nothing that comes due."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from shared.bus.embedded import EmbeddedBus
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.database import Database, connect
from shared.declarations import Declarations
from shared.declarations import job as job_handler
from shared.declarations import timer as timer_handler
from shared.services import Service
from shared.work.jobs import Job, JobStep, enqueue
from shared.work.timers import schedule
from shared.worker import UPKEEP, Worker
from tests.integration.events.test_worker import settings_of
from tests.support.events import until

SOON = 4 * UPKEEP  # a look, and what a busy machine adds
DAY = timedelta(days=1)
ELSEWHERE = """
import sys
from shared.clock import Clock
from shared.database import Database
from shared.work.jobs import enqueue
from shared.work.timers import schedule
now = Clock().now()
with Database(sys.argv[1]).transaction() as session:
    schedule(session, "deadline", "elsewhere", due_at=now)
    enqueue(session, "count", {}, now=now, job_id="01920000-0000-7000-8000-000000000000")
"""


@dataclass
class Office:
    """A service with a timer and a job, whose worker runs and has found nothing to do yet."""

    database: Database
    clock: Clock
    ran: list[str] = field(default_factory=list)
    asked_at: float = field(default_factory=time.monotonic)

    def declarations(self) -> Declarations:
        @timer_handler("deadline")
        def on_deadline(_session: Session, entity: str, *, now: datetime) -> None:
            self.ran.append(entity)

        @job_handler("count")
        def count(_session: Session, job: Job, *, now: datetime) -> JobStep:
            self.ran.append("job")
            return JobStep({}, done=1, finished=True)

        module = ModuleType("declared")
        vars(module).update(on_deadline=on_deadline, count=count)
        return Declarations.collect("risk", module)

    def set_timer(self, entity: str, *, after: timedelta = timedelta()) -> None:
        with self.database.transaction() as session:
            schedule(session, "deadline", entity, due_at=self.clock.now() + after)

    def note(self, *_: Any) -> None:
        self.asked_at = time.monotonic()

    def is_quiet(self) -> bool:
        """Return whether every loop has come round twice and nobody asked the database anything."""
        return time.monotonic() - self.asked_at > 2.5 * UPKEEP

    def wait_until_run(self, *names: str) -> None:
        until(lambda: set(names) <= set(self.ran), seconds=SOON, sentence=f"ran only {self.ran}")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Return the office on each database; its worker has run a first timer."""
    shared = connect(database.url)
    office = Office(shared, Clock(tmp_path, movable=True))
    service = Service("risk", _none, office.declarations, _none)
    settings = replace(settings_of("risk", tmp_path, database.url), is_demo=True)
    worker = Worker(service, settings, bus=EmbeddedBus("risk", {"risk": shared}, Topology.of([])))
    event.listen(shared.engine, "before_cursor_execute", office.note)
    office.set_timer("first")
    worker.start()
    until(lambda: office.ran == ["first"])
    yield office
    worker.stop()
    shared.close()


class TestAnIdleWorker:
    def test_runs_at_once_what_its_own_process_sets(self, office: Office) -> None:
        office.set_timer("here")
        with office.database.transaction() as session:
            enqueue(session, "count", {}, now=office.clock.now())

        office.wait_until_run("here", "job")
        assert sorted(office.ran) == ["first", "here", "job"]

    def test_runs_at_once_what_another_process_sets(self, office: Office) -> None:
        subprocess.run([sys.executable, "-c", ELSEWHERE, office.database.url], check=True)

        office.wait_until_run("elsewhere", "job")
        assert sorted(office.ran) == ["elsewhere", "first", "job"]

    def test_runs_at_its_moment_what_it_knows_already(self, office: Office) -> None:
        office.set_timer("later", after=timedelta(seconds=2))
        office.set_timer("tomorrow", after=DAY)

        office.wait_until_run("later")
        assert office.ran == ["first", "later"]

    def test_notices_that_the_clock_was_moved(self, office: Office, tmp_path: Path) -> None:
        office.set_timer("tomorrow", after=DAY)
        office.set_timer("in two days", after=2 * DAY)
        Clock(tmp_path, movable=True).advance(DAY)

        office.wait_until_run("tomorrow")
        assert office.ran == ["first", "tomorrow"]


class TestAnIdleWorkerWithoutAServer:
    @pytest.fixture
    def database_kind(self) -> str:
        return "sqlite"

    def test_asks_its_database_nothing(self, office: Office) -> None:
        office.set_timer("tomorrow", after=DAY)

        assert until(office.is_quiet, seconds=30)

    def test_runs_what_comes_after_it_fell_quiet(self, office: Office, tmp_path: Path) -> None:
        office.set_timer("tomorrow", after=DAY)
        until(office.is_quiet, seconds=30)
        Clock(tmp_path, movable=True).advance(DAY)
        office.wait_until_run("tomorrow")
        until(office.is_quiet, seconds=30)
        subprocess.run([sys.executable, "-c", ELSEWHERE, office.database.url], check=True)

        office.wait_until_run("elsewhere", "job")
        assert sorted(office.ran) == ["elsewhere", "first", "job", "tomorrow"]


def _none(_settings: Any) -> Any:
    return None
