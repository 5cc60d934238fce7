"""Clerks of other agencies: each account names its agency, whose grants are all that it may do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.identity.tables import account
from services.identity.worker import declarations
from shared.database import Database
from shared.database.chassis import audit_entry
from shared.security.principal import Principal
from shared.security.tokens import KeyRing, verify_token
from shared.work.timers import run_due
from tests.integration.identity.conftest import NOW, PASSWORD

BASE = "/api/v1/identity"
ACCOUNTS, CLIENTS = f"{BASE}/accounts", f"{BASE}/clients"
UNKNOWN = "0192f0a0-0000-7000-8000-00000000ffff"
CLERK = {"username": "clerk", "name": "经办人", "roles": ["agency_clerk"], "password": PASSWORD}
GRANT = {
    "divisions": ["331002001"], "fields": ["hit"], "purposes": ["FIN"], "basis": "〔2026〕7",
    "until": (NOW + timedelta(days=30)).isoformat(),
}  # fmt: skip
ALL = ["account:self", "check:read", "restriction:answer", "restriction:read"]


@pytest.fixture
def administrator(as_user: Callable[..., FlaskClient]) -> FlaskClient:
    return as_user()


@pytest.fixture
def agency_id(administrator: FlaskClient) -> str:
    """Return the id of an agency that may check credits for one purpose."""
    made = administrator.post(CLIENTS, json={"name": "农商银行"}).json["client_id"]
    assert administrator.put(f"{CLIENTS}/{made}/grants/check:read", json=GRANT).status_code == 200
    return str(made)


@pytest.fixture
def clerk_id(administrator: FlaskClient, agency_id: str) -> str:
    return str(administrator.post(ACCOUNTS, json=CLERK | {"agency_id": agency_id}).json["id"])


@pytest.fixture
def enter(app: Flask, sign_in: Callable[..., Any]) -> Callable[[], Principal]:
    """Return a function that signs the clerk in and gives whom the token speaks for."""

    def call() -> Principal:
        keys = app.test_client().get("/api/v1/oauth/jwks").json
        token = sign_in("clerk").json["access_token"]
        return verify_token(token, KeyRing(lambda: keys), now=datetime.now(UTC))

    return call


class TestNaming:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"agency_id": ""}, "agency_missing"),
            ({"agency_id": UNKNOWN}, "agency_unknown"),
            ({"agency_id": "bank"}, "invalid_fields"),
            ({"roles": ["bureau_officer"]}, "agency_misplaced"),
            ({"roles": ["agency_clerk", "bureau_officer"]}, "roles_conflict"),
            ({"roles": ["agency", "bureau_officer"]}, "roles_conflict"),
        ],
    )
    def test_is_refused(self, administrator: FlaskClient, agency_id: str, change: dict[str, Any], code: str) -> None:
        answer = administrator.post(ACCOUNTS, json=CLERK | {"agency_id": agency_id} | change)
        assert (answer.status_code, answer.json["code"]) == (422, code)

    @pytest.mark.parametrize(
        ("change", "status"),
        [({"roles": ["grid_worker"]}, 422), ({"agency_id": ""}, 422), ({"skills": ["gas"]}, 200)],
    )
    def test_stays_with_the_role(
        self, administrator: FlaskClient, clerk_id: str, change: dict[str, Any], status: int
    ) -> None:
        answer = administrator.patch(f"{ACCOUNTS}/{clerk_id}", json=change, headers={"If-Match": '"1"'})
        assert answer.status_code == status

    def test_finds_the_people_of_an_agency(self, administrator: FlaskClient, agency_id: str, clerk_id: str) -> None:
        found = administrator.get(f"{ACCOUNTS}?agency_id={agency_id}").json["items"]
        assert [(one["id"], one["agency_id"]) for one in found] == [(clerk_id, agency_id)]
        assert administrator.get(f"{ACCOUNTS}?agency_id={UNKNOWN}").json["items"] == []

    def test_tells_agencies_with_the_names_of_people(
        self, administrator: FlaskClient, agency_id: str, clerk_id: str
    ) -> None:
        shown = administrator.get(f"{BASE}/names?id={agency_id}&id={clerk_id}").json["items"]
        assert shown == [
            {"id": clerk_id, "name": "经**", "roles": ["agency_clerk"]},
            {"id": agency_id, "name": "农商银行", "roles": ["agency"]},
        ]


class TestToken:
    def test_carries_the_agency_and_what_it_was_granted(
        self, agency_id: str, clerk_id: str, enter: Callable[[], Principal]
    ) -> None:
        someone = enter()
        assert (someone.subject, someone.agency_id, sorted(someone.actions)) == (clerk_id, agency_id, ALL)
        assert someone.grants == {"check:read": {name: GRANT[name] for name in ("divisions", "fields", "purposes")}}

    def test_carries_no_grant_that_the_role_does_not_allow(
        self, administrator: FlaskClient, agency_id: str, clerk_id: str, enter: Callable[[], Principal]
    ) -> None:
        wide = {**GRANT, "fields": ["uscc"], "purposes": []}
        administrator.put(f"{CLIENTS}/{agency_id}/grants/enterprise:read", json=wide)
        assert list(enter().grants or {}) == ["check:read"]

    def test_carries_no_area_of_the_account(self, clerk_id: str, database: Database, enter: Any) -> None:
        with database.transaction() as session:
            own = {"divisions": ["331002"], "grids": ["g1"], "enterprise_id": UNKNOWN}
            session.execute(update(account).where(account.c.id == clerk_id).values(**own))
        someone = enter()
        assert (someone.divisions, someone.grids, someone.enterprise_id) == ((), (), "")

    def test_of_who_names_no_agency_yet_grants_nothing(self, clerk_id: str, database: Database, enter: Any) -> None:
        with database.transaction() as session:
            session.execute(update(account).where(account.c.id == clerk_id).values(agency_id=""))
        someone = enter()
        assert (someone.agency_id, someone.grants, sorted(someone.actions)) == ("", {}, ALL)


class TestEnding:
    def test_of_a_grant_refuses_the_clerk_at_once(
        self, administrator: FlaskClient, agency_id: str, clerk_id: str, as_user: Any, enter: Any
    ) -> None:
        clerk = as_user("clerk")
        assert clerk.get(f"{BASE}/me").json["agency_id"] == agency_id
        administrator.delete(f"{CLIENTS}/{agency_id}/grants/check:read")
        assert clerk.get(f"{BASE}/me").json["code"] == "account_denied"
        assert enter().grants == {}

    def test_of_a_grant_by_the_clock_refuses_too(self, clerk_id: str, as_user: Any, database: Database) -> None:
        clerk = as_user("clerk")
        run_due(database, declarations(), now=NOW + timedelta(days=31))
        assert clerk.get(f"{BASE}/me").json["code"] == "account_denied"

    def test_of_the_account_refuses_this_clerk_only(
        self, administrator: FlaskClient, agency_id: str, clerk_id: str, as_user: Any
    ) -> None:
        administrator.post(ACCOUNTS, json=CLERK | {"agency_id": agency_id, "username": "colleague"})
        clerk, colleague = as_user("clerk"), as_user("colleague")
        administrator.post(f"{ACCOUNTS}/{clerk_id}/disable")
        assert clerk.get(f"{BASE}/me").json["code"] == "account_denied"
        assert colleague.get(f"{BASE}/me").status_code == 200

    def test_of_the_agency_lets_nobody_of_it_in(
        self, app: Flask, administrator: FlaskClient, agency_id: str, clerk_id: str, sign_in: Any, database: Database
    ) -> None:
        held = sign_in("clerk").json["refresh_token"]
        administrator.post(f"{CLIENTS}/{agency_id}/disable")
        renewed = app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": held})
        answers = [sign_in("clerk"), renewed]
        assert [(one.status_code, one.json["code"]) for one in answers] == [(403, "agency_shut")] * 2
        with database.reading() as session:
            tried = select(audit_entry.c.result).where(audit_entry.c.subject == clerk_id)
            assert list(session.scalars(tried.where(audit_entry.c.result == "agency_shut"))) == ["agency_shut"] * 2
        administrator.post(f"{CLIENTS}/{agency_id}/enable")
        assert sign_in("clerk").status_code == 200
