"""What permits adds to the file of an enterprise: its work, a month of promises, what was stopped, its places."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from services.permits.tables import commitment
from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import NOW, PERMITS, Caller, at, known_enterprise
from tests.integration.permits.permitting import applied, started, taken
from tests.integration.permits.test_places import HERE, entered, of
from tests.integration.permits.test_stop_orders import prepared, step

MARKS = ("is_late", "is_missed", "is_nil", "is_disputed")


def promised(database: Database, enterprise_id: str, day: date, **marks: Any) -> str:
    """Keep a commitment of a day as it was left: signed in time unless said otherwise."""
    texts = dict.fromkeys(("signed_by", "letter", "offline_reason"), "")
    numbers = dict.fromkeys(("version", "told", "edition", "misses_this_month"), 1)
    row = {"id": new_id(), "enterprise_id": enterprise_id, "day": day, "due_at": at(day, "10:00"), "is_owed": True}
    lists = {"tiers": [], "content": {}, "disputes": [], "state": "published", "signed_at": at(day, "09:00")}
    with database.transaction() as session:
        session.execute(insert(commitment).values(row | texts | numbers | lists | dict.fromkeys(MARKS, False) | marks))
    return str(row["id"])


def file_of(client: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    answer = client.get(f"{PERMITS}/enterprises/{enterprise_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, industry="C2614")


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


class TestTheFile:
    def test_has_the_open_permits_the_live_ones_first_and_the_last_that_ended(
        self, caller: Caller, officer: FlaskClient, enterprise_id: str
    ) -> None:
        owner = of(caller, enterprise_id)
        approver = caller("enterprise_principal", enterprise_id=enterprise_id, divisions=[])
        ended, draft, live = (applied(owner, enterprise_id, place=place) for place in ("甲", "乙", "丙"))
        taken(owner, ended, "withdraw")
        started(owner, approver, live)

        found = file_of(officer, enterprise_id)["permits"]

        assert ([one["id"] for one in found["open"]], found["open_count"]) == ([live["id"], draft["id"]], 2)
        assert ([one["state"] for one in found["ended"]], found["live_count"]) == (["withdrawn"], 1)

    def test_has_the_commitments_of_thirty_days(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        today = business_date(NOW)
        kinds: tuple[dict[str, Any], ...] = (
            {},
            {"is_late": True, "is_missed": True},
            {"is_missed": True, "signed_at": None},
        )
        for back, marks in enumerate(kinds):
            promised(database, enterprise_id, today - timedelta(days=back), **marks)
        promised(database, enterprise_id, today - timedelta(days=30))

        month = file_of(officer, enterprise_id)["month"]

        assert (month["made"], month["late"], month["missed"], len(month["days"])) == (1, 1, 2, 3)
        assert month["days"][0]["day"] == str(today)

    def test_has_what_was_stopped_and_how_many_places_there_are(
        self, caller: Caller, officer: FlaskClient, enterprise_id: str
    ) -> None:
        owner = of(caller, enterprise_id)
        entered(owner, enterprise_id, location=HERE)
        entered(owner, enterprise_id, number="YX-02")
        order = prepared(officer, enterprise_id, is_whole=True)
        step(officer, prepared(officer, enterprise_id, is_whole=True), "drop", reason="误开")

        file = file_of(officer, enterprise_id)

        assert file["stop_orders"]["open_count"] == 1
        assert [one["state"] for one in file["stop_orders"]["items"]] == ["dropped", order["state"]]
        [kind] = file["places"]["kinds"]
        assert (kind["kind"], kind["count"], kind["located"], kind["zh"]) == ("confined_space", 2, 1, "有限空间")


class TestWhoReadsIt:
    def test_gets_no_places_without_the_right_to_read_them(self, caller: Caller, enterprise_id: str) -> None:
        file = file_of(caller("administrator"), enterprise_id)

        assert ("places" in file, "permits" in file, "stop_orders" in file) == (False, True, True)

    def test_is_told_nothing_of_another_area(self, caller: Caller, enterprise_id: str) -> None:
        elsewhere = caller(divisions=["331003"])

        assert elsewhere.get(f"{PERMITS}/enterprises/{enterprise_id}").status_code == 404

    def test_gets_the_commitments_alone_as_another_agency(self, caller: Caller, enterprise_id: str) -> None:
        grant = {"commitment:read": {"divisions": ["331002"], "fields": ["enterprise_id", "month", "permits"]}}
        agency = caller("bureau_officer", client_id="c-1", grants=grant)

        file = file_of(agency, enterprise_id)

        assert ("permits" in file, file["month"]["days"]) == (False, [])
