"""Timers that stood still for ten minutes: what fell due meanwhile happens once, whoever makes up for it."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.inspections.domain.schedules import Period
from services.inspections.tables import task
from services.inspections.use_cases.tasks import LADDER, NewTask, make_task
from services.inspections.worker import declarations
from shared.clock import business_date
from shared.database import Database
from shared.database.chassis import timer
from shared.work.timers import run_due
from tests.integration.inspections.conftest import MONDAY, known_enterprise, staffed, told
from tests.support.racing import at_once

TASKS, WORKERS = 25, 3
OUTAGE = timedelta(minutes=10)


@pytest.fixture
def overdue(database: Database) -> Database:
    """Return a database in which every task is overdue, and the next rung of each falls into the same ten minutes."""
    staffed(database, "first", "grid_worker")
    staffed(database, "second", "subdistrict_officer")
    staffed(database, "officer", "bureau_officer", divisions=("331002",))
    day = business_date(MONDAY)
    for number in range(TASKS):
        enterprise_id = known_enterprise(database)
        with database.transaction() as session:
            wanted = NewTask(enterprise_id, 3, "adhoc", Period(day, day), owner="first", key=str(number))
            make_task(session, wanted, now=MONDAY)
    while run_due(database, declarations(), now=MONDAY + timedelta(days=1)):
        pass
    return database


def next_rung(database: Database) -> timedelta:
    """Return how long after ``MONDAY`` the next rung of the ladder is due."""
    with database.reading() as session:
        due = session.scalar(select(timer.c.due_at).where(timer.c.kind == LADDER).order_by(timer.c.due_at).limit(1))
    assert due is not None
    return due - MONDAY


class TestTenMinutesWithoutTimers:
    def test_are_made_up_for_once_by_several_workers(self, overdue: Database) -> None:
        stopped = MONDAY + next_rung(overdue) - timedelta(minutes=1)
        run_due(overdue, declarations(), now=stopped)
        before = len(told(overdue, "task_escalated"))

        def make_up(_: int) -> None:
            while run_due(overdue, declarations(), now=stopped + OUTAGE):
                pass

        at_once(make_up, threads=WORKERS)

        escalated = Counter(event["subject"] for event in told(overdue, "task_escalated"))
        with overdue.reading() as session:
            everybody = set(session.scalars(select(task.c.id)))
        assert (before, set(escalated), set(escalated.values())) == (0, everybody, {1})
        assert Counter(event["subject"] for event in told(overdue, "task_overdue")) == dict.fromkeys(everybody, 1)
