from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.chassis import relay_cursor, timer
from shared.declarations import Declarations
from shared.declarations import job as job_handler
from shared.declarations import timer as timer_handler
from shared.work.jobs import Job, JobStep, enqueue, job_by_id, run_step
from shared.work.timers import cancel, run_due, schedule

NOW = datetime(2026, 5, 6, 7, 0, tzinfo=UTC)


class TestTimers:
    def test_run_once_in_the_order_in_which_they_were_due(self, database: Database, ran: list[str]) -> None:
        with database.transaction() as session:
            schedule(session, "deadline", "second", due_at=NOW - timedelta(minutes=1))
            schedule(session, "deadline", "first", due_at=NOW - timedelta(minutes=2))

        run_due(database, self.declarations, now=NOW)
        run_due(database, self.declarations, now=NOW)

        assert ran == ["first", "second"]

    def test_wait_for_their_moment(self, database: Database, ran: list[str]) -> None:
        with database.transaction() as session:
            schedule(session, "deadline", "later", due_at=NOW + timedelta(seconds=1))

        run_due(database, self.declarations, now=NOW)

        assert ran == []

    def test_are_replaced_by_a_new_setting(self, database: Database, ran: list[str]) -> None:
        with database.transaction() as session:
            schedule(session, "deadline", "moved", due_at=NOW)
            schedule(session, "deadline", "moved", due_at=NOW + timedelta(days=1))

        assert run_due(database, self.declarations, now=NOW) == 0

    def test_can_be_cancelled(self, database: Database, ran: list[str]) -> None:
        with database.transaction() as session:
            schedule(session, "deadline", "gone", due_at=NOW)
            cancel(session, "deadline", "gone")

        assert run_due(database, self.declarations, now=NOW) == 0

    def test_are_tried_again_after_a_failure_without_half_an_effect(self, database: Database, ran: list[str]) -> None:
        with database.transaction() as session:
            schedule(session, "deadline", "broken", due_at=NOW)

        run_due(database, self.declarations, now=NOW)

        with database.reading() as session:
            kept = session.execute(select(timer).where(timer.c.kind == "deadline")).one()
            effects = session.execute(select(func.count()).select_from(relay_cursor)).scalar_one()
        assert (kept.attempts, kept.due_at > NOW, effects) == (1, True, 0)

    @pytest.fixture
    def ran(self) -> list[str]:
        seen: list[str] = []

        @timer_handler("deadline")
        def on_deadline(session: Session, entity: str, *, now: datetime) -> None:
            session.execute(relay_cursor.insert().values(lane=len(seen), position=0))
            if entity == "broken":
                raise RuntimeError
            seen.append(entity)

        self.declarations = _declared(on_deadline)
        return seen


class TestJobs:
    def test_go_on_where_the_last_committed_step_ended(self, database: Database) -> None:
        with database.transaction() as session:
            job_id = enqueue(session, "count", {"to": 3, "fails_at": 2}, now=NOW)

        moments = iter(NOW + timedelta(hours=n) for n in range(9))
        while run_step(database, self.declarations, now=next(moments)):
            pass

        with database.reading() as session:
            assert (job_by_id(session, job_id).state, job_by_id(session, job_id).done) == ("completed", 3)
        assert self.steps == [1, 2, 2, 3]

    def test_fail_openly_in_the_end(self, database: Database) -> None:
        with database.transaction() as session:
            job_id = enqueue(session, "hopeless", {}, now=NOW)

        moments = iter(NOW + timedelta(hours=n) for n in range(20))
        while run_step(database, self.declarations, now=next(moments)):
            pass

        with database.reading() as session:
            found = job_by_id(session, job_id)
        assert (found.state, found.error) == ("failed", "RuntimeError('never works')")

    @pytest.fixture(autouse=True)
    def _handlers(self) -> None:
        self.steps: list[int] = []

        @job_handler("count")
        def count(session: Session, job: Job, *, now: datetime) -> JobStep:
            step = job.cursor.get("step", 0) + 1
            self.steps.append(step)
            if step == job.arguments["fails_at"] and self.steps.count(step) == 1:
                raise RuntimeError
            return JobStep({"step": step}, done=step, total=3, finished=step == job.arguments["to"])

        @job_handler("hopeless")
        def hopeless(session: Session, job: Job, *, now: datetime) -> JobStep:
            raise RuntimeError("never works")

        self.declarations = _declared(count, hopeless)


def _declared(*handlers: Any) -> Declarations:
    module = ModuleType("declared")
    for number, handler in enumerate(handlers):
        setattr(module, f"handler_{number}", handler)
    return Declarations.collect("registry", module)
