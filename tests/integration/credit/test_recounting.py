"""What is due follows from the records: a limit that is missing, or that nobody owes, is found and set right."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from services.credit.subscriptions import what_is_due
from services.credit.tables import due_limit
from services.credit.use_cases import exposures
from shared.database import Database
from tests.integration.credit.conftest import known_enterprise
from tests.integration.credit.listing import DAY, LEADER, a_step, at, listed, proposed
from tests.integration.credit.test_limits import exposed, punished, rows, stepped


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, uscc="91330000704676287N", industry="C2614", address="椒江区海门")


def objected(database: Database, exposure_id: str) -> None:
    with database.transaction() as session:
        exposures.step_exposure(session, exposure_id, step=a_step("publish", by="leader", roles=LEADER))
        row = session.execute(select(exposures.exposure).where(exposures.exposure.c.id == exposure_id)).one()
        exposures.object_to(session, row, "不属实", by="own", now=at(DAY))


def recounted(database: Database, *, repair: bool) -> int:
    with database.transaction() as session:
        return what_is_due(session, repair=repair, now=at(DAY))


class TestARecount:
    def test_finds_nothing_while_every_step_keeps_what_is_due(self, database: Database, firm: str) -> None:
        stepped(database, punished(database, firm), "publish", on=DAY + timedelta(days=1))
        listed(database, firm)
        proposed(database, firm, persons=[])
        objected(database, exposed(database, firm))
        assert recounted(database, repair=False) == 0

    def test_finds_what_is_missing_and_what_nobody_owes_and_sets_it_right(self, database: Database, firm: str) -> None:
        objected(database, exposed(database, firm))
        listed(database, firm)
        published = punished(database, firm)
        stepped(database, published, "publish", on=DAY + timedelta(days=1))
        before = sorted((row.entity_id, row.kind, row.due_on) for row in rows(database) if row.is_open)
        with database.transaction() as session:
            session.execute(delete(due_limit).where(due_limit.c.kind == "objection_reply"))
            session.execute(update(due_limit).where(due_limit.c.entity_id == published).values(is_open=True))

        assert [recounted(database, repair=repair) for repair in (False, True, False)] == [2, 2, 0]
        assert sorted((row.entity_id, row.kind, row.due_on) for row in rows(database) if row.is_open) == before
