"""The list as everybody reads it: who is on it now, persons masked, a file with its dictionary."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from services.credit.tables import listing_case
from shared.clock import business_date
from shared.database import Database
from tests.integration.credit.conftest import known_enterprise
from tests.integration.credit.listing import IDENTITY, LEADER, decided, listed, moved

CODE = "91330000704676287N"
LIST = "/api/v1/public/list"


@pytest.fixture
def today() -> date:
    return business_date(datetime.now(UTC))


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, uscc=CODE, name="甲字号化工厂", industry="C2614", address="椒江区海门街道")


class TestList:
    def test_shows_what_the_order_publishes(
        self, database: Database, firm: str, public: FlaskClient, today: date
    ) -> None:
        listed(database, firm, on=today)
        answer = public.get(LIST)
        (entry,) = answer.json["items"]
        assert (entry["name"], entry["uscc"], entry["address"]) == ("甲字号化工厂", CODE, "椒江区海门街道")
        assert entry["persons"] == [{"role": "principal", "name": "王建国", "identity": "3****************X"}]
        assert entry["basis"] == "安全生产严重失信主体名单管理办法 第六条第四项"
        assert entry["managed_until"] == today.replace(year=today.year + 3).isoformat()
        assert IDENTITY not in answer.text

    def test_shows_nobody_before_the_publication(
        self, database: Database, firm: str, public: FlaskClient, today: date
    ) -> None:
        decided(database, firm, on=today)
        assert public.get(LIST).json["items"] == []

    def test_shows_nobody_who_has_left(self, database: Database, firm: str, public: FlaskClient, today: date) -> None:
        case_id = listed(database, firm, on=today)
        moved(database, case_id, "revoke", on=today, by="leader", roles=LEADER, reason="判决", number="1号")
        assert public.get(LIST).json["items"] == []
        assert "甲字号" not in public.get(f"{LIST}/export.csv").text

    @pytest.mark.parametrize(("q", "count"), [("化工", 1), (CODE.lower(), 1), ("铸造", 0), (CODE[:9], 0)])
    def test_is_searched_by_name_or_code(
        self, database: Database, firm: str, public: FlaskClient, today: date, q: str, count: int
    ) -> None:
        listed(database, firm, on=today)
        assert len(public.get(f"{LIST}?q={q}").json["items"]) == count

    def test_shows_nobody_whose_period_is_over_before_the_clock_comes(
        self, database: Database, firm: str, public: FlaskClient, today: date
    ) -> None:
        listed(database, firm, on=today)
        manage_until(database, today)
        assert len(public.get(LIST).json["items"]) == 1
        manage_until(database, today - timedelta(days=1))
        assert public.get(LIST).json["items"] == []
        assert "甲字号" not in public.get(f"{LIST}/export.csv").text


def manage_until(database: Database, day: date) -> None:
    """Let the periods of all cases end with a day, as if no clock had run since."""
    with database.transaction() as session:
        session.execute(update(listing_case).values(managed_until=day))


class TestFile:
    def test_has_the_columns_of_the_dictionary(
        self, database: Database, firm: str, public: FlaskClient, today: date
    ) -> None:
        listed(database, firm, on=today)
        header, row, *_ = public.get(f"{LIST}/export.csv").text.lstrip("\ufeff").splitlines()
        columns = public.get(f"{LIST}/dictionary").json["items"]
        assert header.split(",") == [one["zh"] for one in columns]
        assert ",市场主体,主要负责人 王建国 3****************X," in row
        assert IDENTITY not in row

    def test_says_where_only_the_persons_are_listed(
        self, database: Database, firm: str, public: FlaskClient, today: date
    ) -> None:
        listed(database, firm, on=today, condition="BL-6-5")
        assert ",仅有关人员,主要负责人 王建国" in public.get(f"{LIST}/export.csv").text
