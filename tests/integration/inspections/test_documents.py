"""Official documents: numbered, signed by everybody, kept as they were signed."""

from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from services.inspections.app import create_app
from services.inspections.settings import Settings
from services.inspections.tables import document, document_signature
from shared.database import Database
from tests.integration.inspections.conftest import Caller, known_enterprise, photo_of, staffed
from tests.integration.inspections.official import (
    DEADLINE,
    DOCUMENTS,
    HAZARDS,
    LETTER,
    ORDER,
    an_order,
    drawn_up,
    found,
    issued,
    sign,
    state_of,
    stepped,
)
from tests.support.applications import application
from tests.support.callers import service_settings
from tests.support.codes import read_codes
from tests.support.databases import reused_home

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def app(database: Database) -> Flask:
    """Return the application with a public address."""
    own = {"service": "inspections", "database_url": database.url, "public_url": "https://sise.example"}
    return application(create_app, service_settings(Settings, home=reused_home(), **own))


class TestAnOrder:
    def test_is_signed_by_everybody_and_then_counts(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        one = an_order(officer, enterprise_id)
        [hazard] = one["content"]["hazards"]
        before = state_of(officer, hazard["id"])

        done = issued(one, officer, second)

        assert (one["state"], one["awaits"], before) == ("draft", ["officer", "officer", "present"], "open_general")
        assert (done["state"], done["awaits"], state_of(officer, hazard["id"])) == ("issued", [], "rectifying")
        assert officer.get(f"{HAZARDS}/{hazard['id']}").json["deadline"] == DEADLINE
        assert [row["id"] for row in officer.get(f"{DOCUMENTS}?hazard_id={hazard['id']}").json["items"]] == [one["id"]]

    def test_is_kept_as_a_file_that_can_be_read_and_checked(
        self, app: Flask, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        one = issued(an_order(officer, enterprise_id), officer, second)

        file = officer.get(f"{DOCUMENTS}/{one['id']}/file")
        shown = app.test_client().get(f"/api/v1/public/documents/{one['code'].lower()}").json

        with pypdfium2.PdfDocument(file.data) as pages:
            text = "".join(page.get_textpage().get_text_range() for page in pages)
        for said in (
            one["number"],
            "责令限期整改指令书",
            "甲字号机械厂",
            "临边无护栏",
            "加装护栏",
            DEADLINE,
            one["code"],
        ):
            assert said in text
        assert [name in text for name in ("王一", "浙J001", "李二", "张三", "厂长", one["sha256"][:40])] == [True] * 6
        assert (file.mimetype, shown["is_intact"], shown["state"]) == ("application/pdf", True, "issued")
        assert (shown["number"], shown["file_sha256"]) == (one["number"], one["file_sha256"])
        assert officer.get(f"{DOCUMENTS}/{one['id']}/verification").json == shown

    def test_leads_who_doubts_it_to_the_page_that_verifies_it(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        one = issued(an_order(officer, enterprise_id), officer, second)

        with pypdfium2.PdfDocument(officer.get(f"{DOCUMENTS}/{one['id']}/file").data) as pages:
            codes = [text for page in pages for text in read_codes(page.render(scale=3).to_pil())]

        assert codes == [f"https://sise.example/documents/verify?code={one['code']}"]

    @pytest.mark.parametrize("changed", ["content", "signature", "file"])
    def test_that_somebody_changed_is_found_out(
        self, database: Database, officer: FlaskClient, second: FlaskClient, enterprise_id: str, changed: str
    ) -> None:
        one = issued(an_order(officer, enterprise_id), officer, second)
        statements: dict[str, Any] = {
            "content": update(document).values(content=one["content"] | {"number": "99号"}),
            "signature": update(document_signature).values(sha256="0" * 64),
            "file": update(document).values(file_sha256="0" * 64),
        }
        with database.transaction() as session:
            session.execute(statements[changed])

        assert officer.get(f"{DOCUMENTS}/{one['id']}/verification").json["is_intact"] is False

    def test_counts_when_the_other_side_refuses(
        self, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        one = an_order(officer, enterprise_id)
        sign(officer, one, "present", method="refused", reason="不认可", witness="社区赵六")
        sign(officer, one)

        done = sign(second, one).json

        assert done["state"] == "issued"
        text = pypdfium2.PdfDocument(officer.get(f"{DOCUMENTS}/{one['id']}/file").data)[0].get_textpage()
        assert "拒绝签名：不认可（见证人：社区赵六）" in text.get_text_range()

    def test_is_signed_by_the_enterprise_with_its_pin(
        self, caller: Caller, officer: FlaskClient, second: FlaskClient, enterprise_id: str
    ) -> None:
        principal = caller("enterprise_principal", enterprise_id=enterprise_id, divisions=[], name="钱七", amr=["pin"])
        one = an_order(officer, enterprise_id)

        signed = sign(principal, one, "present", method="pin").json["signatures"]

        assert [(by["name"], by["method"], by["place"]) for by in signed] == [("钱七", "pin", "present")]

    def test_reaches_its_hazards_or_none(self, officer: FlaskClient, second: FlaskClient, enterprise_id: str) -> None:
        one = an_order(officer, enterprise_id)
        stepped(officer, one["content"]["hazards"][0]["id"], "grade_major", expert_opinion="意见1")
        sign(officer, one)
        sign(officer, one, "present", name="张三")

        last = sign(second, one)

        assert (last.status_code, last.json["code"]) == (409, "step_not_possible")
        assert officer.get(f"{DOCUMENTS}/{one['id']}").json["awaits"] == ["officer"]


class TestSigning:
    @pytest.fixture
    def order(self, officer: FlaskClient, enterprise_id: str) -> dict[str, Any]:
        return an_order(officer, enterprise_id)

    @pytest.mark.parametrize(
        ("place", "changes", "status", "code"),
        [
            ("officer", {"sha256": "0" * 64}, 409, "document_changed"),
            ("officer", {"method": "drawn"}, 422, "signature_missing"),
            ("officer", {"method": "pin"}, 422, "signature_missing"),
            ("officer", {"method": "refused", "reason": "不签"}, 422, "officers_only"),
            ("present", {}, 422, "name_missing"),
            ("present", {"method": "refused"}, 422, "reason_missing"),
        ],
    )
    def test_is_refused(
        self, officer: FlaskClient, order: dict[str, Any], place: str, changes: dict[str, Any], status: int, code: str
    ) -> None:
        answer = sign(officer, order, place, **changes)
        assert (answer.status_code, answer.json["code"]) == (status, code)

    def test_is_refused_without_a_valid_licence(
        self, database: Database, caller: Caller, order: dict[str, Any]
    ) -> None:
        staffed(database, "third", "bureau_officer", licence_valid_until="2020-01-01")
        answer = sign(caller(subject="third", name="孙三"), order)
        assert (answer.status_code, answer.json["code"]) == (422, "licence_not_valid")

    def test_is_refused_to_people_of_the_enterprise_in_place_of_officers(
        self, caller: Caller, order: dict[str, Any]
    ) -> None:
        own = caller("enterprise_principal", enterprise_id=order["enterprise_id"], divisions=[], name="钱七")
        codes = [
            sign(own, order).json["code"],
            sign(own, order, "present", method="refused", reason="不签").json["code"],
        ]
        assert codes == ["officers_only", "officers_only"]

    def test_takes_no_other_file_for_a_signature(self, officer: FlaskClient, order: dict[str, Any]) -> None:
        paper = photo_of(officer, order["enterprise_id"], b"%PDF-1.7 a paper")
        answer = sign(officer, order, method="drawn", image_id=paper)
        assert (answer.status_code, answer.json["code"]) == (422, "signature_missing")

    def test_is_over_when_the_document_counts(
        self, officer: FlaskClient, second: FlaskClient, order: dict[str, Any]
    ) -> None:
        issued(order, officer, second)
        answer = sign(officer, order)
        assert (answer.status_code, answer.json["code"]) == (409, "document_closed")


class TestADraft:
    def test_is_written_anew_until_somebody_signs(self, officer: FlaskClient, enterprise_id: str) -> None:
        one = an_order(officer, enterprise_id)
        body = {"version": 1, "fields": ORDER | {"funds": "3万元"}}
        address = f"{DOCUMENTS}/{one['id']}/fields"

        revised = officer.put(address, json=body).json
        again = officer.put(address, json=body)
        sign(officer, revised)
        late = officer.put(address, json=body | {"version": 3})

        assert (revised["content"]["fields"]["funds"], revised["version"]) == ("3万元", 2)
        assert revised["sha256"] != one["sha256"]
        assert (again.json["code"], late.json["code"]) == ("document_changed", "document_closed")

    def test_is_the_only_one_about_a_hazard(self, officer: FlaskClient, enterprise_id: str) -> None:
        one = an_order(officer, enterprise_id)
        body = {"kind": "rectification_order", "fields": ORDER, "hazard_ids": [one["content"]["hazards"][0]["id"]]}

        answer = officer.post(DOCUMENTS, json=body)

        assert (answer.status_code, answer.json["code"], answer.json["facts"]["id"]) == (409, "draft_open", one["id"])

    def test_is_voided_and_keeps_its_number(self, officer: FlaskClient, enterprise_id: str) -> None:
        one = an_order(officer, enterprise_id)
        hazard = one["content"]["hazards"][0]["id"]
        voided = officer.post(f"{DOCUMENTS}/{one['id']}/take-back", json={"reason": "写错了"}).json

        following = drawn_up(officer, "rectification_order", ORDER, hazard)

        assert (voided["state"], voided["end_reason"]) == ("void", "写错了")
        assert [one["number"][-3:], following["number"][-3:]] == ["〕1号", "〕2号"]
        again = officer.post(f"{DOCUMENTS}/{one['id']}/take-back", json={"reason": "写错了"})
        assert (again.status_code, again.json["code"]) == (409, "document_closed")

    def test_has_no_file_and_is_nobodys_paper(self, app: Flask, officer: FlaskClient, enterprise_id: str) -> None:
        one = an_order(officer, enterprise_id)
        answers = [
            officer.get(f"{DOCUMENTS}/{one['id']}/file"),
            app.test_client().get(f"/api/v1/public/documents/{one['code']}"),
        ]
        assert [answer.json["code"] for answer in answers] == ["file_not_ready", "document_not_found"]

    def test_is_hidden_from_another_area(self, caller: Caller, officer: FlaskClient, enterprise_id: str) -> None:
        one = an_order(officer, enterprise_id)
        stranger = caller(divisions=["331003"])
        assert stranger.get(f"{DOCUMENTS}/{one['id']}").status_code == 404
        assert stranger.get(DOCUMENTS).json["items"] == []

    @pytest.mark.parametrize(
        ("kind", "fields", "code"),
        [
            ("rectification_order", {**ORDER, "deadline": "2020-01-01"}, "deadline_not_allowed"),
            ("recheck_opinion", {"outcome": "pass", "reason": "已整改"}, "step_not_possible"),
            ("check_record", {"place": "车间", "findings": "无", "handling": "无"}, "check_missing"),
            ("rectification_order", {}, "fields_missing"),
        ],
    )
    def test_is_refused_when_signing_could_not_decide_it(
        self, officer: FlaskClient, enterprise_id: str, kind: str, fields: dict[str, str], code: str
    ) -> None:
        one = found(officer, enterprise_id)
        stepped(officer, one, "grade_general")
        answer = officer.post(DOCUMENTS, json={"kind": kind, "fields": fields, "hazard_ids": [one]})
        assert answer.json["code"] == code

    def test_is_about_hazards_of_one_enterprise(
        self, database: Database, officer: FlaskClient, enterprise_id: str
    ) -> None:
        both = [found(officer, enterprise_id), found(officer, known_enterprise(database))]
        answers = [
            officer.post(DOCUMENTS, json={"kind": "transfer_letter", "fields": LETTER, "hazard_ids": hazards})
            for hazards in (both, [])
        ]
        assert [answer.json["code"] for answer in answers] == ["several_enterprises", "hazards_missing"]
