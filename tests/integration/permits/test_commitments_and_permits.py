"""The commitment of today against the permits of today (permits §3.4, §8.20)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.permits.tables import commitment
from shared.database import Database
from tests.integration.permits.conftest import NOW, TODAY, Caller, at, known_enterprise, owes, run_clock, told
from tests.integration.permits.permitting import applied, approved
from tests.integration.permits.test_commitments import NIL, in_time, opened, step

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MANY = {"content": {"risk_grade": 3, "hot_work_special": 9, "hot_work_1": 9, "hot_work_2": 9}}


class TestACommitment:
    @pytest.mark.parametrize(("said", "checks"), [(NIL, ["permit_after_zero"]), (MANY, [])], ids=["none", "many"])
    def test_is_disputed_by_a_permit_that_it_did_not_promise(
        self, database: Database, caller: Caller, said: dict[str, object], checks: list[str]
    ) -> None:
        works = known_enterprise(database, industry="C2614")
        owes(database, works, now=at(TODAY, "00:00"))
        in_time(database)
        principal = caller("enterprise_principal", divisions=[], enterprise_id=works)
        foreman = caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=works)
        approver = caller("enterprise_approver", subject="approver", divisions=[], enterprise_id=works)
        one = opened(principal, works)
        assert step(principal, one["id"], "sign", **said).json["is_disputed"] is False

        approved(foreman, approver, applied(foreman, works, start=NOW - timedelta(minutes=1)))

        events = [event["data"]["checks"] for event in told(database, "commitment_disputed")]
        assert events == ([checks] if checks else [])

    def test_that_promised_more_than_was_permitted_is_disputed_when_its_day_is_over(
        self, database: Database, caller: Caller
    ) -> None:
        works = known_enterprise(database, industry="C2614")
        owes(database, works, now=at(TODAY, "00:00"))
        principal = caller("enterprise_principal", divisions=[], enterprise_id=works)
        applied(caller("enterprise_user", subject="f", divisions=[], enterprise_id=works), works)
        assert step(principal, opened(principal, works)["id"], "sign", **MANY).json["is_disputed"] is False
        with database.transaction() as session:
            session.execute(update(commitment).values(is_owed=False))

        run_clock(database, now=at(TODAY + timedelta(days=1), "00:00"))

        [event] = told(database, "commitment_disputed")
        assert event["data"]["checks"] == ["more_than_permits"]
