"""What risk does with the register's events: idempotent, tolerant of order, publishing only changes."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from services.risk.subscriptions import current_grades, current_standardisations, on_enterprise_state
from services.risk.tables import enterprise, grade, grade_history
from services.risk.worker import declarations
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseUpdated
from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, feature, state_event


def grade_of(database: Database, enterprise_id: str) -> Any:
    with database.reading() as session:
        return session.execute(select(grade).where(grade.c.enterprise_id == enterprise_id)).one()


def published(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [orjson.loads(body) for body in session.scalars(select(outbox.c.body).order_by(outbox.c.id))]


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class TestRegistered:
    def test_is_graded_provisionally(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(state_event(one, headcount=150, features={"coating": feature()}))

        row = grade_of(database, one)  # 8 coating and 3 for 100 to 299 workers of 100
        assert (row.level, row.score_tenths, row.worst_level, row.is_provisional) == (3, 890, 1, True)
        assert (row.card, row.reasons, row.since) == ("GM-DESIGN", ["G1f", "G2b", "unknown_facts"], NOW)

    def test_is_told_in_the_same_transaction(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(state_event(one, features={"hazchem_production": feature()}))

        [event] = published(database)
        assert (event["type"], event["subject"], event["sequence"]) == ("risk.enterprise_graded.v1", one, "1")
        assert (event["data"]["colour"], event["data"]["card"]) == ("blue", "WH-YJ2018-19")
        assert (event["data"]["score"], event["data"]["is_provisional"]) == (100.0, True)

    def test_grades_a_batch_of_enterprises(self, database: Database, tell: Tell) -> None:
        tell(*(state_event(new_id(), headcount=number) for number in range(50)))

        assert (count(database, grade), count(database, grade_history), len(published(database))) == (50, 50, 50)

    def test_keeps_what_the_grade_was_computed_from(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(state_event(one, sequence=7, headcount=3, features={"lpg": feature(words=("液化气",))}))

        with database.reading() as session:
            row = session.execute(select(grade_history)).one()
        assert (row.registry_sequence, row.fact_version, row.inputs["headcount"]) == (7, 0, 3)
        assert row.inputs["features"]["lpg"]["words"] == ["液化气"]


class TestTwice:
    def test_changes_nothing_the_second_time(self, database: Database, tell: Tell) -> None:
        event = state_event(new_id(), features={"casting": feature()})

        tell(event)
        tell(event)

        assert (count(database, grade_history), len(published(database))) == (1, 1)

    def test_publishes_nothing_when_the_grade_stays(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one, headcount=30))

        tell(state_event(one, kind=EnterpriseUpdated, sequence=2, headcount=40, grid="g1"))

        assert (len(published(database)), grade_of(database, one).sequence) == (1, 1)


class TestOrder:
    @pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
    @pytest.mark.parametrize("together", [True, False], ids=["one-batch", "one-by-one"])
    def test_of_arrival_does_not_matter(
        self, database: Database, tell: Tell, order: tuple[int, ...], together: bool
    ) -> None:
        one = new_id()
        events = [
            state_event(one, sequence=1, features={"coating": feature()}),
            state_event(one, kind=EnterpriseUpdated, sequence=2, features={"metal_smelting": feature()}),
            state_event(one, kind=EnterpriseUpdated, sequence=3, division="331002002000", features={}),
        ]

        for batch in [[events[place] for place in order]] if together else [[events[place]] for place in order]:
            tell(*batch)

        with database.reading() as session:
            kept = session.execute(select(enterprise)).one()
        assert (kept._mapping["sequence"], kept.division, kept.features) == (3, "331002002000", {})
        assert grade_of(database, one).score_tenths == 1000 - 40 - 10

    def test_numbers_the_grades_of_one_enterprise(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one, features={}))

        later = NOW + timedelta(days=1)
        tell(state_event(one, sequence=2, features={"metal_smelting": feature()}), now=later)

        row = grade_of(database, one)
        assert (row.sequence, row.level, row.previous_level, row.since) == (2, 3, 4, later)
        assert [event["sequence"] for event in published(database)] == ["1", "2"]


class TestDeregistered:
    def test_is_grey(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one))

        tell(state_event(one, kind=EnterpriseDeregistered, sequence=2, status="deregistered"))

        event = published(database)[-1]["data"]
        assert (event["level"], event["colour"], event["score"], event["previous_level"]) == (None, "grey", None, 4)
        assert (event["is_provisional"], event["reasons"]) == (False, ["deregistered"])

    def test_stays_grey_when_an_older_state_comes_late(self, database: Database, tell: Tell) -> None:
        one = new_id()

        tell(state_event(one, kind=EnterpriseDeregistered, sequence=2, status="deregistered"))
        tell(state_event(one, sequence=1))

        assert (grade_of(database, one).level, len(published(database))) == (None, 1)

    def test_is_graded_again_when_it_comes_back(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one, kind=EnterpriseDeregistered, sequence=2, status="deregistered"))

        tell(state_event(one, kind=EnterpriseUpdated, sequence=3))

        assert (grade_of(database, one).level, grade_of(database, one).previous_level) == (4, None)


class TestDeclarations:
    def test_let_state_events_come_in_batches_and_grades_be_told_again(self) -> None:
        declared = declarations()

        own = next(one for one in declared.subscriptions if one.handler is on_enterprise_state)
        assert (own.is_batch, [one.name for one in own.contracts]) == (
            True,
            [
                "registry.enterprise_registered.v1",
                "registry.enterprise_updated.v1",
                "registry.enterprise_deregistered.v1",
            ],
        )
        assert [one.handler for one in declared.reemitters] == [current_grades, current_standardisations]


class TestReemitting:
    def test_pages_through_present_grades_by_id(self, database: Database, tell: Tell) -> None:
        ids = sorted(new_id() for _ in range(3))
        tell(*(state_event(one) for one in ids))

        with database.reading() as session:
            first = current_grades(session, None, 2)
            rest = current_grades(session, first[-1].key, 2)

        assert [one.key for one in (*first, *rest)] == ids
        assert (rest[0].event.enterprise_id, rest[0].sequence, rest[0].at) == (ids[2], 1, NOW)


class TestRollback:
    def test_leaves_neither_grade_nor_event(self, database: Database, tell: Tell) -> None:
        broken = state_event(new_id(), features={"coating": {"value": "yes", "origin": "rumour"}})

        with pytest.raises(ValueError, match="rumour"):
            tell(state_event(new_id()), broken)

        assert (count(database, enterprise), len(published(database))) == (0, 0)
