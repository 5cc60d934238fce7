"""Accidents over HTTP: recorded, graded, corrected, told, and counted beside the year before."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.credit.domain.accidents import Accident
from services.credit.queries import accidents
from services.credit.queries.accidents import visible_accident
from services.credit.use_cases.accidents import AccidentChanged, correct_accident
from shared.clock import business_date
from shared.database import Database
from shared.security.principal import Principal
from tests.integration.credit.conftest import CREDIT, DIVISION, Caller, known_enterprise, told

ACCIDENTS = f"{CREDIT}/accidents"


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


def recorded(client: FlaskClient, enterprise_id: str, occurred_on: str, **facts: Any) -> dict[str, Any]:
    body = {"enterprise_id": enterprise_id, "occurred_on": occurred_on, "kind": "machinery", **facts}
    answer = client.post(ACCIDENTS, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


class TestAnAccident:
    def test_is_graded_and_told(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        one = recorded(officer, enterprise_id, "2026-01-05", deaths=3, is_mainly_responsible=True)
        assert (one["grade"], one["kind_zh"]) == ("larger", "机械伤害")
        [event] = told(database, "accident_recorded")
        data = event["data"]
        assert (data["deaths"], data["grade"], data["is_mainly_responsible"]) == (3, "larger", True)
        assert (data["occurred_on"], data["enterprise_id"]) == ("2026-01-05", enterprise_id)

    def test_is_recorded_once(self, officer: FlaskClient, enterprise_id: str) -> None:
        recorded(officer, enterprise_id, "2026-01-05")
        again = officer.post(
            ACCIDENTS, json={"enterprise_id": enterprise_id, "occurred_on": "2026-01-05", "kind": "machinery"}
        )
        assert (again.status_code, again.json["code"]) == (409, "accident_known")

    def test_is_corrected_and_told_again(self, database: Database, officer: FlaskClient, enterprise_id: str) -> None:
        one = recorded(officer, enterprise_id, "2026-01-05", serious_injuries=10)
        body = {"occurred_on": "2026-01-05", "kind": "machinery", "deaths": 10}
        corrected = officer.put(f"{ACCIDENTS}/{one['id']}", json=body, headers={"If-Match": '"1"'}).json
        assert (corrected["grade"], corrected["version"]) == ("serious", 2)
        assert [event["sequence"] for event in told(database, "accident_recorded")] == ["1", "2"]

    def test_is_not_corrected_on_an_older_version(
        self, database: Database, officer: FlaskClient, *, enterprise_id: str
    ) -> None:
        one = recorded(officer, enterprise_id, "2026-01-05")
        body = {"occurred_on": "2026-01-05", "kind": "machinery"}
        stale = officer.put(f"{ACCIDENTS}/{one['id']}", json=body, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        with database.transaction() as session:
            row = visible_accident(session, Principal(subject="a", divisions=("331002",)), one["id"])
            facts = Accident(enterprise_id=enterprise_id, occurred_on=row.occurred_on, kind="fall")
            correct_accident(session, row, facts, now=datetime.now(UTC))
            with pytest.raises(AccidentChanged):
                correct_accident(session, row, facts, now=datetime.now(UTC))

    def test_is_seen_within_the_area(self, caller: Caller, officer: FlaskClient, *, enterprise_id: str) -> None:
        one = recorded(officer, enterprise_id, "2026-01-05")
        assert officer.get(f"{ACCIDENTS}/{one['id']}").json["name"] == "甲字号化工厂"
        elsewhere = caller(subject="other", divisions=["331003"])
        assert elsewhere.get(f"{ACCIDENTS}/{one['id']}").status_code == 404

    def test_is_found_by_year_and_division(self, officer: FlaskClient, enterprise_id: str) -> None:
        one = recorded(officer, enterprise_id, "2025-01-05")
        wanted = ({"year": 2025, "division": "331002001"}, {"year": 2026}, {"grade": "serious"})
        found = [officer.get(ACCIDENTS, query_string=each).json["items"] for each in wanted]
        assert [[each["id"] for each in items] for items in found] == [[one["id"]], [], []]


class TestTheFigures:
    def test_compare_whole_years_by_subdistrict(
        self, database: Database, officer: FlaskClient, *, enterprise_id: str
    ) -> None:
        other = known_enterprise(database, division="331002002001", subdistrict="331002002")
        recorded(officer, enterprise_id, "2024-12-31", deaths=1)
        recorded(officer, enterprise_id, "2023-03-01", deaths=2, loss=500)
        recorded(officer, other, "2023-03-01")
        shown = officer.get(f"{ACCIDENTS}/figures", query_string={"year": 2024}).json
        first, second = shown["subdistricts"]
        assert (first["subdistrict"], first["deaths"]) == (
            DIVISION[:9],
            {"before": 2, "now": 1, "change_percent": -50.0},
        )
        assert second["accidents"] == {"before": 1, "now": 0, "change_percent": -100.0}
        assert shown["total"]["accidents"] == {"before": 2, "now": 1, "change_percent": -50.0}

    def test_of_this_year_end_today_and_a_year_ago(self, officer: FlaskClient, enterprise_id: str) -> None:
        today = business_date(datetime.now(UTC))
        recorded(officer, enterprise_id, f"{today.year - 1}-12-31", deaths=1)
        recorded(officer, enterprise_id, f"{today.year - 1}-01-01")
        shown = officer.get(f"{ACCIDENTS}/figures", query_string={"year": today.year}).json
        counted = 2 if (today.month, today.day) == (12, 31) else 1
        assert (shown["until"], shown["total"]["accidents"]["before"]) == (today.isoformat(), counted)

    @pytest.mark.parametrize(
        ("year", "until", "last"),
        [
            (2024, date(2024, 2, 29), date(2024, 2, 29)),
            (2023, date(2024, 2, 29), date(2023, 2, 28)),
            (2024, date(2025, 2, 28), date(2024, 2, 28)),
            (2025, date(2026, 12, 31), date(2025, 12, 31)),
        ],
    )
    def test_count_the_day_that_a_leap_year_has_more(self, year: int, until: date, last: date) -> None:
        assert accidents._span(year, until) == (date(year, 1, 1), last)


class TestTheTable:
    def test_is_the_law(self, officer: FlaskClient) -> None:
        table = officer.get(f"{ACCIDENTS}/table").json
        assert [(one["id"], one["deaths"]) for one in table["grades"]] == [
            ("extraordinary", 30),
            ("serious", 10),
            ("larger", 3),
            ("general", 0),
        ]
        assert len(table["kinds"]) == 20
