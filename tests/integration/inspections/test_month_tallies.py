"""The figures of an open month are sums of changes: whatever happens, they are what the rows come to."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, update

from services.inspections.queries.assessments import month_at, units_of
from services.inspections.queries.counted import live
from services.inspections.queries.figures import assessed
from services.inspections.rules import assessment_rules
from services.inspections.tables import (
    check_record,
    enterprise,
    hazard,
    month_check_record_tally,
    month_enterprise_tally,
    month_hazard_tally,
    month_task_tally,
    task,
)
from services.inspections.use_cases.assessments import begin_month
from services.inspections.use_cases.tallies import sum_up
from shared.database import Database
from tests.integration.inspections.conftest import MONDAY, known_enterprise, run_clock
from tests.integration.inspections.test_assessments import (
    COMPUTED,
    FIRST,
    MARCH,
    NEXT,
    SECOND,
    begun,
    due,
    found,
    supervised,
)
from tests.integration.inspections.test_merging import merge

TALLIES = (month_check_record_tally, month_enterprise_tally, month_hazard_tally, month_task_tally)
MONTHS = ("2027-02", MARCH, NEXT)
SEEDS, LOOKS, ACTS = range(5), 4, 12
LATER = MONDAY + timedelta(minutes=11)


def figures(database: Database) -> tuple[Any, Any]:
    """Return what the open months show, and what their rows come to."""
    rules = assessment_rules()
    with database.reading() as session:
        shown = [units_of(session, month_at(session, month)) for month in MONTHS]
        rows = [assessed(session, live(rules, month), rules, entered=()) for month in MONTHS]
    return shown, rows


def planned(units: Sequence[Any]) -> int:
    return sum(figure["planned"] for unit in units for figure in unit["figures"])


def written(database: Database, *statements: Any) -> None:
    with database.transaction() as session:
        for statement in statements:
            session.execute(statement)


class History:
    """Whatever can happen to rows, in an order that a seed draws; all of it on one day or another of three months."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.draw, self.sequence = database, random.Random(seed), 1
        self.enterprises = [supervised(database, unit) for unit in (FIRST, FIRST, SECOND)]
        begun(database)
        with database.transaction() as session:
            begin_month(session, now=datetime(2027, 2, 1, 1, tzinfo=UTC))

    def figures_after(self, acts: int) -> tuple[Any, Any]:
        for _ in range(acts):
            self.act()
        return figures(self.database)

    def act(self) -> None:
        table = self.draw.choice((task, hazard, check_record))
        act: Callable[[Table], None] = self.draw.choice(
            (*[self.come] * 4, self.change, self.change, self.change_all, self.go, self.move, self.sum_up)
        )
        act(table)

    def come(self, table: Table) -> None:
        make = {task: self.make_task, hazard: self.make_hazard, check_record: self.make_check}[table]
        make(self.draw.choice(self.enterprises))

    def make_task(self, enterprise_id: str) -> None:
        origin = self.draw.choice(("self_check", "contract", "major_hazard"))
        due(self.database, enterprise_id, tier=self.draw.choice((1, 2, 3)), origin=origin, **self.values(task))

    def make_hazard(self, enterprise_id: str) -> None:
        found(self.database, enterprise_id, tier=self.draw.choice((1, 3, 4)), **self.values(hazard))

    def make_check(self, enterprise_id: str) -> None:
        lists = {name: {} for name in ("answers", "meanings", "notes", "hazards")}
        words = {"checklist": "FIRE-SMALL", "checklist_version": 1, "by": "somebody"}
        own = {"id": self.ident(), "task_id": self.ident(), "enterprise_id": enterprise_id}
        written(self.database, insert(check_record).values(**lists, **words, **own, **self.values(check_record)))

    def ident(self) -> str:
        return f"00000000-0000-7000-8000-{self.draw.randrange(10**12):012}"

    def values(self, table: Table) -> dict[str, Any]:
        """Return other values of the columns that decide whether and how a row counts."""
        day, at = date(2027, 2, 20) + timedelta(days=self.draw.randrange(45)), self.draw.choice
        moment = datetime(2027, 2, 27, 15, 59, tzinfo=UTC) + timedelta(hours=8 * self.draw.randrange(120))
        if table is task:
            state = at(("assigned", "on_site", "submitted", "confirmed", "closed", "refused_entry", "cancelled"))
            handed_in = {"submitted_at": at((None, moment)), "due_at": moment + timedelta(days=at((-1, 1)))}
            return {"state": state, "last_day": day, "is_overdue": at((True, False)), **handed_in}
        if table is hazard:
            state = at(("reported", "rectifying", "closed", "rejected", "transferred"))
            closed_on = at((None, day - timedelta(days=1), day + timedelta(days=1)))
            return {
                "state": state,
                "level": at(("general", "major")),
                "deadline": at((None, day)),
                "closed_on": closed_on,
            }
        refuted = at(([], [], ["FI-01"], ["FI-01", "FI-02", "消防"]))
        return {"at": moment, "tier": at((1, 2, 3, 4)), "refuted": refuted, "score_hundredths": at((None, 9500, 10000))}

    def change(self, table: Table) -> None:
        with self.database.reading() as session:
            ids = session.scalars(select(table.c.id).order_by(table.c.id)).all()
        if ids:
            written(
                self.database, update(table).where(table.c.id == self.draw.choice(ids)).values(**self.values(table))
            )

    def change_all(self, table: Table) -> None:
        """Many rows at once go over to another enterprise, or change."""
        one, other = (self.draw.choice(self.enterprises) for _ in range(2))
        values = self.draw.choice(({"enterprise_id": other}, self.values(table)))
        if table is task and "enterprise_id" in values:
            values = values | {"tier": self.draw.choice((1, 2, 3))}
        written(self.database, update(table).where(table.c.enterprise_id == one).values(**values))

    def go(self, table: Table) -> None:
        one = self.draw.choice(self.enterprises)
        written(self.database, delete(table).where(table.c.enterprise_id == one))

    def move(self, _: Table) -> None:
        """An enterprise lies elsewhere, ends, is supervised no more or again, or is just told anew."""
        self.sequence += 1
        unit = self.draw.choice((FIRST, SECOND, ""))
        facts = {"supervision": self.draw.choice(("supervised", "supervised", "ceased")), "sequence": self.sequence}
        place = {"division": f"{unit}001" if unit else "331002", "subdistrict": unit}
        known_enterprise(self.database, enterprise_id=self.draw.choice(self.enterprises), **place, **facts)
        ends = update(enterprise).where(enterprise.c.enterprise_id == self.draw.choice(self.enterprises))
        written(self.database, ends.values(is_active=self.draw.choice((True, True, False))))

    def sum_up(self, _: Table) -> None:
        with self.database.transaction() as session:
            sum_up(session, "tallies", now=MONDAY)


