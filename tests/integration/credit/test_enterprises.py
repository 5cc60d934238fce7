"""What the register tells: the newest state is kept, and a merged entry is the one that stays."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from services.credit.queries.enterprises import present_id, visible_enterprise
from services.credit.subscriptions import on_enterprises_merged
from services.credit.tables import enterprise, rating
from services.credit.use_cases.ratings import rate_enterprises
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.database.chassis import timer
from shared.errors import NotYet
from shared.ids import new_id
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound
from tests.integration.credit.conftest import CREDIT, DIVISION, Caller, known_enterprise
from tests.integration.credit.test_closures import hazard
from tests.integration.credit.test_penalties import decision
from tests.support.events import received


def merge(database: Database, kept_id: str, *merged_ids: str) -> None:
    event = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept_id, merged_ids=merged_ids)
    with database.transaction() as session:
        on_enterprises_merged(session, received(event), now=datetime.now(UTC))


class TestTheRegister:
    def test_is_followed_whatever_the_order(self, database: Database) -> None:
        one = known_enterprise(database, name="新名", uscc="91331002MA28G00017", sequence=2)
        known_enterprise(database, enterprise_id=one, name="旧名", sequence=1)
        with database.reading() as session:
            row = session.execute(select(enterprise)).one()
        assert (row.name, row.uscc, row.is_active) == ("新名", "91331002MA28G00017", True)


class TestAMergedEntry:
    def test_is_found_as_the_one_that_stays(self, database: Database) -> None:
        first, second, third = (known_enterprise(database) for _ in range(3))
        merge(database, second, first)
        merge(database, third, second)
        with database.reading() as session:
            assert {present_id(session, one) for one in (first, second, third)} == {third}

    def test_hands_over_what_was_recorded_of_it(self, database: Database, caller: Caller) -> None:
        first, second = (known_enterprise(database) for _ in range(2))
        seen = {"act": "V-102", "severity": "light", "facts": "无护栏", "found_on": "2026-01-05"}
        caller().post(f"{CREDIT}/violations", json={"enterprise_id": first, **seen})
        merge(database, second, first)
        [one] = caller().get(f"{CREDIT}/violations").json["items"]
        assert one["enterprise_id"] == second

    def test_hands_over_its_grade_and_what_calls_for_a_closure(self, database: Database, caller: Caller) -> None:
        first, second = (known_enterprise(database) for _ in range(2))
        officer, now = caller(), datetime.now(UTC)
        for one in (first, first, second):
            officer.post(f"{CREDIT}/penalties", json=decision(one))
        hazard(database, second)
        with database.transaction() as session:
            rate_enterprises(session, [first, second], now=now)
        merge(database, second, first)
        with database.reading() as session:
            assert [(one.enterprise_id, one.score) for one in session.execute(select(rating))] == [(second, 91)]
            clocks = select(timer.c.entity).where(timer.c.kind == "rating")
            assert session.scalars(clocks).all() == [second]
        [proposed] = officer.get(f"{CREDIT}/closures").json["items"]
        assert (proposed["enterprise_id"], len(proposed["penalty_ids"])) == (second, 3)

    def test_of_whom_nothing_is_recorded_makes_no_grade(self, database: Database) -> None:
        first, second = (known_enterprise(database) for _ in range(2))
        merge(database, second, first)
        with database.reading() as session:
            assert session.execute(select(rating)).all() == []

    def test_waits_for_the_one_that_stays(self, database: Database) -> None:
        with pytest.raises(NotYet):
            merge(database, new_id(), new_id())


class TestTheArea:
    def test_bounds_what_is_seen(self, database: Database) -> None:
        one = known_enterprise(database)
        near, far = (Principal(subject="a", divisions=(area,)) for area in (DIVISION[:9], "331003"))
        with database.reading() as session:
            assert visible_enterprise(session, near, one).name == "甲字号化工厂"
            with pytest.raises(EnterpriseNotFound):
                visible_enterprise(session, far, one)
