"""What other services tell of an enterprise: level, open major hazards, halts."""

from typing import Any

import pytest

from services.permits.queries.enterprises import circumstances
from services.permits.subscriptions import on_enterprise_graded, on_halt, on_hazard
from shared.contracts.inspections import HazardClosed, HazardFound, HazardGraded, ProductionHalted, ProductionResumed
from shared.contracts.risk import EnterpriseGraded
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import NOW, known_enterprise
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
WORKS, HAZARD, ORDER = new_id(), new_id(), new_id()


def a_hazard(kind: type[Any], level: str = "major") -> Any:
    return kind(hazard_id=HAZARD, enterprise_id=WORKS, level=level)


def an_order(part: str = "") -> ProductionHalted:
    return ProductionHalted(order_id=ORDER, enterprise_id=WORKS, order_number="1号", part=part)


RESUMED = ProductionResumed(order_id=ORDER, enterprise_id=WORKS)


class TestCircumstances:
    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([], set()),
            ([(a_hazard(HazardFound), 1)], {"open_major"}),
            ([(a_hazard(HazardFound, "general"), 1)], set()),
            ([(a_hazard(HazardFound, ""), 1), (a_hazard(HazardGraded), 2)], {"open_major"}),
            ([(a_hazard(HazardFound), 1), (a_hazard(HazardClosed), 5)], set()),
            ([(a_hazard(HazardClosed), 5), (a_hazard(HazardFound), 1)], set()),
        ],
        ids=["nothing", "major", "general", "graded", "closed", "closed-first"],
    )
    def test_know_open_major_hazards(self, database: Database, events: list[Any], expected: set[str]) -> None:
        for event, sequence in events:
            with database.transaction() as session:
                on_hazard(session, [received(event, sequence=sequence)], now=NOW)

        with database.reading() as session:
            assert circumstances(session, WORKS) == expected

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([(an_order(), 1)], {"halted"}),
            ([(an_order("一车间"), 1)], set()),
            ([(an_order(), 1), (RESUMED, 2)], set()),
            ([(RESUMED, 2), (an_order(), 1)], set()),
        ],
        ids=["whole", "part", "resumed", "resumed-first"],
    )
    def test_know_halts_of_the_whole(self, database: Database, events: list[Any], expected: set[str]) -> None:
        for event, sequence in events:
            with database.transaction() as session:
                on_halt(session, [received(event, sequence=sequence)], now=NOW)

        with database.reading() as session:
            assert circumstances(session, WORKS) == expected

    @pytest.mark.parametrize(("level", "expected"), [(1, {"red"}), (2, {"orange"}), (4, set()), (None, set())], ids=str)
    def test_know_the_level(self, database: Database, level: int | None, expected: set[str]) -> None:
        known_enterprise(database, enterprise_id=WORKS)
        with database.transaction() as session:
            graded = EnterpriseGraded(enterprise_id=WORKS, level=level, colour="")
            on_enterprise_graded(session, [received(graded)], now=NOW)

        with database.reading() as session:
            assert circumstances(session, WORKS) == expected
