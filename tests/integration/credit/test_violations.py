"""Violations over HTTP: the catalogue, what was recorded, and what is told of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from shared.clock import business_date
from shared.database import Database
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, told

VIOLATIONS = f"{CREDIT}/violations"


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


def breach(enterprise_id: str, **changes: Any) -> dict[str, Any]:
    seen = {"act": "V-102", "severity": "serious", "facts": "隐患逾期未消除", "found_on": "2026-01-05"}
    return {"enterprise_id": enterprise_id, **seen, **changes}


class TestTheTable:
    def test_is_read_by_everyone_and_cites_the_law(self, app: Flask) -> None:
        shown = app.test_client().get(f"{VIOLATIONS}/table").json
        [act] = [one for one in shown["acts"] if one["code"] == "V-102"]
        assert (act["basis"], act["status"]) == ("安全生产法 第一百零二条", "official")
        assert [one["id"] for one in shown["severities"]] == ["light", "general", "serious"]


class TestAViolation:
    def test_is_recorded_and_told(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        shown = caller().post(VIOLATIONS, json=breach(enterprise_id)).json
        assert (shown["act_zh"], shown["severity_zh"]) == ("未采取措施消除事故隐患", "严重")
        [event] = told(database, "violation_recorded")
        today = business_date(datetime.now(UTC)).isoformat()
        assert event["data"] == {
            "violation_id": shown["id"],
            "enterprise_id": enterprise_id,
            "severity": "serious",
            "recorded_on": today,
            "clause": "安全生产法 第一百零二条",
            "act": "V-102",
        }

    def test_is_found_by_area_and_severity(self, caller: Caller, enterprise_id: str) -> None:
        officer = caller()
        one = officer.post(VIOLATIONS, json=breach(enterprise_id)).json
        found = officer.get(VIOLATIONS, query_string={"division": "331002001", "severity": "serious"}).json["items"]
        assert [each["id"] for each in found] == [one["id"]]
        assert officer.get(VIOLATIONS, query_string={"severity": "light"}).json["items"] == []

    def test_is_shown_to_the_enterprise_and_to_nobody_elsewhere(self, caller: Caller, enterprise_id: str) -> None:
        one = caller().post(VIOLATIONS, json=breach(enterprise_id)).json
        own = caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)
        elsewhere = caller(subject="other", divisions=["331003"])
        answers = [each.get(f"{VIOLATIONS}/{one['id']}").status_code for each in (own, elsewhere)]
        assert answers == [200, 404]

    def test_is_not_of_a_day_to_come(self, caller: Caller, enterprise_id: str) -> None:
        answer = caller().post(VIOLATIONS, json=breach(enterprise_id, found_on="2099-01-01"))
        assert (answer.status_code, answer.json["code"]) == (422, "day_impossible")
