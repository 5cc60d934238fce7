"""Public exposure over HTTP: proposed, decided by somebody else, objected to, suspended, withdrawn, and over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from services.credit.tables import exposure
from shared.database import Database
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.test_penalties import day, decision, step

EXPOSURES = f"{CREDIT}/exposures"
PUBLIC = "/api/v1/public/exposures"


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, uscc="91331002MA28G00017")


@pytest.fixture
def leader(caller: Caller) -> FlaskClient:
    return caller("bureau_leader")


@pytest.fixture
def principal(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def proposed(caller: Caller, enterprise_id: str) -> dict[str, Any]:
    """Return a red card that an officer has proposed."""
    said = {"kind": "red_card", "title": "红牌警示", "content": "重大隐患逾期未整改", "basis": "安全生产法 第七十八条"}
    answer = caller().post(EXPOSURES, json={"enterprise_id": enterprise_id, "months": 6, **said})
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def decide(client: FlaskClient, one: dict[str, Any], event: str, **body: Any) -> Any:
    return client.post(f"{EXPOSURES}/{one['id']}/decide", json={"event": event, **body})


def public(app: Flask, **query: Any) -> list[dict[str, Any]]:
    return list(app.test_client().get(PUBLIC, query_string=query).json["items"])


class TestAProposal:
    def test_is_seen_by_nobody_outside_before_it_is_decided(
        self, app: Flask, principal: FlaskClient, *, proposed: dict[str, Any]
    ) -> None:
        assert (public(app), principal.get(EXPOSURES).json["items"]) == ([], [])
        assert principal.get(f"{EXPOSURES}/{proposed['id']}").status_code == 404

    def test_names_a_penalty_of_the_area(self, caller: Caller, enterprise_id: str) -> None:
        said = {"kind": "typical_case", "title": "案例", "content": "见决定", "basis": "安全生产法"}
        body = {"enterprise_id": enterprise_id, "penalty_id": new_id(), **said}
        assert caller().post(EXPOSURES, json=body).json["code"] == "penalty_not_found"

    def test_is_dropped_with_a_reason(self, leader: FlaskClient, proposed: dict[str, Any]) -> None:
        assert decide(leader, proposed, "drop", reason="已整改").json["state"] == "dropped"


class TestWhatIsDue:
    """The same last days as among everything that is due, at the entry and in the list."""

    def test_is_the_decision_and_then_the_reply_to_each_objection(
        self, caller: Caller, *, leader: FlaskClient, principal: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        officer = caller()
        [decision_due] = proposed["deadlines"]
        assert (decision_due["kind"], decision_due["entity_id"]) == ("exposure_decide", proposed["id"])
        assert (decision_due["state"], decision_due["working_days_left"]) == ("open", 5)
        assert decide(leader, proposed, "publish").json["deadlines"] == []
        at = f"{EXPOSURES}/{proposed['id']}/objections"
        shown = [principal.post(at, json={"statement": text}).json for text in ("不属实", "已整改")][-1]
        ids = [one["id"] for one in shown["objections"]]
        [listed] = officer.get(EXPOSURES).json["items"]
        assert [(one["kind"], one["entity_id"]) for one in listed["deadlines"]] == [
            ("objection_reply", one) for one in ids
        ]
        officer.post(f"{at}/{ids[0]}/reply", json={"reply": "复查未通过"})
        left = officer.get(f"{EXPOSURES}/{proposed['id']}").json["deadlines"]
        assert [one["entity_id"] for one in left] == ids[1:]
        assert left[0]["due_on"] == listed["deadlines"][1]["due_on"]


class TestADecision:
    def test_publishes_and_tells(
        self, app: Flask, database: Database, *, leader: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        shown = decide(leader, proposed, "publish", version=1).json
        assert (shown["state"], shown["steps"][0]["event"]) == ("published", "publish")
        [event] = told(database, "exposure_published")
        assert (event["data"]["exposure"], event["data"]["published_on"]) == ("red_card", shown["published_on"])
        [entry] = public(app, q="91331002ma28g00017")
        assert (entry["kind_zh"], entry["uscc"], entry["objections"]) == ("红牌警示", "91331002MA28G00017", [])
        assert public(app, q="乙字号") == []

    def test_is_the_leaders(self, caller: Caller, proposed: dict[str, Any]) -> None:
        assert decide(caller(), proposed, "publish").status_code == 403

    def test_is_not_made_on_an_older_version(self, leader: FlaskClient, proposed: dict[str, Any]) -> None:
        assert decide(leader, proposed, "publish", version=3).json["code"] == "exposure_changed"


class TestAnObjection:
    def test_stands_beside_the_entry_with_the_reply(
        self, app: Flask, caller: Caller, *, leader: FlaskClient, principal: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        decide(leader, proposed, "publish")
        at = f"{EXPOSURES}/{proposed['id']}/objections"
        shown = principal.post(at, json={"statement": "已按期整改"}).json
        reply = f"{at}/{shown['objections'][0]['id']}/reply"
        assert caller().post(reply, json={"reply": "复查未通过"}).status_code == 200
        again = caller().post(reply, json={"reply": "再次答复"})
        assert (again.status_code, again.json["code"]) == (409, "objection_answered")
        [entry] = public(app)
        assert [(one["statement"], one["reply"]) for one in entry["objections"]] == [("已按期整改", "复查未通过")]
        assert "made_by" not in entry["objections"][0]

    def test_is_in_the_file_with_the_reply(
        self, app: Flask, caller: Caller, *, leader: FlaskClient, principal: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        decide(leader, proposed, "publish")
        at = f"{EXPOSURES}/{proposed['id']}/objections"
        shown = principal.post(at, json={"statement": "已按期整改"}).json
        caller().post(f"{at}/{shown['objections'][0]['id']}/reply", json={"reply": "复查未通过"})
        principal.post(at, json={"statement": "再次异议"})
        header, row, *rest = app.test_client().get(f"{PUBLIC}/export.csv").text.lstrip("\ufeff").splitlines()
        columns = app.test_client().get(f"{PUBLIC}/dictionary").json["items"]
        assert (header.split(","), rest) == ([one["zh"] for one in columns], [])
        assert "异议：已按期整改 答复：复查未通过; 异议：再次异议" in row
        assert {one["column"] for one in columns} <= set(public(app)[0])

    def test_stands_there_once_however_often_it_is_sent(
        self, app: Flask, leader: FlaskClient, *, principal: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        decide(leader, proposed, "publish")
        at = f"{EXPOSURES}/{proposed['id']}/objections"
        answers = [principal.post(at, json={"statement": text}) for text in ("不属实", "不属实", "已整改")]
        assert [one.status_code for one in answers] == [201, 409, 201]
        assert answers[1].json["code"] == "objection_repeated"
        assert [one["statement"] for one in public(app)[0]["objections"]] == ["不属实", "已整改"]

    def test_tells_no_number_of_a_person(
        self, app: Flask, caller: Caller, *, leader: FlaskClient, principal: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        number, phone = "330719199001011234", "13800138000"
        decide(leader, proposed, "publish")
        at = f"{EXPOSURES}/{proposed['id']}/objections"
        shown = principal.post(at, json={"statement": f"本人{number}，电话{phone}"}).json
        caller().post(f"{at}/{shown['objections'][0]['id']}/reply", json={"reply": f"已向{phone}核实"})
        text = app.test_client().get(PUBLIC).text + app.test_client().get(f"{PUBLIC}/export.csv").text
        assert ([one for one in (number, phone) if one in text], "电话1*********0" in text) == ([], True)

    def test_that_is_not_there_is_not_answered(self, caller: Caller, proposed: dict[str, Any]) -> None:
        path = f"{EXPOSURES}/{proposed['id']}/objections/{new_id()}/reply"
        assert caller().post(path, json={"reply": "没有"}).json["code"] == "objection_not_found"

    def test_leaves_the_entry_visible_unless_it_is_suspended(
        self, app: Flask, database: Database, *, leader: FlaskClient, principal: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        decide(leader, proposed, "publish")
        principal.post(f"{EXPOSURES}/{proposed['id']}/objections", json={"statement": "不属实"})
        seen = [len(public(app))]
        for event in ("suspend", "resume", "withdraw"):
            decide(leader, proposed, event, reason="核实中")
            seen.append(len(public(app)))
        assert seen == [1, 0, 1, 0]
        assert [one["data"]["exposure_id"] for one in told(database, "exposure_withdrawn")] == [proposed["id"]]
        assert principal.get(f"{EXPOSURES}/{proposed['id']}").json["state"] == "withdrawn"

    def test_is_made_to_what_is_public(self, caller: Caller, leader: FlaskClient, *, proposed: dict[str, Any]) -> None:
        decide(leader, proposed, "publish")
        decide(leader, proposed, "withdraw", reason="有误")
        own = caller("enterprise_principal", divisions=[], enterprise_id=proposed["enterprise_id"])
        answer = own.post(f"{EXPOSURES}/{proposed['id']}/objections", json={"statement": "不属实"})
        assert answer.json["code"] == "objection_refused"


class TestThePenaltyBehind:
    @pytest.fixture
    def penalty(self, caller: Caller, enterprise_id: str) -> dict[str, Any]:
        return dict(caller().post(f"{CREDIT}/penalties", json=decision(enterprise_id)).json)

    def named(self, client: FlaskClient, penalty: dict[str, Any], **changes: Any) -> Any:
        said = {"kind": "typical_case", "title": "案例", "content": "见决定", "basis": "安全生产法"}
        body = {"enterprise_id": penalty["enterprise_id"], "penalty_id": penalty["id"], **said}
        return client.post(EXPOSURES, json=body | changes)

    def withdraw(self, client: FlaskClient, penalty: dict[str, Any]) -> None:
        given = {"reason": "复议撤销", "document": "复议1号", "annulled_on": day().isoformat()}
        assert step(client, penalty, "withdraw", **given).status_code == 200

    def test_takes_what_names_it_along_when_it_is_withdrawn(
        self, app: Flask, caller: Caller, *, database: Database, leader: FlaskClient, penalty: dict[str, Any]
    ) -> None:
        shown, waiting = (self.named(caller(), penalty).json for _ in range(2))
        decide(leader, shown, "publish")
        self.withdraw(caller(), penalty)
        one, other = (leader.get(f"{EXPOSURES}/{each['id']}").json for each in (shown, waiting))
        assert (one["state"], other["state"], public(app)) == ("withdrawn", "dropped", [])
        assert one["steps"][-1]["given"] == {"reason": "复议撤销"}
        assert [each["data"]["exposure_id"] for each in told(database, "exposure_withdrawn")] == [shown["id"]]

    def test_is_not_a_withdrawn_one(self, caller: Caller, penalty: dict[str, Any]) -> None:
        self.withdraw(caller(), penalty)
        assert self.named(caller(), penalty).json["code"] == "exposure_refused"

    def test_is_not_that_of_a_person(self, caller: Caller, enterprise_id: str) -> None:
        body = decision(enterprise_id, subject_kind="natural", person="王大明")
        one = caller().post(f"{CREDIT}/penalties", json=body).json
        assert self.named(caller(), one).json["code"] == "exposure_refused"

    def test_is_the_own_one(self, caller: Caller, database: Database, penalty: dict[str, Any]) -> None:
        other = known_enterprise(database, name="乙字号")
        assert self.named(caller(), penalty, enterprise_id=other).json["code"] == "exposure_refused"


class TestTheEnd:
    def test_comes_for_the_public_also_when_the_clock_stands_still(
        self, app: Flask, database: Database, *, leader: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        decide(leader, proposed, "publish")
        seen = []
        for until in (day(), day(-1)):
            with database.transaction() as session:
                session.execute(update(exposure).values(shown_until=until))
            seen.append(len(public(app)))
        assert seen == [1, 0]

    def test_comes_after_the_last_day(
        self, app: Flask, database: Database, *, leader: FlaskClient, proposed: dict[str, Any]
    ) -> None:
        decide(leader, proposed, "publish")
        run_clock(database, now=datetime.now(UTC) + timedelta(days=190))
        assert (public(app), leader.get(f"{EXPOSURES}/{proposed['id']}").json["state"]) == ([], "expired")


class TestTheList:
    def test_is_filtered(self, leader: FlaskClient, proposed: dict[str, Any]) -> None:
        found = [
            [one["id"] for one in leader.get(EXPOSURES, query_string=wanted).json["items"]]
            for wanted in ({"division": "331002001", "is_open": "true"}, {"kind": "typical_case"})
        ]
        assert found == [[proposed["id"]], []]
