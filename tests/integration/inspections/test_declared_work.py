"""Declared dangerous work that is to be visited makes a task for the grid; other work makes none (permits §5.5)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.inspections.subscriptions import on_work_declared
from shared.clock import business_date
from shared.contracts.permits import WorkDeclared
from shared.database import Database
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.inspections.conftest import INSPECTIONS, MONDAY, Caller, staffed
from tests.support.events import received

DAY = business_date(MONDAY)


def declared(database: Database, enterprise_id: str, *, now: datetime = MONDAY, **changes: Any) -> None:
    """Let inspections hear of declared work."""
    facts = {"day": DAY.isoformat(), "kind": "confined_space", "colour": "red", "is_visited": True} | changes
    event = WorkDeclared(job_id=new_id(), enterprise_id=enterprise_id, **facts)
    with database.transaction() as session:
        on_work_declared(session, received(event), now=now)


@pytest.fixture
def tasks(database: Database, caller: Caller) -> Any:
    staffed(database, "g-1", "grid_worker", grids=("g-7",))
    officer = caller("bureau_officer")
    return lambda: officer.get(f"{INSPECTIONS}/tasks").json["items"]


class TestDeclaredWork:
    def test_is_visited_by_the_grid_on_its_day(self, database: Database, enterprise_id: str, tasks: Any) -> None:
        declared(database, enterprise_id)
        [one] = tasks()
        assert (one["tier"], one["origin"], one["enterprise_id"]) == (3, "declared_work", enterprise_id)
        assert (one["first_day"], one["last_day"]) == (DAY.isoformat(), DAY.isoformat())

    def test_is_visited_once_a_day(self, database: Database, enterprise_id: str, tasks: Any) -> None:
        declared(database, enterprise_id)
        declared(database, enterprise_id)
        declared(database, enterprise_id, day=(DAY + timedelta(days=1)).isoformat())
        assert len(tasks()) == 2

    def test_is_not_visited_when_nobody_has_to_come(self, database: Database, enterprise_id: str, tasks: Any) -> None:
        declared(database, enterprise_id, colour="green", is_visited=False)
        assert tasks() == []

    def test_that_is_heard_of_late_is_visited_today(self, database: Database, enterprise_id: str, tasks: Any) -> None:
        declared(database, enterprise_id, now=MONDAY + timedelta(days=2))
        assert tasks()[0]["last_day"] == (DAY + timedelta(days=2)).isoformat()

    def test_waits_for_the_enterprise(self, database: Database) -> None:
        with pytest.raises(NotYet):
            declared(database, new_id())
