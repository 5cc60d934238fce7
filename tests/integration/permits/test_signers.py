"""Roles that an enterprise gives in writing, and what an account signs (GB 30871-2022 B.2; Order 13 Art. 7)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.permits.domain.signers import Authority
from services.permits.queries.signers import authority_to_sign
from shared.database import Database
from shared.security.principal import Principal
from tests.integration.permits.conftest import NOW, PERMITS, TODAY, Caller, known_enterprise
from tests.integration.permits.permitting import PLACE, applied, prepared, sent, shown, taken
from tests.integration.permits.test_people import leaves, works
from tests.support.permits import HOT_FACTS, Work
from tests.support.racing import meanwhile

MANDATES = f"{PERMITS}/mandates"
DAYS = {"starts_on": TODAY.isoformat(), "ends_on": (TODAY + timedelta(days=30)).isoformat()}


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def principal(caller: Caller, firm: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=firm)


def given(client: FlaskClient, person_id: str, role: str = "base_unit", **changes: Any) -> Any:
    return client.post(MANDATES, json={"person_id": person_id, "role": role} | DAYS | changes)


def signs_as(caller: Caller, firm: str, account_id: str, role: str = "enterprise_worker") -> Any:
    client = caller(role, subject=account_id, divisions=[], enterprise_id=firm)
    return client.get(f"{PERMITS}/signing").json


class TestMandate:
    def test_lets_somebody_sign_in_the_role(
        self, database: Database, caller: Caller, principal: FlaskClient, firm: str
    ) -> None:
        person_id = works(database, firm, "worker", account_id="a-7")
        answer = given(principal, person_id)
        assert (answer.status_code, answer.json["given_by"]) == (201, "a-enterprise_principal")
        assert "base_unit" in signs_as(caller, firm, "a-7")["roles"]

    def test_ends(self, database: Database, caller: Caller, principal: FlaskClient, firm: str) -> None:
        person_id = works(database, firm, "worker", account_id="a-7")
        one = given(principal, person_id).json
        ended = principal.post(f"{MANDATES}/{one['id']}/end")
        again = principal.post(f"{MANDATES}/{one['id']}/end")
        assert (ended.json["ended_by"], again.json["code"]) == ("a-enterprise_principal", "mandate_ended")
        assert "base_unit" not in signs_as(caller, firm, "a-7")["roles"]

    @pytest.mark.parametrize(
        ("role", "changes", "code"),
        [
            ("principal", {}, "letter_missing"),
            ("chief", {"ends_on": "2001-01-01"}, "days_reversed"),
        ],
    )
    def test_is_refused(
        self, database: Database, principal: FlaskClient, firm: str, role: str, changes: dict[str, str], code: str
    ) -> None:
        answer = given(principal, works(database, firm), role, **changes)
        assert (answer.status_code, answer.json["code"]) == (422, code)

    def test_is_given_by_the_principal_alone(self, database: Database, caller: Caller, firm: str) -> None:
        officer = caller("enterprise_safety_officer", divisions=[], enterprise_id=firm)
        assert given(officer, works(database, firm)).json["code"] == "principal_only"

    def test_names_its_clause_and_its_posts_in_a_table(self, caller: Caller) -> None:
        """Order 13 Art. 7: for the principal only with the letter."""
        table = caller("enterprise_guardian", divisions=[]).get(f"{PERMITS}/signing/table").json
        rows = {one["role"]: one for one in table["signers"]}
        assert (rows["principal"]["posts"], rows["principal"]["needs_letter"]) == (["principal"], True)
        assert rows["principal"]["document"] == "应急管理部令第13号"
        assert {"role": "enterprise_guardian", "posts": ["guardian"]} in table["accounts"]
        assert table["longest_days"] == 366

    def test_is_listed(self, database: Database, principal: FlaskClient, firm: str) -> None:
        kept, gone = (given(principal, works(database, firm)).json["id"] for _ in range(2))
        principal.post(f"{MANDATES}/{gone}/end")
        listed = [
            [one["id"] for one in principal.get(MANDATES, query_string={"enterprise_id": firm} | query).json["items"]]
            for query in ({}, {"is_open": True}, {"is_open": False})
        ]
        assert listed == [[gone, kept], [kept], [gone]]

    def test_of_another_enterprise_is_hidden(self, database: Database, principal: FlaskClient, caller: Caller) -> None:
        other = known_enterprise(database)
        their = caller("enterprise_principal", divisions=[], enterprise_id=other)
        one = given(their, works(database, other)).json
        assert principal.post(f"{MANDATES}/{one['id']}/end").status_code == 404


class TestSigning:
    def test_is_as_the_person_of_the_account(self, database: Database, caller: Caller, firm: str) -> None:
        person_id = works(database, firm, "guardian", account_id="a-7")
        assert signs_as(caller, firm, "a-7") == {"person_id": person_id, "posts": ["guardian"], "roles": ["guardian"]}

    def test_is_by_the_account_where_no_person_is_linked(self, database: Database, caller: Caller, firm: str) -> None:
        leaves(database, firm, works(database, firm, "principal", account_id="a-7"))
        found = signs_as(caller, firm, "a-7")
        assert (found["person_id"], found["posts"]) == ("", ["worker"])

    def test_names_its_authority(self, database: Database, firm: str) -> None:
        works(database, firm, "safety_officer", account_id="a-7")
        who = Principal(subject="a-7", name="", roles=frozenset({"enterprise_user"}), actions=frozenset(), at=NOW)
        with database.reading() as session:
            found = authority_to_sign(session, who, role="safety_dept", enterprise_id=firm, today=TODAY)
        assert found == Authority("safety_dept", "safety_officer", "")


class TestRole:
    def test_is_signed_by_who_has_it(self, database: Database, caller: Caller, firm: str) -> None:
        foreman = caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=firm)
        guardian = caller("enterprise_guardian", divisions=[], enterprise_id=firm)
        permit = applied(foreman, firm)
        taken(foreman, permit, "submit")
        prepared(foreman, permit)
        refused = sent(guardian, permit, "signatures", **PLACE)
        signed = sent(foreman, permit, "signatures", **PLACE)
        assert (refused.json["code"], signed.status_code) == ("role_not_yours", 200)

    def test_of_the_principal_needs_a_letter(self, database: Database, caller: Caller, firm: str) -> None:
        """§8.22: a confined space with hydrogen sulphide outside chemical plants."""
        foreman = caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=firm)
        approver = caller("enterprise_approver", divisions=[], enterprise_id=firm)
        principal = caller("enterprise_principal", divisions=[], enterprise_id=firm)
        permit = applied(foreman, firm, "confined_space", facts={"poisoning_risk": True, "toxic_risk": True})
        taken(foreman, permit, "submit")
        prepared(foreman, permit)
        last = shown(foreman, permit)["terms"]["approval"][-1]
        taken(foreman, permit, "signatures", **PLACE)
        refused = sent(approver, permit, "approve", **PLACE)
        agreed = sent(principal, permit, "approve", **PLACE)
        assert (last, refused.json["code"], agreed.status_code) == ("principal", "role_not_yours", 200)

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_is_the_one_that_was_asked_for_when_two_sign_at_once(
        self, database: Database, caller: Caller, firm: str
    ) -> None:
        """Annex A: who presses twice does not sign for the next one of the chain."""
        foreman = caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=firm)
        permit = applied(foreman, firm, facts=HOT_FACTS | {"risk_place": True})
        taken(foreman, permit, "submit")
        prepared(foreman, permit)
        work = Work(database, permit["id"])
        first = partial(work.take_in, event="sign", at=NOW)
        second = meanwhile(database, first, second=lambda: sent(foreman, permit, "signatures", **PLACE))
        assert (second.status_code, second.json["code"]) == (422, "not_next_to_sign")
        assert len(shown(foreman, permit)["signatures"]) == 1
