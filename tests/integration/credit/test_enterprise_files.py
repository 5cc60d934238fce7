"""What credit adds to the file of an enterprise, and the penalties in the answer to a check."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from services.credit.queries.enterprise_files import LATEST
from services.credit.tables import penalty
from services.credit.use_cases.restrictions import watch
from shared.clock import business_date
from shared.database import Database
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise
from tests.integration.credit.listing import NOTICE_PARTS, listed, moved, proposed
from tests.integration.credit.test_case_routes import penalised

CODE = "91330000704676287N"


@pytest.fixture
def today() -> date:
    return business_date(datetime.now(UTC))


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, uscc=CODE, industry="C2614", address="椒江区海门")


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


File = Callable[[], dict[str, Any]]


@pytest.fixture
def file(officer: FlaskClient, firm: str) -> File:
    """Return a function that gives what credit adds to the file of the enterprise now."""

    def read() -> dict[str, Any]:
        shown: dict[str, Any] = officer.get(f"{CREDIT}/enterprises/{firm}").json
        return shown

    return read


def recorded(officer: FlaskClient, firm: str, today: date) -> dict[str, str]:
    """Record one thing of each kind that an enterprise reads about itself and return where each is shown."""
    day = today.isoformat()
    said = {
        "violations": {"act": "V-102", "severity": "light", "facts": "无护栏", "found_on": day},
        "accidents": {"kind": "fall", "occurred_on": day, "serious_injuries": 1},
        "exposures": {"kind": "red_card", "title": "红牌", "content": "逾期未整改", "basis": "安全生产法 第七十八条"},
    }
    made = {name: officer.post(f"{CREDIT}/{name}", json={"enterprise_id": firm, **one}) for name, one in said.items()}
    ids = {name: str(answer.json["id"]) for name, answer in made.items()} | {"penalties": penalised(officer, firm)}
    return {name: f"{CREDIT}/{name}/{one}" for name, one in ids.items()}


class TestFile:
    def test_of_a_clean_enterprise_says_so(self, file: File) -> None:
        shown = file()
        assert (shown["is_listed"], shown["managed_until"], shown["penalties_in_year"]) == (False, None, 0)
        assert (shown["cases"], shown["penalties"]) == ([], [])

    def test_holds_the_list_and_the_penalties(
        self, database: Database, officer: FlaskClient, firm: str, file: File, today: date
    ) -> None:
        penalised(officer, firm)
        listed(database, firm, on=today)
        shown = file()
        assert (shown["is_listed"], shown["penalties_in_year"]) == (True, 1)
        assert shown["managed_until"] == today.replace(year=today.year + 3).isoformat()
        assert [one["clause"] for one in shown["cases"]] == ["第六条第四项"]
        assert [one["conduct"] for one in shown["penalties"]] == ["瞒报事故"]

    def test_does_not_call_a_firm_listed_of_which_only_the_principal_is(
        self, database: Database, firm: str, file: File, today: date
    ) -> None:
        listed(database, firm, on=today, condition="BL-6-5")
        assert (file()["is_listed"], len(file()["cases"])) == (False, 1)

    def test_calls_a_firm_listed_whatever_is_newer(
        self, database: Database, firm: str, file: File, today: date
    ) -> None:
        listed(database, firm, on=today)
        for _ in range(LATEST):
            proposed(database, firm, on=today)
        shown = file()
        assert (shown["is_listed"], len(shown["cases"])) == (True, LATEST)
        assert shown["managed_until"] == today.replace(year=today.year + 3).isoformat()


class TestWhatTheEnterpriseSees:
    def test_holds_no_case_before_its_notice_and_not_who_is_watched(
        self, database: Database, caller: Caller, firm: str, file: File, today: date
    ) -> None:
        case_id = proposed(database, firm, on=today)
        with database.transaction() as session:
            until, now = today + timedelta(days=30), datetime.now(UTC)
            watch(session, firm, reason="多次违章", until=until, by="a", now=now)
        own = caller("enterprise_user", divisions=[], enterprise_id=firm)
        shown = own.get(f"{CREDIT}/enterprises/{firm}").json
        assert (shown["cases"], shown["is_watched"]) == ([], False)
        assert (len(file()["cases"]), file()["is_watched"]) == (1, True)
        assert own.get(f"{CREDIT}/watched").status_code == 403
        moved(database, case_id, "issue_notice", on=today, **NOTICE_PARTS)
        assert [one["id"] for one in own.get(f"{CREDIT}/enterprises/{firm}").json["cases"]] == [case_id]

    def test_names_nobody_of_the_bureau(self, caller: Caller, firm: str, today: date) -> None:
        officer, leader = caller(subject="officer-7"), caller("bureau_leader", subject="leader-7")
        own = caller("enterprise_principal", subject="own-1", divisions=[], enterprise_id=firm)
        places = recorded(officer, firm, today)
        exposure = places["exposures"]
        officer.post(f"{places['penalties']}/steps", json={"event": "publish"})
        leader.post(f"{exposure}/decide", json={"event": "publish"})
        objected = own.post(f"{exposure}/objections", json={"statement": "不属实"}).json["objections"]
        officer.post(f"{exposure}/objections/{objected[0]['id']}/reply", json={"reply": "已核实"})

        for name, place in places.items():
            answers = [own.get(place), own.get(f"{CREDIT}/{name}")]
            assert [(one.status_code, "officer-7" in one.text, "leader-7" in one.text) for one in answers] == [
                (200, False, False)
            ] * 2, name
            assert "officer-7" in officer.get(place).text
        shown = own.get(exposure).json
        assert (shown["objections"][0]["made_by"], shown["objections"][0]["replied_by"]) == ("own-1", "")
        assert [one["event"] for one in shown["steps"]] == ["publish"]


class TestPenaltiesInAnAnswer:
    @pytest.mark.parametrize(("is_shown", "days", "count"), [(True, 0, 1), (False, 0, 0), (True, -1, 0)])
    def test_are_those_that_are_public_now(
        self, database: Database, officer: FlaskClient, firm: str, today: date, *, is_shown: bool, days: int, count: int
    ) -> None:
        penalised(officer, firm)
        with database.transaction() as session:
            session.execute(update(penalty).values(is_shown=is_shown, shown_until=today + timedelta(days=days)))
        answer = officer.get(f"{CREDIT}/checks/{CODE}?purpose=SUPERVISION").json
        assert (len(answer["penalties"]), answer["hit"]) == (count, False)
