"""What official documents do: corrections, withdrawals, halts and reviews, numbers; on both databases."""

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient

from services.inspections.tables import document
from services.inspections.use_cases.documents import Wanted, draw_up
from services.inspections.use_cases.hazards import Finding, find_hazard
from shared.clock import business_date
from shared.database import Database
from shared.machines import Step
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, names_of, photo_of, told
from tests.integration.inspections.official import (
    DEADLINE,
    DOCUMENTS,
    HALT,
    HAZARDS,
    LETTER,
    ORDER,
    PLAN,
    REPORT,
    an_order,
    drawn_up,
    found,
    issued,
    sign,
    state_of,
    stepped,
)
from tests.integration.inspections.test_joint_checks import JOINT
from tests.integration.inspections.test_joint_checks import begin as begin_joint
from tests.integration.inspections.test_tasks import TASKS, answers_with, begin
from tests.integration.inspections.test_tasks import step as take
from tests.support.databases import Begin
from tests.support.racing import at_once


class TestCorrection:
    def test_takes_the_place_of_what_was_issued(
        self, database: Database, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        old = issued(an_order(officer, enterprise_id), officer, second)
        before = len(told(database))

        new = drawn_up(officer, "rectification_order", ORDER | {"funds": "3万元"}, replaces=old["id"])
        revised = officer.put(f"{DOCUMENTS}/{new['id']}/fields", json={"version": 1, "fields": ORDER}).json
        waiting = officer.get(f"{DOCUMENTS}/{old['id']}").json
        done = issued(revised, officer, second)

        assert (new["content"]["replaces"], new["content"]["hazards"]) == (old["number"], old["content"]["hazards"])
        assert (waiting["state"], waiting["replaced_by"]) == ("issued", new["id"])
        assert (done["state"], officer.get(f"{DOCUMENTS}/{old['id']}").json["state"]) == ("issued", "replaced")
        assert len(told(database)) == before

    def test_decides_nothing_anew(self, officer: FlaskClient, second: FlaskClient, enterprise_id: str) -> None:
        old = issued(an_order(officer, enterprise_id), officer, second)
        later = ORDER | {"deadline": (business_date(NOW) + timedelta(days=12)).isoformat()}
        body = {"kind": "rectification_order", "fields": later, "replaces": old["id"]}

        answer = officer.post(DOCUMENTS, json=body)

        assert (answer.status_code, answer.json["code"]) == (422, "decision_changed")

    def test_is_of_what_counts(self, officer: FlaskClient, second: FlaskClient, enterprise_id: str) -> None:
        draft = an_order(officer, enterprise_id)
        body = {"kind": "rectification_order", "fields": ORDER, "replaces": draft["id"]}
        assert officer.post(DOCUMENTS, json=body).json["code"] == "document_closed"

    def test_is_void_when_what_it_corrects_was_withdrawn(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        old = issued(an_order(officer, enterprise_id), officer, second)
        new = drawn_up(officer, "rectification_order", ORDER, replaces=old["id"])
        officer.post(f"{DOCUMENTS}/{old['id']}/take-back", json={"reason": "撤回"})
        sign(officer, new)
        sign(officer, new, "present", name="张三")
        assert sign(second, new).json["code"] == "document_closed"


class TestWithdrawal:
    def test_of_an_order_moves_its_hazard_back(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        one = issued(an_order(officer, enterprise_id), officer, second)
        hazard = one["content"]["hazards"][0]["id"]

        ended = officer.post(f"{DOCUMENTS}/{one['id']}/take-back", json={"reason": "认定有误"}).json

        shown = officer.get(f"{HAZARDS}/{hazard}").json
        assert (ended["state"], shown["state"], shown["deadline"]) == ("withdrawn", "open_general", None)

    def test_says_why_not_when_the_hazard_has_gone_on(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        one = issued(an_order(officer, enterprise_id), officer, second)
        photo = photo_of(officer, enterprise_id)
        stepped(officer, one["content"]["hazards"][0]["id"], "rectify", before=[photo], after=[photo])

        answer = officer.post(f"{DOCUMENTS}/{one['id']}/take-back", json={"reason": "认定有误"})

        assert (answer.status_code, answer.json["code"]) == (409, "step_not_possible")
        assert officer.get(f"{DOCUMENTS}/{one['id']}").json["state"] == "issued"

    def test_of_a_letter_makes_the_hazard_ours_again(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        hazard = found(officer, enterprise_id)
        one = issued(drawn_up(officer, "transfer_letter", LETTER, hazard), officer, second)
        away = state_of(officer, hazard)

        officer.post(f"{DOCUMENTS}/{one['id']}/take-back", json={"reason": "仍属本局"})

        assert (away, state_of(officer, hazard)) == ("transferred", "reported")


class TestAHalt:
    @pytest.fixture
    def halted(
        self, officer: FlaskClient, second: FlaskClient, caller: Caller, enterprise_id: str, begin_with: Begin
    ) -> tuple[str, dict[str, Any]]:
        def halt() -> tuple[str, dict[str, Any]]:
            hazard = found(caller("grid_worker"), enterprise_id, item="GM-11-03")
            stepped(officer, hazard, "dual_report", **REPORT)
            return hazard, issued(drawn_up(officer, "halt_decision", HALT, hazard), officer, second)

        return begin_with(halt)

    def test_has_the_number_of_the_decision(
        self, database: Database, officer: FlaskClient, halted: tuple[str, dict[str, Any]]
    ) -> None:
        hazard, decision = halted
        [event] = told(database, "production_halted")
        assert (event["data"]["order_number"], event["data"]["part"]) == (decision["number"], "打磨车间")
        assert state_of(officer, hazard) == "major_halted"

    def test_is_over_when_the_decision_is_withdrawn(
        self, database: Database, officer: FlaskClient, halted: tuple[str, dict[str, Any]]
    ) -> None:
        hazard, decision = halted
        officer.post(f"{DOCUMENTS}/{decision['id']}/take-back", json={"reason": "认定有误"})
        assert names_of(told(database))[-1] == "production_resumed"
        assert state_of(officer, hazard) == "major_reported"

    @pytest.mark.parametrize(("outcome", "state"), [("pass", "cancelled"), ("fail", "major_halted")])
    def test_ends_with_a_review_of_two_officers(
        self,
        database: Database,
        officer: FlaskClient,
        second: FlaskClient,
        caller: Caller,
        halted: tuple[str, dict[str, Any]],
        outcome: str,
        state: str,
    ) -> None:
        """总局令第16号 第二十三条; chain 2."""
        hazard, _ = halted
        stepped(officer, hazard, "approve_plan", **PLAN, deadline=DEADLINE)
        stepped(caller("grid_worker"), hazard, "rectify", evaluation="评估报告1")

        review = drawn_up(officer, "resumption_review", {"outcome": outcome, "reason": "已现场核查"}, hazard)
        done = issued(review, officer, second)

        assert (done["state"], state_of(officer, hazard)) == ("issued", state)
        assert len(told(database, "production_resumed")) == (outcome == "pass")
        ended = officer.post(f"{DOCUMENTS}/{done['id']}/take-back", json={"reason": "反悔"})
        assert (ended.status_code, ended.json["code"]) == (422, "took_effect")


class TestNumbers:
    def test_have_no_gaps_and_no_doubles_when_many_are_drawn_up_at_once(
        self, database: Database, enterprise_id: str
    ) -> None:
        asked = Step("", "a-bureau_officer", 4, NOW)
        with database.transaction() as session:
            finding = Finding(enterprise_id, "无护栏", "平台")
            hazards = [find_hazard(session, finding, by="finder", tier=3, now=NOW) for _ in range(8)]

        def draw(number: int) -> str:
            with database.transaction() as session:
                wanted = Wanted("transfer_letter", LETTER, hazard_ids=[hazards[number]])
                return draw_up(session, wanted, asked=asked)

        at_once(draw)

        with database.reading() as session:
            numbers = session.execute(document.select()).all()
        serials = sorted(int(row.number.split("〕")[1].removesuffix("号")) for row in numbers)
        assert serials == list(range(1, 9))


class TestRecord:
    def check(self, client: FlaskClient, enterprise_id: str, **changes: Any) -> dict[str, Any]:
        """Carry out a check in which the fire extinguishers are not in order."""
        return self.checked(client, enterprise_id, begin(client, enterprise_id, **changes)["id"])

    def checked(self, client: FlaskClient, enterprise_id: str, one: str) -> dict[str, Any]:
        take(client, one, "check_in")
        photos = {"FI-03": [photo_of(client, enterprise_id)]}
        answers = {"answers": answers_with(FI_03="abnormal"), "photos": photos, "signed": True}
        return dict(client.post(f"{TASKS}/{one}/submit", json=answers).json)

    def test_lets_a_check_of_the_bureau_end(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        """安全生产法 第六十八条."""
        check = self.check(officer, enterprise_id, cause="complaint", basis="信访1号")
        early = officer.post(f"{TASKS}/{check['task_id']}/steps", json={"event": "close"})
        fields = {"place": "一车间", "findings": "灭火器失效", "handling": "责令整改"}

        record = issued(drawn_up(officer, "check_record", fields, check_id=check["id"]), officer, second)

        assert (early.status_code, early.json["code"]) == (422, "record_not_signed")
        assert [one["id"] for one in record["content"]["hazards"]] == [check["hazards"]["FI-03"]]
        assert take(officer, check["task_id"], "close")["state"] == "closed"
        assert [one["id"] for one in officer.get(f"{DOCUMENTS}?check_id={check['id']}").json["items"]] == [record["id"]]

    def test_is_withdrawn_without_moving_a_hazard(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        check = self.check(officer, enterprise_id, cause="complaint", basis="信访1号")
        fields = {"agencies": "消防", "place": "一车间", "findings": "灭火器失效", "handling": "责令整改"}
        record = issued(drawn_up(officer, "joint_check_record", fields, check_id=check["id"]), officer, second)
        ended = officer.post(f"{DOCUMENTS}/{record['id']}/take-back", json={"reason": "写错了"}).json
        assert (ended["state"], state_of(officer, check["hazards"]["FI-03"])) == ("withdrawn", "reported")

    def test_of_a_check_without_faults_is_about_no_hazard(self, officer: FlaskClient, enterprise_id: str) -> None:
        one = begin(officer, enterprise_id, cause="complaint", basis="信访1号")["id"]
        take(officer, one, "check_in")
        check = officer.post(f"{TASKS}/{one}/submit", json={"answers": answers_with(), "signed": True}).json
        fields = {"place": "一车间", "findings": "未发现问题", "handling": "无"}

        record = drawn_up(officer, "check_record", fields, check_id=check["id"])

        assert (record["state"], record["content"]["hazards"]) == ("draft", [])

    def test_of_a_joint_check_carries_what_each_agency_found(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        """安全生产法 第六十九条."""
        basis = {"cause": "complaint", "basis": "信访1号", "checklist": "FIRE-SMALL"}
        joint = begin_joint(officer, enterprise_id, **basis).json
        check = self.checked(officer, enterprise_id, joint["task_id"])
        fields = {"agencies": "应急、消防", "place": "一车间", "findings": "灭火器失效", "handling": "责令整改"}
        wanted = {"kind": "joint_check_record", "fields": fields, "check_id": check["id"]}
        alone = {key: text for key, text in fields.items() if key != "agencies"}
        early = [
            officer.post(DOCUMENTS, json=wanted).json,
            officer.post(DOCUMENTS, json=wanted | {"kind": "check_record", "fields": alone}).json,
        ]
        for agency, result in (("应急管理局", "灭火器失效"), ("消防救援大队", "通道合格")):
            officer.post(f"{JOINT}/{joint['id']}/parts", json={"agency": agency, "result": result})

        record = issued(drawn_up(officer, "joint_check_record", fields, check_id=check["id"]), officer, second)

        assert [one["code"] for one in early] == ["results_missing", "joint_record_missing"]
        assert [(part["agency"], part["result"]) for part in record["content"]["parts"]] == [
            ("应急管理局", "灭火器失效"),
            ("消防救援大队", "通道合格"),
        ]
        text = pypdfium2.PdfDocument(officer.get(f"{DOCUMENTS}/{record['id']}/file").data)[0].get_textpage()
        assert "消防安全：通道合格" in text.get_text_range()

    def test_is_none_of_a_lower_tier(self, officer: FlaskClient, caller: Caller, enterprise_id: str) -> None:
        check = self.check(caller("grid_worker"), enterprise_id)
        fields = {"place": "一车间", "findings": "灭火器失效", "handling": "责令整改"}
        answer = officer.post(DOCUMENTS, json={"kind": "check_record", "fields": fields, "check_id": check["id"]})
        assert (answer.status_code, answer.json["code"]) == (422, "check_of_other_tier")


class TestHalts:
    def test_are_listed_with_the_day_of_the_review(
        self, officer: FlaskClient, caller: Caller, enterprise_id: str
    ) -> None:
        """总局令第16号 第二十三条: within ten days of the application."""
        hazard = found(caller("grid_worker"), enterprise_id, item="GM-11-03")
        stepped(officer, hazard, "safety_order", order_number="1号", part="打磨车间")
        [halted] = officer.get(f"{INSPECTIONS}/halts?is_open=true").json["items"]
        stepped(officer, hazard, "approve_plan", **PLAN, deadline=DEADLINE)
        stepped(caller("grid_worker"), hazard, "rectify", evaluation="评估报告1")

        [one] = officer.get(f"{INSPECTIONS}/halts?is_awaiting_review=true").json["items"]

        assert (halted["review_due_at"], one["number"], one["state"]) == (None, "1号", "major_review")
        assert one["review_due_at"] == officer.get(f"{HAZARDS}/{hazard}").json["due_at"]
        assert officer.get(f"{INSPECTIONS}/halts?is_awaiting_review=false").json["items"] == []
        assert officer.get(f"{INSPECTIONS}/halts?is_open=false").json["items"] == []
        assert caller(divisions=["331003"]).get(f"{INSPECTIONS}/halts").json["items"] == []
