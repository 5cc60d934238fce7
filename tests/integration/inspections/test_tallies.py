"""The counts of a place are the rows of that place: after every kind of change, and after two at once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, delete, func, insert, select, update

from services.inspections.tables import enterprise, hazard, hazard_area_tally, hazard_tally, task, task_tally
from services.inspections.use_cases.tallies import recount
from shared.database import Database
from shared.ids import new_id
from tests.integration.inspections.conftest import (
    DIVISION,
    INSPECTIONS,
    MONDAY,
    Caller,
    graded,
    known_enterprise,
    owes,
    run_clock,
    staffed,
)
from tests.support.databases import Begin

HAZARDS = f"{INSPECTIONS}/hazards"
ELSEWHERE = "331002999001"
Change = Callable[["Place"], object]


class Place:
    """Two enterprises with hazards and tasks, and the changes that can happen to them."""

    def __init__(self, database: Database, officer: FlaskClient) -> None:
        self.database, self.officer = database, officer
        self.one, self.other, self.hazard = new_id(), new_id(), ""

    def begin(self) -> tuple[str, str, str]:
        """Let there be everything, and return the ids of the enterprises and of the hazard of the first."""
        for enterprise_id in (self.one, self.other):
            known_enterprise(self.database, enterprise_id=enterprise_id, grid="G-1")
        staffed(self.database, "a-grid_worker", "grid_worker", grids=("G-1",))
        graded(self.database, self.one, 2)
        owes(self.database, self.one, "self_check")
        run_clock(self.database, now=MONDAY)
        found = self.find(self.one)
        self.find(self.other, item="GM-13-01")
        return self.one, self.other, found

    def find(self, enterprise_id: str, **changes: Any) -> str:
        body = {"enterprise_id": enterprise_id, "description": "无护栏", "place": "平台", **changes}
        return str(self.officer.post(HAZARDS, json=body).json["id"])

    def write(self, *statements: Any) -> None:
        with self.database.transaction() as session:
            for statement in statements:
                session.execute(statement)


def sums(database: Database, tally: Table) -> dict[tuple[Any, ...], int]:
    """Return what a tally says, place by place; places without anything left out."""
    key = [column for column in tally.c if column.name != "number"]
    with database.reading() as session:
        rows = session.execute(select(*key, func.sum(tally.c.number)).group_by(*key)).all()
    return {tuple(row[:-1]): int(row[-1]) for row in rows if row[-1]}


def counts(database: Database) -> tuple[dict[tuple[Any, ...], int], dict[tuple[Any, ...], int]]:
    """Return what the rows themselves say about hazards and about open tasks."""
    place = (enterprise.c.division, enterprise.c.grid)
    of_hazard = (*place, hazard.c.state, hazard.c.level, hazard.c.is_overdue)
    of_task = (*place, task.c.is_overdue, task.c.owner.contains(":"))
    on_hazard = hazard.join(enterprise, enterprise.c.enterprise_id == hazard.c.enterprise_id)
    on_task = task.join(enterprise, enterprise.c.enterprise_id == task.c.enterprise_id)
    with database.reading() as session:
        hazards = session.execute(select(*of_hazard, func.count()).select_from(on_hazard).group_by(*of_hazard)).all()
        tasks = session.execute(
            select(*of_task, func.count()).select_from(on_task).where(task.c.is_open).group_by(*of_task)
        ).all()
    return {tuple(row[:-1]): row[-1] for row in hazards}, {tuple(row[:-1]): row[-1] for row in tasks}


def by_subdistrict(hazards: dict[tuple[Any, ...], int]) -> Counter[tuple[Any, ...]]:
    found = Counter[tuple[Any, ...]]()
    for (division, _, *key), number in hazards.items():
        found[division[:9], *key] += number
    return found


def copied(table: Table, place: Place) -> Any:
    """Return the statement that puts the rows of ``table`` there a second time, many at once."""
    with place.database.reading() as session:
        rows = [dict(row) for row in session.execute(select(table)).mappings()]
    own = [{"id": ident(number)} | ({"key": str(number)} if table is task else {}) for number in range(len(rows))]
    return insert(table).values([row | fresh for row, fresh in zip(rows, own, strict=True)])


def ident(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012}"


CHANGES: dict[str, Change] = {
    "nothing": lambda place: None,
    "a hazard is found": lambda place: place.find(place.one),
    "a hazard goes on": lambda place: place.officer.post(
        f"{HAZARDS}/{place.hazard}/steps", json={"event": "grade_general"}
    ),
    "hazards are overdue": lambda place: place.write(update(hazard).values(is_overdue=True)),
    "an unrelated column changes": lambda place: place.write(update(hazard).values(place="别处")),
    "hazards go over to another": lambda place: place.write(update(hazard).values(enterprise_id=place.other)),
    "hazards are removed": lambda place: place.write(delete(hazard).where(hazard.c.enterprise_id == place.one)),
    "many hazards come at once": lambda place: place.write(copied(hazard, place)),
    "tasks end": lambda place: place.write(update(task).values(is_open=False)),
    "a task gets an owner": lambda place: place.write(update(task).values(owner="somebody")),
    "a task falls into a queue": lambda place: place.write(update(task).values(owner="tier:3@331002001")),
    "tasks are overdue": lambda place: place.write(update(task).values(is_overdue=True)),
    "tasks are removed": lambda place: place.write(delete(task)),
    "many tasks come at once": lambda place: place.write(copied(task, place)),
    "an enterprise moves": lambda place: known_enterprise(
        place.database, enterprise_id=place.one, division=ELSEWHERE, sequence=9
    ),
    "an enterprise changes its grid": lambda place: known_enterprise(
        place.database, enterprise_id=place.one, division=DIVISION, grid="G-2", sequence=9
    ),
    "an enterprise is told again": lambda place: known_enterprise(
        place.database, enterprise_id=place.one, grid="G-1", name="乙", sequence=9
    ),
    "an enterprise comes after its things": lambda place: place.write(
        delete(hazard).where(hazard.c.enterprise_id == place.other),
        delete(task).where(task.c.enterprise_id == place.other),
        delete(enterprise).where(enterprise.c.enterprise_id == place.one),
        update(hazard_tally).values(number=0),
        update(hazard_area_tally).values(number=0),
        update(task_tally).values(number=0),
        insert(enterprise).values(
            enterprise_id=place.one, sequence=1, name="甲", division=DIVISION, subdistrict="331002001", grid="G-3",
            industry="", location_precision="none", supervision="", is_active=True,
        ),
    ),
}  # fmt: skip


@pytest.fixture
def place(database: Database, caller: Caller, begin_with: Begin) -> Place:
    place = Place(database, caller())
    place.one, place.other, place.hazard = begin_with(place.begin)
    return place


class TestCounts:
    @pytest.mark.parametrize("change", list(CHANGES))
    def test_are_those_of_the_rows_after(self, place: Place, change: str) -> None:
        CHANGES[change](place)

        assert (sums(place.database, hazard_tally), sums(place.database, task_tally)) == counts(place.database)
        assert sums(place.database, hazard_area_tally) == by_subdistrict(counts(place.database)[0])

    @pytest.mark.parametrize("change", list(CHANGES))
    def test_stand_beside_rows_that_carry_the_place_of_their_enterprise(self, place: Place, change: str) -> None:
        CHANGES[change](place)

        for table in (hazard, task):
            joined = table.join(enterprise, enterprise.c.enterprise_id == table.c.enterprise_id)
            own = select(table.c.subdistrict, table.c.grid, enterprise.c.subdistrict, enterprise.c.grid)
            with place.database.reading() as session:
                rows = session.execute(own.select_from(joined)).all()
            assert [row for row in rows if row[:2] != row[2:]] == []

    def test_begin_with_something_of_each_kind(self, place: Place) -> None:
        assert (len(counts(place.database)[0]), len(counts(place.database)[1])) == (2, 2)

    def test_are_the_same_on_the_board_and_in_the_inbox(self, place: Place, caller: Caller) -> None:
        worker = caller("grid_worker", divisions=[], grids=["G-1"])
        firm = caller("enterprise_administrator", divisions=[], enterprise_id=place.one)

        assert [one.get(f"{HAZARDS}/board").json["open"] for one in (place.officer, worker, firm)] == [2, 2, 1]
        inboxes = [one.get(f"{INSPECTIONS}/tasks/inbox").json for one in (place.officer, worker, firm)]
        open_tasks = sum(counts(place.database)[1].values())
        assert [one["area"] for one in inboxes][:2] == [open_tasks, open_tasks]
        assert 0 < inboxes[2]["area"] < open_tasks

    def test_of_nobody_are_zero(self, app: Flask, caller: Caller) -> None:
        inbox = caller("grid_worker", divisions=[], grids=["G-9"]).get(f"{INSPECTIONS}/tasks/inbox").json
        assert inbox == {"area": 0, "mine": 0, "overdue": 0, "queued": 0}


class TestSummingUp:
    def test_leaves_one_row_for_each_count(self, place: Place) -> None:
        before = counts(place.database)
        areas_before = by_subdistrict(before[0])

        run_clock(place.database, now=MONDAY + timedelta(minutes=11))

        with place.database.reading() as session:
            rows = session.scalar(select(func.count()).select_from(hazard_tally))
            areas = session.scalar(select(func.count()).select_from(hazard_area_tally))
        assert rows == len(before[0]) == len(sums(place.database, hazard_tally))
        assert (areas, sums(place.database, hazard_area_tally)) == (len(areas_before), areas_before)

    def test_mends_a_count_that_is_wrong(self, place: Place) -> None:
        place.write(update(hazard_tally).values(number=7), delete(hazard_area_tally), delete(task_tally))

        run_clock(place.database, now=MONDAY + timedelta(minutes=11))

        assert (sums(place.database, hazard_tally), sums(place.database, task_tally)) == counts(place.database)
        assert sums(place.database, hazard_area_tally) == by_subdistrict(counts(place.database)[0])


class TestCountingAnew:
    @pytest.mark.parametrize("change", list(CHANGES))
    def test_finds_nothing_wrong_after(self, place: Place, change: str) -> None:
        CHANGES[change](place)

        with place.database.snapshot() as session:
            assert recount(session, repair=False) == 0

    def test_names_how_many_sums_are_wrong_and_mends_them_when_asked(self, place: Place) -> None:
        place.write(update(hazard_tally).values(number=7), delete(task_tally))

        found = [self.counted(place, repair=each) for each in (False, True, False)]

        assert found == [sum(map(len, counts(place.database)))] * 2 + [0]

    def counted(self, place: Place, *, repair: bool) -> int:
        with place.database.transaction() as session:
            return recount(session, repair=repair)
