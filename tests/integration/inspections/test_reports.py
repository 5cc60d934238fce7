"""Reports from the public: a receipt at once, a visible state, a decision that others hear."""

import pytest
from flask import Flask

from services.inspections.subscriptions import on_enterprise_state
from services.inspections.tables import enterprise
from shared.contracts.registry import EnterpriseUpdated
from shared.database import Database
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, known_enterprise, told
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PUBLIC = "/api/v1/public/reports"
REPORTS = f"{INSPECTIONS}/reports"
TOLD = {"subject": "机场路打磨作坊", "description": "夜里关着门打磨，粉尘很大", "place": "机场路8号"}


def report(app: Flask, **changes: object) -> str:
    answer = app.test_client().post(PUBLIC, json=TOLD | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json["receipt"])


class TestReporter:
    def test_gets_a_receipt_that_shows_the_state(self, app: Flask, database: Database) -> None:
        receipt = report(app)

        shown = app.test_client().get(f"{PUBLIC}/{receipt.lower()}").json

        assert (shown["receipt"], shown["state"], shown["reply"]) == (receipt, "received", "")
        assert [event["data"] for event in told(database)] == [
            {"report_id": told(database)[0]["subject"], "enterprise_id": ""}
        ]

    def test_is_told_when_a_receipt_is_unknown(self, app: Flask) -> None:
        answer = app.test_client().get(f"{PUBLIC}/0000")
        assert (answer.status_code, answer.json["code"]) == (404, "report_not_found")


class TestDecision:
    def test_of_a_true_report_is_told_and_answered(
        self, app: Flask, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        receipt = report(app)
        officer = caller()
        [waiting] = officer.get(f"{REPORTS}?state=received").json["items"]
        body = {"is_substantiated": True, "enterprise_id": enterprise_id, "reply": "情况属实，已责令整改"}

        decided = officer.post(f"{REPORTS}/{waiting['id']}/decide", json=body).json

        assert (decided["state"], decided["name"]) == ("substantiated", "甲字号机械厂")
        assert told(database, "report_substantiated")[0]["data"]["enterprise_id"] == enterprise_id
        assert app.test_client().get(f"{PUBLIC}/{receipt}").json["reply"] == "情况属实，已责令整改"

    def test_is_made_about_a_report_that_is_read_without_its_receipt(self, app: Flask, caller: Caller) -> None:
        receipt = report(app)
        [waiting] = caller().get(REPORTS).json["items"]
        shown = caller().get(f"{REPORTS}/{waiting['id']}").json
        elsewhere = caller("subdistrict_officer", divisions=["331002009"]).get(f"{REPORTS}/{waiting['id']}")
        assert (shown["subject"], receipt in str(shown)) == (TOLD["subject"], False)
        assert (elsewhere.status_code, elsewhere.json["code"]) == (404, "report_not_found")

    def test_is_made_once(self, app: Flask, caller: Caller, database: Database) -> None:
        report(app)
        officer = caller()
        [waiting] = officer.get(REPORTS).json["items"]
        body = {"is_substantiated": False, "reply": "经查不属实"}

        answers = [officer.post(f"{REPORTS}/{waiting['id']}/decide", json=body) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 409]
        assert told(database, "report_substantiated") == []

    def test_of_a_true_report_names_the_enterprise(self, app: Flask, caller: Caller) -> None:
        report(app)
        officer = caller()
        [waiting] = officer.get(REPORTS).json["items"]
        answer = officer.post(f"{REPORTS}/{waiting['id']}/decide", json={"is_substantiated": True, "reply": "属实"})
        assert (answer.status_code, answer.json["code"]) == (422, "enterprise_missing")

    @pytest.mark.parametrize(("divisions", "seen"), [(["331002"], 2), (["331002001"], 1), (["331002009"], 0)])
    def test_is_for_those_whose_area_it_is(
        self, app: Flask, caller: Caller, enterprise_id: str, divisions: list[str], seen: int
    ) -> None:
        report(app)
        report(app, enterprise_id=enterprise_id)
        found = caller("subdistrict_officer", divisions=divisions).get(REPORTS).json["items"]
        assert len(found) == seen

    def test_outside_the_area_does_not_exist(self, app: Flask, caller: Caller, enterprise_id: str) -> None:
        report(app, enterprise_id=enterprise_id)
        [waiting] = caller().get(REPORTS).json["items"]
        stranger = caller(divisions=["331003"])
        answer = stranger.post(f"{REPORTS}/{waiting['id']}/decide", json={"is_substantiated": False, "reply": "不属实"})
        assert (answer.status_code, answer.json["code"]) == (404, "report_not_found")


class TestRegister:
    def test_keeps_the_newest_state_whatever_the_order(self, database: Database) -> None:
        enterprise_id = known_enterprise(database)
        facts = {"enterprise_id": enterprise_id, "uscc": "", "division": "331002002"}
        newer = received(EnterpriseUpdated(name="新名", status="deregistered", **facts), sequence=3)
        older = received(EnterpriseUpdated(name="旧名", **facts), sequence=2)
        with database.transaction() as session:
            on_enterprise_state(session, [newer], now=NOW)
            on_enterprise_state(session, [older], now=NOW)

        with database.reading() as session:
            row = session.execute(enterprise.select()).one()
        assert (row.name, row.is_active, row.sequence) == ("新名", False, 3)
