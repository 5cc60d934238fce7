"""Tasks by running duties: made once per period, routed to the nearest, reminded and escalated by the clock."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from services.inspections.domain.schedules import Period
from services.inspections.tables import staff, standing, task
from services.inspections.use_cases.tasks import NewTask, climb_ladder, make_task
from shared.clock import business_date
from shared.contracts.registry import ServiceContractStarted
from shared.database import Database
from shared.ids import new_id
from shared.security.upkeep import keep_contracts
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    MONDAY,
    Caller,
    graded,
    known_enterprise,
    names_of,
    owes,
    run_clock,
    staffed,
    told,
)
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
WEEK = timedelta(days=7)


def rows(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(select(task).order_by(task.c.tier, task.c.first_day)))


class TestPlanning:
    def test_makes_the_tasks_of_running_duties(self, database: Database, enterprise_id: str) -> None:
        """§7.1: red checks itself weekly, the grid comes monthly, and a contract makes a visit due."""
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check", "contract")

        run_clock(database, now=MONDAY)

        found = [(row.tier, row.origin, row.first_day.isoformat(), row.last_day.isoformat()) for row in rows(database)]
        assert found == [
            (1, "self_check", "2027-03-01", "2027-03-07"),
            (2, "contract", "2027-03-01", "2027-03-31"),
            (3, "self_check", "2027-03-01", "2027-03-31"),
        ]

    def test_makes_nothing_without_a_running_duty(self, database: Database, enterprise_id: str) -> None:
        """The day after an import nobody owes anything."""
        graded(database, enterprise_id, 1)
        run_clock(database, now=MONDAY)
        assert rows(database) == []

    def test_makes_the_next_task_when_the_next_period_begins(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check")
        for weeks in range(3):
            run_clock(database, now=MONDAY + weeks * WEEK)

        assert [row.first_day.isoformat() for row in rows(database) if row.tier == 1] == [
            "2027-03-01",
            "2027-03-08",
            "2027-03-15",
        ]

    def test_never_makes_two_for_one_period(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        for sequence in (1, 2, 3):
            owes(database, enterprise_id, "self_check", sequence=sequence)
            run_clock(database, now=MONDAY)

        assert [row.tier for row in rows(database)] == [1, 3]

    @pytest.mark.parametrize(
        ("changes", "tiers"),
        [
            ({"starts_on": "2027-03-02"}, []),  # the first whole period has not begun
            ({"ends_on": "2027-03-01"}, []),
            ({"frequency": "monthly"}, [1, 3]),
        ],
    )
    def test_follows_the_days_of_the_duty(
        self, database: Database, enterprise_id: str, changes: dict[str, Any], tiers: list[int]
    ) -> None:
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check", **changes)
        run_clock(database, now=MONDAY)
        assert [row.tier for row in rows(database)] == tiers

    def test_waits_for_the_first_whole_period(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check", starts_on="2027-03-02")
        for now in (MONDAY, MONDAY + WEEK):
            run_clock(database, now=now)
        assert [row.first_day.isoformat() for row in rows(database)] == ["2027-03-08"]

    def test_keeps_a_fixed_frequency_of_the_self_check(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check", frequency="monthly")
        run_clock(database, now=MONDAY)
        assert rows(database)[0].last_day.isoformat() == "2027-03-31"

    @pytest.mark.parametrize("order", list(permutations(("duty", "grade", "register"))), ids="-".join)
    def test_does_not_depend_on_the_order_of_the_events(self, database: Database, order: tuple[str, ...]) -> None:
        enterprise_id = new_id()
        telling = {
            "duty": lambda: owes(database, enterprise_id, "self_check"),
            "grade": lambda: graded(database, enterprise_id, 1),
            "register": lambda: known_enterprise(database, enterprise_id=enterprise_id),
        }
        for name in order:
            telling[name]()
            run_clock(database, now=MONDAY + WEEK)
        assert [row.tier for row in rows(database)] == [1, 3]

    def test_makes_nothing_for_an_enterprise_that_is_no_more(self, database: Database) -> None:
        gone = known_enterprise(database, status="deregistered")
        graded(database, gone, 1)
        owes(database, gone, "self_check")
        run_clock(database, now=MONDAY)
        assert rows(database) == []

    def test_cancels_what_is_owed_no_more(self, database: Database, enterprise_id: str) -> None:
        """Only a running obligation makes misses: an enterprise that has left the register is never overdue."""
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check")
        run_clock(database, now=MONDAY)
        known_enterprise(database, enterprise_id=enterprise_id, status="deregistered", sequence=2)
        for days in (1, 40):
            run_clock(database, now=MONDAY + timedelta(days=days))

        assert [(row.tier, row.state, row.is_overdue) for row in rows(database)] == [
            (1, "cancelled", False),
            (3, "cancelled", False),
        ]

    def test_cancels_on_the_day_on_which_a_duty_ends(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        owes(database, enterprise_id, "self_check", ends_on="2027-03-03")
        for days in (0, 1, 2):
            run_clock(database, now=MONDAY + timedelta(days=days))
            states = [row.state for row in rows(database)]
            assert states == (["assigned"] * 2 if days < 2 else ["cancelled"] * 2)

    def test_makes_the_task_again_when_the_duty_begins_anew(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        for sequence, changes in enumerate(({}, {"ends_on": "2027-03-01"}, {}), 1):
            owes(database, enterprise_id, "self_check", sequence=sequence, **changes)
            run_clock(database, now=MONDAY)
        assert sorted((row.tier, row.state) for row in rows(database)) == [
            (1, "assigned"),
            (1, "cancelled"),
            (3, "assigned"),
            (3, "cancelled"),
        ]

    def test_wakes_up_for_the_end_of_a_duty_whose_level_asks_for_nothing(
        self, database: Database, enterprise_id: str
    ) -> None:
        graded(database, enterprise_id, None)
        owes(database, enterprise_id, "contract", ends_on="2027-03-03")
        run_clock(database, now=MONDAY)
        assert rows(database) == []

    def test_ignores_what_is_older(self, database: Database, enterprise_id: str) -> None:
        graded(database, enterprise_id, 2, sequence=5)
        graded(database, enterprise_id, 4, sequence=4)
        with database.reading() as session:
            assert session.scalars(select(standing.c.level)).all() == [2]


class TestRouting:
    def test_gives_the_task_to_the_grid_worker_of_the_grid(self, database: Database) -> None:
        one = known_enterprise(database, grid="g-1")
        staffed(database, "far", "grid_worker", grids=("g-2",))
        staffed(database, "near", "grid_worker", grids=("g-1",))
        graded(database, one, 1)
        owes(database, one, "self_check")

        run_clock(database, now=MONDAY)

        assert [(row.tier, row.owner, row.rung) for row in rows(database)] == [
            (1, f"enterprise:{one}", "queue"),
            (3, "near", "first"),
        ]

    def test_gives_a_visit_to_the_intermediary_under_contract(self, database: Database) -> None:
        one, agency = known_enterprise(database), new_id()
        sides = {"contract_id": new_id(), "enterprise_id": one, "intermediary_id": agency}
        days = {"starts_at": "2027-01-01T00:00:00+08:00", "ends_at": "2028-01-01T00:00:00+08:00"}
        with database.transaction() as session:
            keep_contracts(session, [received(ServiceContractStarted(**sides, **days))], now=MONDAY)
        staffed(database, "inspector", "intermediary_inspector", divisions=(), intermediary_id=agency)
        graded(database, one, 1)
        owes(database, one, "contract")

        run_clock(database, now=MONDAY)

        assert [(row.tier, row.owner, row.rung) for row in rows(database)] == [(2, "inspector", "first")]

    def test_spreads_tasks_by_load_and_passes_over_who_is_away(self, database: Database) -> None:
        staffed(database, "a", "grid_worker")
        staffed(database, "b", "grid_worker")
        staffed(database, "c", "grid_worker", is_absent=True)
        for _ in range(4):
            one = known_enterprise(database)
            graded(database, one, 1)
            owes(database, one, "self_check")
            run_clock(database, now=MONDAY)

        assert sorted(row.owner for row in rows(database) if row.tier == 3) == ["a", "a", "b", "b"]

    def test_keeps_the_newest_word_about_a_person(self, database: Database) -> None:
        staffed(database, "a", "grid_worker", sequence=2, is_enabled=False)
        staffed(database, "a", "grid_worker", sequence=1)
        with database.reading() as session:
            assert session.scalars(select(staff.c.is_available)).all() == [False]

    def test_lets_somebody_take_what_waits_in_a_queue(self, database: Database, caller: Caller) -> None:
        one = known_enterprise(database)
        graded(database, one, 1)
        owes(database, one, "self_check")
        run_clock(database, now=MONDAY)
        waiting = next(row for row in rows(database) if row.tier == 3)

        taken = caller("grid_worker").post(f"{INSPECTIONS}/tasks/{waiting.id}/steps", json={"event": "take"}).json

        assert (taken["owner"], taken["state"]) == ("a-grid_worker", "accepted")


class TestAbsence:
    @pytest.fixture
    def one(self, database: Database) -> str:
        """Return an enterprise whose task of tier 3 belongs to somebody who is not alone in the subdistrict."""
        one = known_enterprise(database)
        staffed(database, "first", "grid_worker")
        graded(database, one, 1)
        owes(database, one, "self_check")
        run_clock(database, now=MONDAY)
        staffed(database, "second", "grid_worker")
        return one

    def owner(self, database: Database) -> str:
        return next(str(row.owner) for row in rows(database) if row.tier == 3)

    @pytest.mark.parametrize(
        "change",
        [{"is_absent": True}, {"is_enabled": False}, {"is_licence_expired": True}],
        ids=lambda one: next(iter(one)),
    )
    def test_gives_open_tasks_to_others(self, database: Database, one: str, change: dict[str, bool]) -> None:
        """Row 2: absence means another owner, and others hear of it."""
        staffed(database, "first", "grid_worker", sequence=2, **change)
        for _ in range(2):
            run_clock(database, now=MONDAY)

        [escalated] = told(database, "task_escalated")
        assert (self.owner(database), escalated["data"]["owner"]) == ("second", "second")

    def test_lets_tasks_wait_in_a_queue_when_nobody_is_left(self, database: Database, one: str) -> None:
        """Row 1: no task is ever unowned."""
        for number, name in enumerate(("second", "first"), 2):
            staffed(database, name, "grid_worker", sequence=number, is_absent=True)
        run_clock(database, now=MONDAY)
        assert self.owner(database) == "tier:3@331002001"

    @pytest.mark.parametrize(
        ("sequence", "back"), [(3, True), (1, False)], ids=["is back at once", "was told of too late"]
    )
    def test_leaves_the_tasks_of_who_is_there(self, database: Database, one: str, sequence: int, *, back: bool) -> None:
        """Events come in any order; the newest one counts."""
        staffed(database, "first", "grid_worker", sequence=2, is_absent=back)
        staffed(database, "first", "grid_worker", sequence=sequence, is_absent=not back)
        run_clock(database, now=MONDAY)
        assert (self.owner(database), told(database, "task_escalated")) == ("first", [])

    def test_leaves_what_has_begun_on_site(self, database: Database, caller: Caller, one: str) -> None:
        """Row 2 begins in no state after the check-in."""
        own = next(row.id for row in rows(database) if row.tier == 3)
        answer = caller("grid_worker", subject="first").post(
            f"{INSPECTIONS}/tasks/{own}/steps", json={"event": "check_in"}
        )
        assert answer.status_code == 200, answer.text
        staffed(database, "first", "grid_worker", sequence=2, is_absent=True)
        run_clock(database, now=MONDAY)
        assert self.owner(database) == "first"

    def test_keeps_a_task_as_high_as_the_ladder_has_led_it(self, database: Database, one: str) -> None:
        for name in "abc":
            staffed(database, name, "bureau_officer", divisions=("331002",))
        for days in (31, 33, 40, 45):
            run_clock(database, now=MONDAY + timedelta(days=days))
        before = self.owner(database)
        staffed(database, "somebody new", "grid_worker")
        staffed(database, before, "bureau_officer", divisions=("331002",), sequence=2, is_absent=True)
        run_clock(database, now=MONDAY + timedelta(days=45))
        assert self.owner(database) in {"a", "b", "c"} - {before}


class TestLadder:
    def test_escalates_when_nobody_does_it(self, database: Database) -> None:
        """Row 52 of the superset: escalation that really runs."""
        one = known_enterprise(database)
        staffed(database, "first", "grid_worker")
        staffed(database, "second", "grid_worker", sequence=2)
        staffed(database, "third", "subdistrict_officer")
        staffed(database, "officer", "bureau_officer", divisions=("331002",))
        graded(database, one, 1)
        owes(database, one, "self_check", frequency="monthly")
        run_clock(database, now=MONDAY)
        for days in range(29, 45):
            run_clock(database, now=MONDAY + timedelta(days=days))

        march = next(row.id for row in rows(database) if row.tier == 3)
        told_of = [event for event in told(database) if event["subject"] == march]
        assert [(name, event["data"]["owner"]) for name, event in zip(names_of(told_of), told_of, strict=True)] == [
            ("task_assigned", "first"),
            ("task_overdue", "first"),
            ("task_escalated", "third"),  # the second one has April's task already
            ("task_escalated", "second"),
            ("task_escalated", "officer"),
        ]

    def test_never_gives_a_task_to_a_lower_tier(self, database: Database, enterprise_id: str) -> None:
        """§7.1: results escalate upwards; the rung of the subdistrict is none for government supervision."""
        staffed(database, "subdistrict", "subdistrict_officer")
        staffed(database, "officer", "bureau_officer", divisions=("331002",))
        day = business_date(MONDAY)
        with database.transaction() as session:
            wanted = NewTask(enterprise_id, 4, "adhoc", Period(day, day), owner="officer", cause="requested")
            make_task(session, wanted, now=MONDAY)
        for days in range(1, 10):
            run_clock(database, now=MONDAY + timedelta(days=days))

        owners = [event["data"]["owner"] for event in told(database, "task_escalated")]
        assert owners == ["tier:4@331002001"] * 3

    def test_does_nothing_before_the_moment(self, database: Database) -> None:
        """A timer that runs too early, or for a task that has moved on, leaves everything as it is."""
        one = known_enterprise(database)
        graded(database, one, 1)
        owes(database, one, "self_check")
        run_clock(database, now=MONDAY)
        before = rows(database)
        with database.transaction() as session:
            climb_ladder(session, before[0].id, now=MONDAY)

        assert rows(database) == before

    def test_fires_each_overdue_rung_once_after_an_outage(self, database: Database) -> None:
        one = known_enterprise(database)
        staffed(database, "officer", "bureau_officer", divisions=("331002",))
        graded(database, one, 1)
        owes(database, one, "self_check", frequency="monthly")
        run_clock(database, now=MONDAY)
        for _ in range(2):
            run_clock(database, now=MONDAY + timedelta(days=60))

        third_tier = [row for row in rows(database) if row.tier == 3 and row.first_day.month == 3]
        events = [event for event in told(database) if event["subject"] == third_tier[0].id]
        assert names_of(events).count("task_overdue") == 1
        assert third_tier[0].climbed == 5
