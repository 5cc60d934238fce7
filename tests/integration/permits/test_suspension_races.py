"""Work that begins at the moment at which others tell why it must not, and what it costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from services.permits import subscriptions
from services.permits.use_cases.stop_orders import Ordered, prepare_order, step_order
from services.permits.use_cases.suspensions import suspend_for_people
from shared.contracts.inspections import ProductionHalted
from shared.contracts.monitoring import AlarmRaised
from shared.contracts.registry import PersonLeft
from shared.database import Database, Session
from shared.ids import new_id
from shared.machines import Step
from tests.integration.permits.conftest import known_enterprise
from tests.support import permits
from tests.support.databases import Begin
from tests.support.events import received
from tests.support.permits import DONE, GUARDIAN, WORKER, Work
from tests.support.racing import meanwhile

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine in the morning in China, a Tuesday
applied = partial(permits.applied, now=NOW)
FIRM = new_id()
LATE = 10**9  # a sequence after all others


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, enterprise_id=FIRM, industry="C2614")


@pytest.fixture
def work(database: Database, firm: str, begin_with: Begin) -> Work:
    """Return work to which nothing is missing but its start."""
    return Work(database, begin_with(lambda: nearly_started(database, firm).id))


def nearly_started(database: Database, firm: str) -> Work:
    found = applied(database, firm).approve(at=NOW)
    for role in found.row.terms["tickets"]:
        found.take("check_ticket", at=NOW, role=role)
    return found.take("check_in", at=NOW, person_id=GUARDIAN)


def alarm(session: Session, firm: str) -> None:
    told = AlarmRaised(occurrence_id=new_id(), enterprise_id=firm, level=2, quantity="CH4")
    subscriptions.on_alarm_raised(session, received(told), now=NOW)


def halt(session: Session, firm: str) -> None:
    told = ProductionHalted(order_id=new_id(), enterprise_id=firm)
    subscriptions.on_halt(session, [received(told)], now=NOW)


def departure(session: Session, firm: str) -> None:
    told = PersonLeft(person_id=WORKER, enterprise_id=firm, posts=("worker",), left_on="2026-03-03")
    subscriptions.on_person(session, [received(told, sequence=LATE)], now=NOW)


def by_officer(event: str, given: dict[str, Any]) -> Step:
    return Step(event, "officer-1", 3, NOW, given, frozenset({"bureau_officer"}))


def stop_order(session: Session, firm: str) -> None:
    order = Ordered(firm, "现场无监护", "立即停止", is_whole=True)
    order_id = prepare_order(session, order, step=by_officer("prepare", {}))
    step_order(session, order_id, step=by_officer("issue_alone", {"reason": "一人在场"}))


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("told", [alarm, halt, departure, stop_order])
class TestAStart:
    def test_that_came_first_is_suspended_by_what_is_told_meanwhile(
        self, database: Database, work: Work, *, firm: str, told: Callable[[Session, str], None]
    ) -> None:
        def hear() -> None:
            with database.transaction() as session:
                told(session, firm)

        def start(session: Session) -> None:
            permits.step_permit(session, work.id, step=Step("start", "foreman", 0, NOW, dict(DONE)))

        meanwhile(database, start, second=hear)

        assert work.row.state == "suspended"

    def test_that_came_second_is_refused(
        self, database: Database, work: Work, *, firm: str, told: Callable[[Session, str], None]
    ) -> None:
        refused = meanwhile(database, lambda session: told(session, firm), second=lambda: work.refusal("start", at=NOW))

        assert refused in ("alarm_goes_on", "production_halted", "people_not_fit")
        assert work.row.state == "approved"


class TestPeople:
    def test_of_many_permits_are_looked_at_in_as_many_statements_as_of_one(self, database: Database, firm: str) -> None:
        costs = []
        for _ in range(3):
            applied(database, firm).approve(at=NOW).start(at=NOW)
            costs.append(statements(database, lambda: looked_at(database)))
        assert costs[0] == costs[2] < 10


class TestAStep:
    def test_of_work_that_goes_on_takes_no_more_statements_than_before_its_start(
        self, database: Database, work: Work
    ) -> None:
        def check_in() -> None:
            work.take("check_in", at=NOW, person_id=WORKER)

        before = statements(database, check_in)
        work.take("check_out", at=NOW, person_id=WORKER).take("start", at=NOW)

        assert statements(database, check_in) <= before


def looked_at(database: Database) -> None:
    """See that nobody has to stop."""
    with database.transaction() as session:
        suspend_for_people(session, {WORKER, GUARDIAN}, now=NOW + timedelta(minutes=1))


def statements(database: Database, act: Callable[[], None]) -> int:
    """Return how many statements ``act`` takes."""
    said: list[str] = []

    def listen(*call: Any) -> None:
        said.append(call[2])

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        act()
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
    return len(said)
