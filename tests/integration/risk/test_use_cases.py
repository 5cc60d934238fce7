"""Declaring facts without HTTP: versions that cross, and facts beside what the register says later."""

import pytest
from sqlalchemy import select

from services.risk import use_cases
from services.risk.domain.facts import Known, Origin
from services.risk.tables import fact_sheet, grade
from shared.database import Database
from shared.ids import new_id
from tests.integration.risk.conftest import NOW, Tell, feature, state_event

NO_COATING = {"coating": Known("no", Origin.CONFIRMED)}


def declare(database: Database, enterprise_id: str, *, based_on: int = 0) -> int:
    with database.transaction() as session:
        return use_cases.declare_facts(
            session, enterprise_id=enterprise_id, facts=NO_COATING, based_on=based_on, by="officer", now=NOW
        )


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
