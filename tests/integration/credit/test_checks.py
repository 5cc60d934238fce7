"""The check: hits and misses, purposes, signatures that anybody proves, receipts, and one audit entry each."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from sqlalchemy import func, select, update

from services.credit.tables import check_receipt, listing_case
from shared.clock import business_date
from shared.database import Database
from shared.database.chassis import audit_entry
from shared.security.audit import digest
from shared.security.chain import link_entries, verify
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise
from tests.integration.credit.listing import LEADER, listed, moved
from tests.integration.credit.test_enterprises import merge
from tests.support.callers import SECRET, Signer
from tests.support.databases import Begin
from tests.support.source import ROOT

CODE, OTHER, UNKNOWN = "91330000704676287N", "91330000742004828D", "91110000710926094P"
PURPOSES = {"FIN": 200, "TAX": 403, "SUPERVISION": 403}
WHOLE = (
    "uscc", "name", "hit", "lists", "measures", "penalties", "answers", "purpose", "answered_at", "receipt_id",
    "signature",
)  # fmt: skip


@pytest.fixture
def today() -> date:
    return business_date(datetime.now(UTC))


@pytest.fixture
def case_id(database: Database, today: date, begin_with: Begin) -> str:
    def list_one_of_two() -> str:
        firm = known_enterprise(database, uscc=CODE, name="甲字号化工厂", industry="C2614", address="椒江区海门")
        known_enterprise(database, uscc=OTHER, name="乙字号铸造厂")
        return listed(database, firm, on=today)

    return begin_with(list_one_of_two)


Agency = Callable[..., FlaskClient]


@pytest.fixture
def agency(app: Flask, signer: Signer) -> Agency:
    """Return a function that gives the client of an agency with a grant for some purposes and fields."""

    def call(*purposes: str, fields: tuple[str, ...] = WHOLE) -> FlaskClient:
        grant = {"divisions": ["331002"], "fields": list(fields), "purposes": list(purposes)}
        claims = {"client_id": "bank", "grants": {"check:read": grant}}
        return signer.client(app, subject="bank", roles=["agency"], actions=["check:read"], **claims)

    return call


@pytest.fixture
def clerk(app: Flask, signer: Signer) -> Agency:
    """Return a function that gives a clerk of an agency with a grant for some purposes, or without any."""

    def call(*purposes: str, subject: str = "clerk-1", agency_id: str = "bank") -> FlaskClient:
        fields = [*WHOLE, "asked", "id", "by", "agency_id"]
        grant = {"divisions": ["331002"], "fields": fields, "purposes": list(purposes)}
        claims = {"agency_id": agency_id, "grants": {"check:read": grant} if purposes else {}}
        return signer.client(app, subject=subject, roles=["agency_clerk"], actions=["check:read"], **claims)

    return call


@pytest.fixture
def bank(agency: Agency) -> FlaskClient:
    """Return the client of a bank that may ask for credit reviews only."""
    return agency("FIN")


def is_proven(client: FlaskClient, answer: dict[str, Any]) -> bool:
    """Prove an answer as anybody outside can: with the published keys and RFC 8785 only."""
    keys = KeySet.import_key_set(client.get(f"{CREDIT}/checks/keys").json)
    header, _, signature = answer["signature"].split(".")
    plain = {name: value for name, value in answer.items() if name != "signature"}
    payload = rfc8785.dumps(plain)
    found = jws.deserialize_compact(f"{header}.{jws_part(payload)}.{signature}".encode(), keys, algorithms=["Ed25519"])
    return found.payload == payload


def jws_part(payload: bytes) -> str:
    return base64.urlsafe_b64encode(payload).rstrip(b"=").decode()


class TestHit:
    def test_names_the_list_and_what_the_asking_agency_does(self, case_id: str, bank: FlaskClient, today: date) -> None:
        answer = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json
        assert (answer["uscc"], answer["name"], answer["hit"]) == (CODE, "甲字号化工厂", True)
        (entry,) = answer["lists"]
        assert (entry["list_code"], entry["status"], entry["reason_code"]) == ("AQSC_YZSX", "ACTIVE", "BL-6-4")
        assert entry["listed_on"] == today.isoformat()
        assert [(one["code"], one["effect"], one["basis"]) for one in answer["measures"]] == [("R-FIN", "ADVISORY", "")]

    def test_restricts_only_with_a_basis(self, case_id: str, agency: Agency) -> None:
        answer = agency("PROJ").get(f"{CREDIT}/checks/{CODE}?purpose=PROJ").json
        measure = answer["measures"][0]
        assert (measure["effect"], measure["basis"], measure["measure_list_version"]) == (
            "RESTRICT", "安全生产法 第七十八条", "2024年版",
        )  # fmt: skip

    def test_is_none_once_the_subject_has_left_the_list(
        self, database: Database, case_id: str, bank: FlaskClient, today: date
    ) -> None:
        moved(database, case_id, "revoke", on=today, by="leader", roles=LEADER, reason="判决", number="1号")
        answer = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json
        assert (answer["hit"], answer["lists"], answer["measures"]) == (False, [], [])


class TestAMergedEntry:
    def test_is_answered_by_what_is_told_of_the_one_that_stays(
        self, database: Database, bank: FlaskClient, today: date
    ) -> None:
        plant = {"industry": "C2614", "address": "椒江区海门"}
        kept = known_enterprise(database, uscc=CODE, name="甲字号化工厂", **plant)
        others = [known_enterprise(database, uscc=code, name="甲字号（旧）", **plant) for code in (CODE, OTHER)]
        listed(database, others[1], on=today)
        merge(database, kept, *others)
        for code in (CODE, OTHER):
            answer = bank.get(f"{CREDIT}/checks/{code}?purpose=FIN").json
            assert (answer["hit"], len(answer["lists"])) == (True, 1)
        named = bank.get(f"{CREDIT}/checks", query_string={"name": "甲字号", "purpose": "FIN"}).json["answers"]
        assert [one["hit"] for one in named] == [True, True, True]


class TestMiss:
    def test_is_the_answer_about_a_firm_of_which_only_the_principal_is_listed(
        self, database: Database, today: date, bank: FlaskClient
    ) -> None:
        firm = known_enterprise(database, uscc=CODE, industry="C2614", address="椒江区海门")
        listed(database, firm, on=today, condition="BL-6-5")
        assert bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json["hit"] is False

    @pytest.mark.parametrize(("code", "name"), [(OTHER, "乙字号铸造厂"), (UNKNOWN, "")])
    def test_is_an_answer_too(self, case_id: str, bank: FlaskClient, code: str, name: str) -> None:
        answer = bank.get(f"{CREDIT}/checks/{code}?purpose=FIN").json
        assert (answer["name"], answer["hit"], bool(answer["receipt_id"])) == (name, False, True)


class TestAPeriodThatIsOver:
    def test_is_no_hit_before_the_clock_comes(
        self, database: Database, case_id: str, bank: FlaskClient, today: date
    ) -> None:
        for day, hit in ((today, True), (today - timedelta(days=1), False)):
            with database.transaction() as session:
                session.execute(update(listing_case).values(managed_until=day))
            assert bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json["hit"] is hit


class TestNames:
    @pytest.mark.parametrize("name", ["  ", " 甲 ", "甲  "])
    def test_of_blanks_are_no_question(self, case_id: str, bank: FlaskClient, name: str) -> None:
        answer = bank.get(f"{CREDIT}/checks", query_string={"name": name, "purpose": "FIN"})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields")

    def test_are_asked_without_the_blanks_around_them(self, case_id: str, bank: FlaskClient) -> None:
        answer = bank.get(f"{CREDIT}/checks", query_string={"name": " 甲字号 ", "purpose": "FIN"})
        assert [one["uscc"] for one in answer.json["answers"]] == [CODE]


class TestPurpose:
    @pytest.mark.parametrize(
        ("purpose", "status", "code"),
        [("PROC", 403, "purpose_not_granted"), ("CURIOSITY", 422, "check_purpose_unknown")],
    )
    def test_has_to_be_granted(self, case_id: str, bank: FlaskClient, purpose: str, status: int, code: str) -> None:
        answer = bank.get(f"{CREDIT}/checks/{CODE}?purpose={purpose}")
        assert (answer.status_code, answer.json["code"]) == (status, code)

    def test_has_to_be_named(self, case_id: str, bank: FlaskClient) -> None:
        assert bank.get(f"{CREDIT}/checks/{CODE}").status_code == 422

    def test_of_a_clerk_is_one_that_the_agency_was_granted(self, case_id: str, clerk: Agency) -> None:
        asked = {purpose: clerk("FIN").get(f"{CREDIT}/checks/{CODE}?purpose={purpose}") for purpose in PURPOSES}
        assert {purpose: answer.status_code for purpose, answer in asked.items()} == PURPOSES
        assert asked["FIN"].json["hit"] is True
        assert asked["TAX"].json["code"] == "purpose_not_granted"

    def test_of_nothing_that_was_granted_is_refused(self, case_id: str, clerk: Agency) -> None:
        answer = clerk().get(f"{CREDIT}/checks/{CODE}?purpose=FIN")
        assert (answer.status_code, answer.json["code"]) == (403, "not_granted")

    def test_of_a_clerk_without_an_agency_is_refused_with_who_names_it(self, case_id: str, clerk: Agency) -> None:
        answer = clerk(agency_id="").get(f"{CREDIT}/checks/{CODE}?purpose=FIN")
        assert (answer.status_code, answer.json["code"]) == (403, "agency_not_named")
        assert "the bureau's administrator to name it" in answer.json["detail"]

    def test_of_the_bureau_shows_every_measure(self, case_id: str, caller: Caller) -> None:
        answer = caller("bureau_officer").get(f"{CREDIT}/checks/{CODE}?purpose=SUPERVISION").json
        assert {"M-FREQ", "R-FIN", "R-OCC"} <= {one["code"] for one in answer["measures"]}


class TestCode:
    @pytest.mark.parametrize("code", ["9133", "91330000704676287I", "9133I000704676287N"])
    def test_has_to_be_one(self, bank: FlaskClient, code: str) -> None:
        answer = bank.get(f"{CREDIT}/checks/{code}?purpose=FIN")
        assert (answer.status_code, answer.json["code"]) == (422, "credit_code_malformed")


class TestBatch:
    def test_answers_each_code_once_and_in_order(self, case_id: str, bank: FlaskClient) -> None:
        body = {"purpose": "FIN", "codes": [UNKNOWN, CODE, OTHER, CODE]}
        answer = bank.post(f"{CREDIT}/checks", json=body).json
        assert [(one["uscc"], one["hit"]) for one in answer["answers"]] == [
            (UNKNOWN, False), (CODE, True), (OTHER, False),
        ]  # fmt: skip
        assert is_proven(bank, answer)

    @pytest.mark.parametrize("written", [f"{CODE} ", f"\t{CODE}\n", CODE.lower()])
    def test_finds_who_is_listed_however_the_code_is_written(
        self, case_id: str, bank: FlaskClient, written: str
    ) -> None:
        [answer] = bank.post(f"{CREDIT}/checks", json={"purpose": "FIN", "codes": [written]}).json["answers"]
        assert (answer["uscc"], answer["hit"]) == (CODE, True)

    @pytest.mark.parametrize("written", [f"{CODE}1", f"{CODE} 甲字号", f"{CODE},{OTHER}"])
    def test_never_answers_about_what_is_no_code(self, case_id: str, bank: FlaskClient, written: str) -> None:
        answer = bank.post(f"{CREDIT}/checks", json={"purpose": "FIN", "codes": [written]})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields")

    def test_takes_a_thousand_codes_and_no_more(self, bank: FlaskClient) -> None:
        codes = [f"9133100{number:011}" for number in range(1001)]
        assert (
            len(bank.post(f"{CREDIT}/checks", json={"purpose": "FIN", "codes": codes[:1000]}).json["answers"]) == 1000
        )
        assert bank.post(f"{CREDIT}/checks", json={"purpose": "FIN", "codes": codes}).status_code == 422


class TestName:
    def test_is_looked_up_for_clerks(self, case_id: str, clerk: Agency) -> None:
        answer = clerk("FIN").get(f"{CREDIT}/checks?name=字号&purpose=FIN").json
        assert [(one["name"], one["hit"]) for one in answer["answers"]] == [
            ("乙字号铸造厂", False), ("甲字号化工厂", True),
        ]  # fmt: skip
        assert answer["asked"] == "字号"


class TestProof:
    def test_of_an_answer_needs_only_the_published_key(self, case_id: str, bank: FlaskClient) -> None:
        answer = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json
        assert is_proven(bank, answer)

    @pytest.mark.parametrize("change", [{"hit": False}, {"answered_at": "2020-01-01"}])
    def test_fails_for_an_answer_that_was_changed(
        self, case_id: str, bank: FlaskClient, change: dict[str, Any]
    ) -> None:
        answer = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json
        with pytest.raises(BadSignatureError):
            is_proven(bank, answer | change)

    def test_holds_for_the_fields_that_a_grant_names(self, case_id: str, agency: Agency) -> None:
        narrow = agency("FIN", fields=("uscc", "hit", "receipt_id", "signature"))
        answer = narrow.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json
        assert set(answer) == {"uscc", "hit", "receipt_id", "signature"}
        assert is_proven(narrow, answer)


class TestDocument:
    def test_shows_how_anybody_proves_an_answer(self, case_id: str, bank: FlaskClient) -> None:
        text = (ROOT / "docs" / "checks.md").read_text("utf-8")
        shown: dict[str, Any] = {}
        exec(text.split("```python")[1].split("```")[0], shown)
        answer, keys = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json, bank.get(f"{CREDIT}/checks/keys").json
        shown["prove"](answer, keys)
        with pytest.raises(InvalidSignature):
            shown["prove"](answer | {"hit": False}, keys)


class TestRecords:
    def test_hold_one_entry_for_each_question(self, database: Database, case_id: str, bank: FlaskClient) -> None:
        answer = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json
        bank.get(f"{CREDIT}/checks/{UNKNOWN}?purpose=FIN")
        with database.reading() as session:
            entries = session.execute(select(audit_entry).where(audit_entry.c.entity.startswith("check:"))).all()
            receipts = session.scalar(select(func.count()).select_from(check_receipt))
        assert (len(entries), receipts) == (2, 2)
        proof = next(one for one in entries if one.entity == f"check:{answer['receipt_id']}")
        told = {name: value for name, value in answer.items() if name != "signature"}
        assert (proof.details["digest"], proof.details["purpose"], proof.subject) == (digest(told), "FIN", "bank")

    def test_are_written_again_for_a_question_that_is_repeated(
        self, database: Database, case_id: str, bank: FlaskClient
    ) -> None:
        headers = {"Idempotency-Key": "the-same-key"}
        first, second = (
            bank.post(f"{CREDIT}/checks", json={"purpose": "FIN", "codes": [CODE]}, headers=headers).json
            for _ in range(2)
        )
        assert first["receipt_id"] != second["receipt_id"]

    def test_show_who_asked_what_was_answered(self, case_id: str, bank: FlaskClient, caller: Caller) -> None:
        officer = caller("bureau_officer")
        answer = officer.get(f"{CREDIT}/checks/{CODE}?purpose=SUPERVISION").json
        (one,) = officer.get(f"{CREDIT}/checks/receipts").json["items"]
        assert (one["id"], one["hits"]) == (answer["receipt_id"], 1)
        kept = officer.get(f"{CREDIT}/checks/receipts/{one['id']}").json["answer"]
        assert {**kept, "signature": answer["signature"]} == answer

    def test_name_agency_and_operator_and_are_read_by_the_whole_agency(
        self, database: Database, case_id: str, bank: FlaskClient, clerk: Agency
    ) -> None:
        by_system = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json["receipt_id"]
        by_clerk = clerk("FIN").get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json["receipt_id"]
        colleague = clerk("FIN", subject="clerk-2").get(f"{CREDIT}/checks/receipts").json["items"]
        assert [(one["id"], one["by"], one["agency_id"]) for one in colleague] == [
            (by_clerk, "clerk-1", "bank"), (by_system, "bank", "bank"),
        ]  # fmt: skip
        with database.reading() as session:
            entries = select(audit_entry.c.details).where(audit_entry.c.entity == f"check:{by_clerk}")
            assert session.scalars(entries).one()["agency_id"] == "bank"

    def test_of_other_agencies_are_not_there(self, case_id: str, bank: FlaskClient, clerk: Agency) -> None:
        receipt_id = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json["receipt_id"]
        stranger = clerk("TAX", agency_id="tax")
        assert stranger.get(f"{CREDIT}/checks/receipts").json["items"] == []
        assert stranger.get(f"{CREDIT}/checks/receipts/{receipt_id}").status_code == 404

    def test_of_others_are_for_the_leader_only(self, case_id: str, bank: FlaskClient, caller: Caller) -> None:
        receipt_id = bank.get(f"{CREDIT}/checks/{CODE}?purpose=FIN").json["receipt_id"]
        path = f"{CREDIT}/checks/receipts/{receipt_id}"
        assert caller("bureau_officer").get(path).status_code == 404
        assert caller("bureau_leader").get(path).json["by"] == "bank"


class TestPurposeTable:
    def test_is_public_and_marks_every_measure(self, app: Flask) -> None:
        table = app.test_client().get(f"{CREDIT}/checks/purposes").json
        assert (table["own_purpose"], table["status"]) == ("SUPERVISION", "practice")
        assert "国办发〔2020〕49号" in table["source"]
        assert {one["effect"] for one in table["measures"]} == {"RESTRICT", "ADVISORY"}


class TestUnderLoad:
    def test_as_many_entries_as_questions_are_written_and_chained(
        self, database: Database, case_id: str, agency: Agency
    ) -> None:
        codes = (CODE, OTHER, UNKNOWN, CODE)

        def ask(client: FlaskClient) -> set[int]:
            return {client.get(f"{CREDIT}/checks/{codes[n % 4]}?purpose=FIN").status_code for n in range(25)}

        with ThreadPoolExecutor(4) as pool:
            statuses = set().union(*pool.map(ask, [agency("FIN") for _ in range(4)]))
        with database.transaction() as session:
            link_entries(session)
            own = select(func.count()).where(audit_entry.c.entity.startswith("check:"))
            entries, receipts = session.scalar(own), session.scalar(select(func.count()).select_from(check_receipt))
        assert (statuses, entries, receipts, verify(database, SECRET).is_valid) == ({200}, 100, 100, True)
