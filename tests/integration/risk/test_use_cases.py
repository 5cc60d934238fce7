"""Declaring facts without HTTP: versions that cross, and facts beside what the register says later."""

from collections.abc import Mapping

import orjson
import pytest
from sqlalchemy import select

from services.risk import use_cases
from services.risk.domain.facts import Known, Origin
from services.risk.subscriptions import current_standardisations
from services.risk.tables import fact_sheet, grade
from shared.clock import business_date
from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, feature, state_event

NO_COATING = {"coating": Known("no", Origin.CONFIRMED)}
LEVEL_2 = {"std_level": Known("2", Origin.CONFIRMED)}


def declare(
    database: Database, enterprise_id: str, *, based_on: int = 0, facts: Mapping[str, Known] = NO_COATING
) -> int:
    with database.transaction() as session:
        return use_cases.declare_facts(
            session, enterprise_id=enterprise_id, facts=facts, based_on=based_on, by="officer", now=NOW
        )


def standardisations(database: Database) -> list[tuple[str, str, str]]:
    """Return sequence, level and day of what was told about standardisations."""
    wanted = select(outbox.c.body).where(outbox.c.type == "risk.enterprise_standardised.v1").order_by(outbox.c.id)
    with database.reading() as session:
        events = [orjson.loads(body) for body in session.scalars(wanted)]
    return [(one["sequence"], one["data"]["level"], one["data"]["confirmed_on"]) for one in events]


def score(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(grade.c.score_tenths)).scalar_one()


class TestDeclaringFacts:
    def test_returns_the_new_version(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one))

        assert [declare(database, one), declare(database, one, based_on=1)] == [1, 2]

    def test_refuses_to_overwrite_a_version_that_was_not_read(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one))
        declare(database, one)

        with pytest.raises(use_cases.FactsChanged, match="meanwhile"):
            declare(database, one)

        with database.reading() as session:
            assert session.scalar(select(fact_sheet.c.version)) == 1


class TestRegisterAfterwards:
    def test_does_not_undo_what_a_person_confirmed(self, database: Database, tell: Tell) -> None:
        one = new_id()
        tell(state_event(one, features={"coating": feature()}))
        before = score(database)
        declare(database, one)

        tell(state_event(one, sequence=2, features={"coating": feature(), "lpg": feature()}))

        # 8 for coating; without it 4 for machinery; 1 for the smallest headcount; 3 for the gas store
        assert (before, score(database)) == (1000 - 80 - 10, 1000 - 40 - 10 - 30)


class TestTheStandardisation:
    def test_is_told_when_a_person_confirms_another_level(self, database: Database, tell: Tell) -> None:
        one, day = new_id(), business_date(NOW).isoformat()
        tell(state_event(one))
        inferred = {"std_level": Known("1", Origin.INFERRED)}
        for number, facts in enumerate((NO_COATING, LEVEL_2, LEVEL_2 | NO_COATING, inferred)):
            declare(database, one, based_on=number, facts=facts)
        assert standardisations(database) == [("2", "2", day), ("4", "", "")]

    def test_is_told_again_by_enterprise_with_its_version(self, database: Database, tell: Tell) -> None:
        ids = sorted(new_id() for _ in range(3))
        for one in ids:
            tell(state_event(one))
            declare(database, one, facts=LEVEL_2 if one != ids[1] else NO_COATING)
        with database.reading() as session:
            first = current_standardisations(session, None, 2)
            rest = current_standardisations(session, first[-1].key, 2)
        found = [(one.key, one.event.level, one.sequence) for one in (*first, *rest)]
        assert found == [(ids[0], "2", 1), (ids[1], "", 1), (ids[2], "2", 1)]

    def test_has_the_day_of_the_sheet_where_nobody_noted_another_one(self) -> None:
        stored = {"std_level": {"value": "3", "origin": "confirmed", "words": []}}
        told = use_cases.standardised_event("e", stored, at=NOW)
        assert (told.level, told.confirmed_on) == ("3", business_date(NOW).isoformat())