class TestFiguresOfAnOpenMonth:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_are_what_the_rows_come_to_in_any_history(self, database: Database, seed: int) -> None:
        history = History(database, seed)

        seen = [history.figures_after(ACTS) for _ in range(LOOKS)]

        assert [shown for shown, _ in seen] == [rows for _, rows in seen]
        assert any(planned(month) for _, rows in seen for month in rows)

    def test_are_mended_when_they_are_wrong(self, database: Database) -> None:
        History(database, 1).figures_after(ACTS)
        written(database, *(update(tally).values(number=7) for tally in TALLIES))

        run_clock(database, now=LATER)

        shown, rows = figures(database)
        assert shown == rows

    def test_follow_what_is_told_of_enterprises(self, database: Database) -> None:
        one, other, third = supervised(database), supervised(database, SECOND), supervised(database)
        begun(database)
        for enterprise_id in (one, other, third):
            due(database, enterprise_id, done_on=date(2027, 3, 20))
            found(database, enterprise_id, level="major")
        merge(database, one, other)
        supervised(database, SECOND, enterprise_id=third, sequence=9)

        shown, rows = figures(database)

        assert shown == rows
        assert [(unit["unit"], unit["figures"][0]["planned"]) for unit in shown[1]] == [(FIRST, 2), (SECOND, 1)]


class TestSummingUp:
    def test_leaves_closed_months_out(self, database: Database) -> None:
        enterprise_id = supervised(database)
        begun(database)
        for last_day in (date(2027, 3, 31), date(2027, 4, 30)):
            due(database, enterprise_id, last_day=last_day)
        run_clock(database, now=COMPUTED)

        run_clock(database, now=COMPUTED + timedelta(minutes=11))

        with database.reading() as session:
            months = session.execute(
                select(month_task_tally.c.month, func.sum(month_task_tally.c.number)).group_by("month")
            )
            assert [tuple(row) for row in months] == [(NEXT, 1)]
            assert month_at(session, "2027-02").is_tallied is False
