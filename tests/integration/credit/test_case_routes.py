"""credit/cases over HTTP: the officer, the leader and the enterprise, each with the steps that are theirs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.clock import business_date
from shared.database import Database
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.listing import DECISION_PARTS, IDENTITY, NOTICE_PARTS, PERSON, at, listed

CASES = f"{CREDIT}/cases"
WITHDRAWAL = {"event": "withdraw", "reason": "行政复议撤销", "document": "复议〔2026〕1号"}


@pytest.fixture
def today() -> date:
    return business_date(datetime.now(UTC))


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database, uscc="91330000704676287N", industry="C2614", address="椒江区海门")


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


@pytest.fixture
def leader(caller: Caller) -> FlaskClient:
    return caller("bureau_leader")


def penalised(
    officer: FlaskClient, firm: str, *, authority: str = "台州市椒江区应急管理局", act: str = "V-110", **changes: Any
) -> str:
    """Record a penalty decision of today and return its id."""
    body = {
        "enterprise_id": firm,
        "document_number": "（椒）应急罚〔2026〕12号",
        "act": act,
        "conduct": "瞒报事故",
        "facts": "瞒报一起事故",
        "basis": "安全生产法 第一百一十条",
        "kinds": ["fine"],
        "content": "罚款",
        "fine": 300_000,
        "decided_on": business_date(datetime.now(UTC)).isoformat(),
        "authority": authority,
    }
    answer = officer.post(f"{CREDIT}/penalties", json=body | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def proposal(firm: str, penalty_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "enterprise_id": firm,
        "condition": "BL-6-4",
        "penalty_id": penalty_id,
        "facts": "瞒报一起事故",
        "basis": "第六条第四项",
        "persons": [PERSON],
        "is_confirmed": True,
    } | changes


@pytest.fixture
def case(officer: FlaskClient, firm: str) -> dict[str, Any]:
    """Return a case as it was proposed."""
    answer = officer.post(CASES, json=proposal(firm, penalised(officer, firm)))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json
    return shown


def deliveries(case: dict[str, Any], *documents: str, on: date) -> list[dict[str, Any]]:
    everybody = ["firm", *(one["id"] for one in case["persons"])]
    same = {"method": "direct", "proof": "送达回证", "served_on": on.isoformat()}
    return [{"document": document, "addressee": one, **same} for document in documents for one in everybody]


class TestTheWholeWay:
    def test_leads_from_the_penalty_to_the_list_and_the_hit(
        self, case: dict[str, Any], officer: FlaskClient, leader: FlaskClient, caller: Caller, firm: str, today: date
    ) -> None:
        path = f"{CASES}/{case['id']}"
        principal = caller("enterprise_principal", divisions=[], enterprise_id=firm)
        served = deliveries(case, "notice", on=today)
        both = deliveries(case, "decision", "repair_notice", on=today)
        ways = [
            (officer, "steps", {"event": "issue_notice", **NOTICE_PARTS}, "noticed"),
            (officer, "steps", {"event": "serve_notice", "deliveries": served}, "noticed"),
            (principal, "statements", {"statement": "不服"}, "under_review"),
            (leader, "decisions", {"event": "decide_listing", "reply": "不予采纳", **DECISION_PARTS}, "decided"),
            (officer, "steps", {"event": "serve", "deliveries": both}, "served"),
            (officer, "steps", {"event": "record", "system_number": "X-1"}, "recorded"),
            (officer, "steps", {"event": "publish"}, "active"),
        ]
        for client, address, body, state in ways:
            answer = client.post(f"{path}/{address}", json=body)
            assert (answer.status_code, answer.json.get("state")) == (200, state), answer.text
        hit = officer.get(f"{CREDIT}/checks/91330000704676287N?purpose=SUPERVISION").json
        assert (hit["hit"], hit["lists"][0]["decision_number"]) == (True, DECISION_PARTS["number"])

    def test_begins_with_the_penalty_as_it_was_recorded(self, case: dict[str, Any]) -> None:
        assert (case["state_zh"], case["clause"]) == ("拟列入", "第六条第四项")
        assert (case["penalty"]["number"], case["penalty"]["is_ours"]) == ("（椒）应急罚〔2026〕12号", True)
        assert case["allowed"] == ["issue_notice"]

    def test_never_shows_a_whole_number(self, case: dict[str, Any], officer: FlaskClient) -> None:
        answer = officer.get(f"{CASES}/{case['id']}")
        assert answer.json["persons"][0]["identity"] == "3****************X"
        assert IDENTITY not in answer.text
        assert answer.headers["ETag"] == '"1"'

    def test_ends_when_the_leader_decides_against(
        self, database: Database, case: dict[str, Any], officer: FlaskClient, leader: FlaskClient, today: date
    ) -> None:
        path = f"{CASES}/{case['id']}"
        officer.post(f"{path}/steps", json={"event": "issue_notice", **NOTICE_PARTS})
        served = deliveries(case, "notice", on=today)
        officer.post(f"{path}/steps", json={"event": "serve_notice", "deliveries": served})
        run_clock(database, now=at(today + timedelta(days=20)))
        answer = leader.post(f"{path}/decisions", json={"event": "decide_against", "reason": "情节轻微"})
        assert (answer.json["state"], answer.json["is_open"]) == ("not_listed", False)
        assert told(database, "subject_listed") == []


class TestRefusals:
    def test_of_a_penalty_of_another_department(self, officer: FlaskClient, firm: str) -> None:
        penalty_id = penalised(officer, firm, authority="台州市市场监督管理局")
        answer = officer.post(CASES, json=proposal(firm, penalty_id))
        assert (answer.status_code, answer.json["code"]) == (422, "penalty_of_others")

    def test_of_a_firm_for_what_a_person_was_punished_for(self, officer: FlaskClient, firm: str) -> None:
        penalty_id = penalised(officer, firm, subject_kind="natural", person="王建国")
        answer = officer.post(CASES, json=proposal(firm, penalty_id))
        assert (answer.status_code, answer.json["code"]) == (422, "penalty_of_person")
        only_person = proposal(firm, penalty_id, condition="BL-6-5", basis="第六条第五项")
        assert officer.post(CASES, json=only_person).status_code == 201

    def test_of_a_penalty_of_another_enterprise(self, database: Database, officer: FlaskClient, firm: str) -> None:
        other = known_enterprise(database, uscc="91330000742004828D")
        answer = officer.post(CASES, json=proposal(other, penalised(officer, firm)))
        assert (answer.status_code, answer.json["code"]) == (404, "grounds_not_found")

    def test_of_a_step_that_is_not_possible_now(self, case: dict[str, Any], officer: FlaskClient) -> None:
        answer = officer.post(f"{CASES}/{case['id']}/steps", json={"event": "publish"})
        assert (answer.status_code, answer.json["code"]) == (409, "step_not_possible")

    def test_of_the_proposer_who_dismisses(self, case: dict[str, Any], caller: Caller) -> None:
        body = {"event": "dismiss", "reason": "误提"}
        assert caller().post(f"{CASES}/{case['id']}/steps", json=body).json["code"] == "proposer_decides"
        other = caller(subject="a-second")
        assert other.post(f"{CASES}/{case['id']}/steps", json=body).json["state"] == "not_listed"

    @pytest.mark.parametrize("number", [f"{IDENTITY}1", f"{IDENTITY} ", IDENTITY[:17]])
    def test_of_a_number_that_is_none_of_an_identity_card(self, officer: FlaskClient, firm: str, number: str) -> None:
        body = proposal(firm, penalised(officer, firm), persons=[{**PERSON, "identity": number}])
        assert officer.post(CASES, json=body).json["code"] == "invalid_fields"

    def test_of_an_officer_who_decides(self, case: dict[str, Any], officer: FlaskClient) -> None:
        answer = officer.post(f"{CASES}/{case['id']}/decisions", json={"event": "decide_listing"})
        assert (answer.status_code, answer.json["code"]) == (403, "action_not_allowed")

    def test_of_an_application_before_its_day(self, database: Database, firm: str, caller: Caller, today: date) -> None:
        case_id = listed(database, firm, on=today)
        principal = caller("enterprise_principal", divisions=[], enterprise_id=firm)
        answer = principal.post(f"{CASES}/{case_id}/applications", json={"application": "申请"})
        assert (answer.status_code, answer.json["code"]) == (422, "listed_too_short")

    def test_of_a_case_elsewhere(self, case: dict[str, Any], caller: Caller) -> None:
        elsewhere = caller(divisions=["331003"])
        assert elsewhere.get(f"{CASES}/{case['id']}").json["code"] == "case_not_found"


class TestWithdrawnPenalties:
    def test_stop_what_rests_on_them_and_are_shown(self, case: dict[str, Any], officer: FlaskClient) -> None:
        assert case["penalty_withdrawn"] is False
        withdraw(officer, case["penalty_id"])
        shown = officer.get(f"{CASES}/{case['id']}").json
        assert (shown["penalty_withdrawn"], shown["allowed"]) == (True, [])
        answer = officer.post(f"{CASES}/{case['id']}/steps", json={"event": "issue_notice", **NOTICE_PARTS})
        assert (answer.status_code, answer.json["code"]) == (422, "penalty_missing")

    def test_leave_a_listing_to_be_revoked(
        self, database: Database, firm: str, officer: FlaskClient, leader: FlaskClient, today: date
    ) -> None:
        penalty_id = penalised(officer, firm)
        case_id = listed(database, firm, on=today, penalty_id=penalty_id)
        withdraw(officer, penalty_id)
        (row,) = officer.get(CASES).json["items"]
        assert (row["id"], row["penalty_withdrawn"], row["state"]) == (case_id, True, "active")
        body = {"event": "revoke", "reason": "处罚决定已撤销", "number": "撤1号"}
        assert leader.post(f"{CASES}/{case_id}/decisions", json=body).json["state"] == "revoked"


def withdraw(officer: FlaskClient, penalty_id: str) -> None:
    """Withdraw a penalty decision."""
    annulled_on = business_date(datetime.now(UTC)).isoformat()
    answer = officer.post(f"{CREDIT}/penalties/{penalty_id}/steps", json={**WITHDRAWAL, "annulled_on": annulled_on})
    assert answer.status_code == 200, answer.text


class TestList:
    def test_shows_what_is_due_and_late(self, database: Database, firm: str, officer: FlaskClient) -> None:
        listed(database, firm, on=date(2026, 11, 2))
        (row,) = officer.get(f"{CASES}?is_open=true&state=active&division=331002001").json["items"]
        [due] = row["deadlines"]
        assert (due["step"], due["due_on"], due["is_late"]) == ("expire", "2029-11-02", False)
        assert (row["early_from"], row["is_late"]) == ("2027-11-02", False)

    @pytest.mark.parametrize("query", ["state=removed", "is_open=false", "division=331003"])
    def test_is_filtered(self, case: dict[str, Any], officer: FlaskClient, query: str) -> None:
        assert officer.get(f"{CASES}?{query}").json["items"] == []

    def test_of_an_enterprise_holds_its_own_once_it_was_given_notice(
        self, case: dict[str, Any], officer: FlaskClient, caller: Caller, firm: str
    ) -> None:
        principal = caller("enterprise_principal", divisions=[], enterprise_id=firm)
        assert principal.get(CASES).json["items"] == []
        assert principal.get(f"{CASES}/{case['id']}").status_code == 404
        officer.post(f"{CASES}/{case['id']}/steps", json={"event": "issue_notice", **NOTICE_PARTS})
        own = caller("enterprise_user", divisions=[], enterprise_id=firm).get(CASES).json["items"]
        others = caller("enterprise_user", divisions=[], enterprise_id=case["id"]).get(CASES).json["items"]
        assert ([one["id"] for one in own], others) == ([case["id"]], [])

    def test_tells_the_enterprise_nothing_from_within_the_bureau(
        self, database: Database, caller: Caller, officer: FlaskClient, firm: str, today: date
    ) -> None:
        address = f"{CASES}/{listed(database, firm, on=today)}"
        own = caller("enterprise_user", divisions=[], enterprise_id=firm).get(address)
        assert own.json["decision"]["number"] == DECISION_PARTS["number"]
        assert {own.json["proposed_by"], own.json["decided_by"]} == {""}
        assert {one["by"] for one in (*own.json["steps"], *own.json["deliveries"])} == {""}
        inside = (DECISION_PARTS["legal_review"], DECISION_PARTS["collective_decision"])
        assert not [one for one in inside if one in own.text]
        assert all(one in officer.get(address).text for one in inside)


class TestTable:
    def test_is_public_with_every_clause(self, officer: FlaskClient) -> None:
        table = officer.get(f"{CASES}/table").json
        assert len(table["conditions"]) == 9
        assert table["limits"]["publish"] == 20
        assert {"row": "L10", "event": "publish", "status": "practice"}.items() <= next(
            one for one in table["transitions"] if one["event"] == "publish"
        ).items()
        ended = {one["state"] for one in table["transitions"] if one["row"] == "L16"}
        assert ended == {"decided", "served", "recorded", "active", "repair_applied", "repair_accepted"}


class TestSuggestions:
    def test_name_what_the_records_show_until_it_is_proposed(
        self, officer: FlaskClient, firm: str, caller: Caller
    ) -> None:
        penalty_id = penalised(officer, firm)
        (one,) = officer.get(f"{CASES}/suggestions?enterprise_id={firm}").json["items"]
        assert (one["penalty_id"], one["condition"], bool(one["confirms"])) == (penalty_id, "BL-6-5", True)
        officer.post(CASES, json=proposal(firm, penalty_id, condition="BL-6-5"))
        assert officer.get(f"{CASES}/suggestions").json["items"] == []

    def test_of_a_punished_person_are_those_that_name_no_firm(self, officer: FlaskClient, firm: str) -> None:
        for number, act in enumerate(("V-110", "V-92-2")):
            against = {"subject_kind": "natural", "person": "王建国", "document_number": f"{number}号"}
            penalised(officer, firm, act=act, **against)
        assert [one["condition"] for one in officer.get(f"{CASES}/suggestions").json["items"]] == ["BL-6-5"]

    def test_count_the_accidents_on_record(self, database: Database, officer: FlaskClient, firm: str) -> None:
        other = known_enterprise(database, uscc="91330000742004828D", industry="C2614")
        penalised(officer, firm, act="V-102")
        accident = {"kind": "fall", "deaths": 10, "occurred_on": business_date(datetime.now(UTC)).isoformat()}
        answers = [
            officer.post(f"{CREDIT}/accidents", json={"enterprise_id": one, **accident}) for one in (firm, other)
        ]
        assert [one.status_code for one in answers] == [201, 201]
        items = officer.get(f"{CASES}/suggestions").json["items"]
        assert [(one["enterprise_id"], one["condition"]) for one in items] == [(firm, "BL-6-1")]

    def test_are_none_elsewhere_and_of_other_departments(self, officer: FlaskClient, firm: str, caller: Caller) -> None:
        penalised(officer, firm, authority="台州市市场监督管理局")
        assert officer.get(f"{CASES}/suggestions").json["items"] == []
        assert caller(divisions=["331003"]).get(f"{CASES}/suggestions").json["items"] == []
