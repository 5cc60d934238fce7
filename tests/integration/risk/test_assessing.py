"""Assessment of a card by three people, its clocks, and the ledger of risk points with its quarterly confirmation."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.risk import use_cases
from services.risk.tables import assessment, grade, risk_point
from services.risk.use_cases.assessing import RiskPointChanged
from services.risk.worker import declarations
from shared.calendar import working_days_between
from shared.clock import business_date
from shared.database import Database
from shared.database.chassis import outbox
from shared.ids import new_id
from shared.work.timers import run_due
from tests.integration.risk.conftest import Tell, feature, state_event
from tests.support.callers import Signer

ASSESSMENTS, POINTS = "/api/v1/risk/assessments", "/api/v1/risk/risk-points"
CHEMICAL = {"hazchem_production": feature("yes", origin="confirmed")}
LEC_RED = {"method": "LEC", "judged": {"L": 6, "E": 6, "C": 15}}  # 540


@pytest.fixture
def one(tell: Tell) -> str:
    """Return the id of a chemical enterprise, blue by score but not assessed."""
    enterprise_id = new_id()
    tell(state_event(enterprise_id, name="乙化工", features=CHEMICAL))
    return enterprise_id


@pytest.fixture
def people(app: Flask, signer: Signer, one: str) -> dict[str, FlaskClient]:
    grants: dict[str, dict[str, Any]] = {
        "enterprise": {"actions": ["grade:read", "assessment:write", "risk_point:write"], "enterprise_id": one},
        "street": {"actions": ["grade:read", "assessment:review"], "divisions": ["331002001"]},
        "bureau": {"actions": ["grade:read", "assessment:review", "assessment:confirm"], "divisions": ["331002"]},
        "foreign": {"actions": ["grade:read", "assessment:review"], "divisions": ["331002002"]},
    }
    return {name: signer.client(app, subject=name, **grant) for name, grant in grants.items()}


def answers_to_all(client: FlaskClient) -> dict[str, Any]:
    facts = client.get("/api/v1/risk/cards/WH-YJ2018-19").json["facts"]
    mild = {"flag": "no", "count": 0}
    known = {fact["id"]: {"value": mild.get(fact["kind"], (fact["options"] or [0])[0])} for fact in facts}
    return known | {"hazchem_production": {"value": "yes"}}


def drafted(people: dict[str, FlaskClient], one: str, **facts: Any) -> str:
    body = {
        "enterprise_id": one,
        "facts": facts or answers_to_all(people["enterprise"]),
        "evidence": [{"fact": "hazchem_production", "reference": "sha256:ab12", "note": "许可证"}],
    }
    answer = people["enterprise"].post(ASSESSMENTS, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def confirmed(people: dict[str, FlaskClient], one: str) -> dict[str, Any]:
    path = f"{ASSESSMENTS}/{drafted(people, one)}"
    people["enterprise"].post(f"{path}/submit")
    people["street"].post(f"{path}/review")
    answer = people["bureau"].post(f"{path}/confirm")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def row_of(database: Database) -> Any:
    with database.reading() as session:
        return session.execute(select(grade)).one()


class TestConfirmation:
    def test_lets_a_chemical_enterprise_be_solid_blue(
        self, database: Database, people: dict[str, FlaskClient], one: str
    ) -> None:
        before = row_of(database)

        shown = confirmed(people, one)

        after = row_of(database)
        assert (before.level, before.is_provisional, after.level, after.is_provisional) == (4, True, 4, False)
        assert shown["valid_until"][:4] == str(datetime.now(UTC).year + 3)  # DY-15: chemicals every 3 years

    def test_is_told(self, database: Database, people: dict[str, FlaskClient], one: str) -> None:
        shown = confirmed(people, one)

        with database.reading() as session:
            body = session.scalar(select(outbox.c.body).where(outbox.c.type == "risk.enterprise_assessed.v1"))
        told = orjson.loads(body)["data"]
        assert (told["assessment_id"], told["card"], told["confirmed_by"]) == (shown["id"], "WH-YJ2018-19", "bureau")

    def test_makes_the_answers_confirmed_facts(self, people: dict[str, FlaskClient], one: str) -> None:
        confirmed(people, one)

        facts = people["bureau"].get(f"/api/v1/risk/facts/{one}").json["facts"]
        assert {known["origin"] for known in facts.values()} == {"confirmed"}

    def test_lapses_after_three_years(self, database: Database, people: dict[str, FlaskClient], one: str) -> None:
        shown = confirmed(people, one)

        run_due(database, declarations(), now=datetime.fromisoformat(shown["valid_until"]))

        with database.reading() as session:
            state = session.scalar(select(assessment.c.state))
        assert (state, row_of(database).is_provisional) == ("lapsed", True)


class TestSteps:
    def test_give_the_bureau_thirty_working_days(self, people: dict[str, FlaskClient], one: str) -> None:
        shown = people["enterprise"].post(f"{ASSESSMENTS}/{drafted(people, one)}/submit").json

        today = business_date(datetime.now(UTC))
        assert working_days_between(today, datetime.fromisoformat(shown["due_on"]).date()) == 30

    def test_name_those_that_are_overdue(self, database: Database, people: dict[str, FlaskClient], one: str) -> None:
        people["enterprise"].post(f"{ASSESSMENTS}/{drafted(people, one)}/submit")
        with database.transaction() as session:
            session.execute(assessment.update().values(due_on=datetime(2026, 1, 5).date()))  # noqa: DTZ001

        assert [row["is_overdue"] for row in people["bureau"].get(ASSESSMENTS).json["items"]] == [True]

    def test_come_in_their_order(self, people: dict[str, FlaskClient], one: str) -> None:
        path = f"{ASSESSMENTS}/{drafted(people, one)}"

        codes = [people["street"].post(f"{path}/review").json, people["bureau"].post(f"{path}/confirm").json]

        assert [answer["code"] for answer in codes] == ["wrong_step", "wrong_step"]

    def test_need_three_different_people(self, people: dict[str, FlaskClient], one: str) -> None:
        path = f"{ASSESSMENTS}/{drafted(people, one)}"
        people["enterprise"].post(f"{path}/submit")
        people["bureau"].post(f"{path}/review")

        answer = people["bureau"].post(f"{path}/confirm")

        assert (answer.status_code, answer.json["code"]) == (403, "same_person")

    def test_go_back_with_a_reason_and_forward_again(self, people: dict[str, FlaskClient], one: str) -> None:
        path = f"{ASSESSMENTS}/{drafted(people, one)}"
        people["enterprise"].post(f"{path}/submit")
        returned = people["street"].post(f"{path}/return", json={"reason": "缺少照片"}).json
        body = {"facts": {"own_fire_brigade": {"value": "yes"}}}
        answer = people["enterprise"].put(path, json=body, headers={"If-Match": f'"{returned["version"]}"'})

        again = people["enterprise"].post(f"{path}/submit").json

        assert (returned["state"], returned["returned_reason"]) == ("draft", "缺少照片")
        assert (answer.json["facts"]["own_fire_brigade"]["value"], again["state"], again["returned_reason"]) == (
            "yes",
            "submitted",
            "",
        )

    def test_are_closed_to_others(self, people: dict[str, FlaskClient], one: str) -> None:
        path = f"{ASSESSMENTS}/{drafted(people, one)}"

        assert people["foreign"].post(f"{path}/review").json["code"] == "assessment_not_found"
        assert people["foreign"].get(ASSESSMENTS).json["items"] == []

    def test_know_one_open_assessment_per_enterprise(self, people: dict[str, FlaskClient], one: str) -> None:
        drafted(people, one)

        answer = people["enterprise"].post(ASSESSMENTS, json={"enterprise_id": one, "facts": {}})

        assert (answer.status_code, answer.json["code"]) == (409, "assessment_open")

    def test_refuse_facts_that_no_card_asks_for(self, people: dict[str, FlaskClient], one: str) -> None:
        body = {"enterprise_id": one, "facts": {"shoe_size": {"value": 43}}}

        assert people["enterprise"].post(ASSESSMENTS, json=body).json["code"] == "unknown_fact"

    def test_can_be_found_by_state(self, people: dict[str, FlaskClient], one: str) -> None:
        path = f"{ASSESSMENTS}/{drafted(people, one)}"

        listed = people["bureau"].get(f"{ASSESSMENTS}?state=draft&enterprise_id={one}").json["items"]

        assert [(row["name"], row["id"]) for row in listed] == [("乙化工", path.rsplit("/", 1)[1])]
        assert people["bureau"].get(path).headers["ETag"] == '"1"'


class TestRiskPoints:
    def add(self, people: dict[str, FlaskClient], one: str, **changes: Any) -> dict[str, Any]:
        body = {"enterprise_id": one, "place": "罐区", "hazard": "甲醇泄漏", **LEC_RED, "post": "罐区班长"}
        answer = people["enterprise"].post(POINTS, json=body | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    def test_have_their_colour_computed(self, people: dict[str, FlaskClient], one: str) -> None:
        points = [
            self.add(people, one),
            self.add(people, one, judged={"L": 1, "E": 10, "C": 7}),  # 70 is blue
            self.add(people, one, method="LS5-COAL", judged={"L": 3, "S": 3}),
            self.add(people, one, method="LS5-DB37", judged={"L": 3, "S": 3}),
        ]

        assert [(one_["product"], one_["colour"]) for one_ in points] == [
            (540.0, "red"), (70.0, "blue"), (9.0, "orange"), (9.0, "yellow"),
        ]  # fmt: skip

    def test_let_the_enterprise_be_no_better_than_the_worst(
        self, database: Database, people: dict[str, FlaskClient], one: str
    ) -> None:
        point = self.add(people, one)
        with_point = row_of(database).level

        answer = people["enterprise"].post(f"{POINTS}/{point['id']}/retire")

        assert (with_point, answer.status_code, row_of(database).level) == (1, 204, 4)

    def test_are_named_as_the_reason_and_leave_no_hold_behind(
        self, database: Database, people: dict[str, FlaskClient], one: str
    ) -> None:
        point = self.add(people, one)
        reasons = people["bureau"].get(f"/api/v1/risk/grades/{one}").json["reasons"]

        assert reasons[0]["zh"].startswith("最高等级的风险点")
        assert people["bureau"].get(f"/api/v1/risk/grades/{one}/rules").json["items"] == []
        assert point["level"] == 1

    def test_are_judged_anew_by_version(self, database: Database, people: dict[str, FlaskClient], one: str) -> None:
        point = self.add(people, one)
        body = {"place": "罐区", "hazard": "甲醇泄漏", "method": "LEC", "judged": {"L": 3, "E": 6, "C": 7}}
        path = f"{POINTS}/{point['id']}"

        answer = people["enterprise"].put(path, json=body, headers={"If-Match": '"1"'})
        stale = people["enterprise"].put(path, json=body, headers={"If-Match": '"1"'})

        assert (answer.json["colour"], answer.json["version"], stale.status_code) == ("yellow", 2, 412)

    def test_refuse_a_judgement_of_what_somebody_changed_meanwhile(
        self, database: Database, people: dict[str, FlaskClient], one: str
    ) -> None:
        self.add(people, one)
        judged = {"L": Decimal(1), "E": Decimal(1), "C": Decimal(1)}
        point = use_cases.Point("罐区", "泄漏", "LEC", judged, "", "")

        with database.transaction() as session:
            row = session.execute(select(risk_point)).one()
            with pytest.raises(RiskPointChanged):
                use_cases.judge_risk_point(session, row, point=point, based_on=0, now=datetime.now(UTC))

    def test_refuse_values_that_the_method_does_not_know(self, people: dict[str, FlaskClient], one: str) -> None:
        body = {"enterprise_id": one, "place": "罐区", "hazard": "泄漏", "method": "LEC", "judged": {"L": 5, "E": 6}}

        assert people["enterprise"].post(POINTS, json=body).json["code"] == "unsuitable_factor"

    def test_are_overdue_after_a_quarter_until_confirmed(
        self, database: Database, people: dict[str, FlaskClient], one: str
    ) -> None:
        self.add(people, one)
        run_due(database, declarations(), now=datetime.now(UTC) + timedelta(days=93))
        overdue = people["bureau"].get(f"{POINTS}?overdue=true").json["items"]

        answer = people["enterprise"].post(f"{POINTS}/confirmations", json={"enterprise_id": one})

        assert (len(overdue), answer.json, people["bureau"].get(f"{POINTS}?overdue=true").json["items"]) == (
            1,
            {"points": 1},
            [],
        )

    def test_stand_worst_first_and_only_in_the_own_area(self, people: dict[str, FlaskClient], one: str) -> None:
        self.add(people, one, judged={"L": 1, "E": 1, "C": 1})
        self.add(people, one)

        listed = people["street"].get(f"{POINTS}?enterprise_id={one}").json["items"]

        assert [point["level"] for point in listed] == [1, 4]
        assert people["foreign"].put(f"{POINTS}/{listed[0]['id']}", json={}).status_code == 403
        assert people["foreign"].get(POINTS).json["items"] == []
