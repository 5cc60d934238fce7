from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from deploy.demonstration.sandbox import make_sandbox
from services.identity.subscriptions import current_grants
from services.identity.worker import declarations
from shared.database import Database
from shared.database.chassis import rate_bucket, token_deny
from shared.security.tokens import KeyRing, verify_token
from shared.work.timers import run_due
from tests.integration.identity.conftest import NOW, PASSWORD
from tests.integration.identity.test_accounts import events

CLIENTS, TOKEN = "/api/v1/identity/clients", "/api/v1/oauth/token"
UNTIL = (NOW + timedelta(days=30)).isoformat()
GRANT = {"divisions": ["331002001"], "fields": ["uscc", "name", "level"], "until": UNTIL, "basis": "〔2026〕7"}
ASKING = {"grant_type": "client_credentials"}


@pytest.fixture
def administrator(as_user: Callable[..., FlaskClient]) -> FlaskClient:
    return as_user()


@pytest.fixture
def registered(administrator: FlaskClient) -> dict[str, str]:
    """Return id and secret of a new client."""
    answer: dict[str, str] = administrator.post(CLIENTS, json={"name": "消防救援大队"}).json
    return answer


@pytest.fixture
def granted(administrator: FlaskClient, registered: dict[str, str]) -> dict[str, str]:
    path = f"{CLIENTS}/{registered['client_id']}/grants/enterprise:read"
    assert administrator.put(path, json=GRANT).status_code == 200
    return registered


def basic(registered: dict[str, str], secret: str = "") -> dict[str, str]:
    pair = f"{registered['client_id']}:{secret or registered['client_secret']}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


class TestToken:
    def test_is_given_to_a_client_by_basic_rfc_6749_44(self, app: Flask, granted: dict[str, str]) -> None:
        answer = app.test_client().post(TOKEN, data=ASKING, headers=basic(granted))
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert {name: answer.json[name] for name in ("token_type", "expires_in", "scope")} == {
            "token_type": "Bearer",
            "expires_in": 600,
            "scope": "enterprise:read",
        }

    def test_carries_nothing_but_the_grant(self, app: Flask, granted: dict[str, str]) -> None:
        token = app.test_client().post(TOKEN, data={**ASKING, **granted}).json["access_token"]
        keys = app.test_client().get("/api/v1/oauth/jwks").json
        someone = verify_token(token, KeyRing(lambda: keys), now=datetime.now(UTC))
        narrow, other = someone.narrowed_to("enterprise:read"), someone.narrowed_to("grade:read")
        assert (someone.actions, someone.divisions) == (frozenset({"enterprise:read"}), ())
        assert (narrow.divisions, narrow.fields) == (("331002001",), frozenset(GRANT["fields"]))
        assert (other.divisions, other.fields) == ((), frozenset())

    @pytest.mark.parametrize(
        ("form", "error", "status"),
        [
            ({"grant_type": "password"}, "unsupported_grant_type", 400),
            ({}, "unsupported_grant_type", 400),
            ({**ASKING, "scope": "grade:read"}, "invalid_scope", 400),
        ],
    )
    def test_is_refused_in_the_words_of_rfc_6749_52(
        self, app: Flask, granted: dict[str, str], form: dict[str, str], error: str, status: int
    ) -> None:
        answer = app.test_client().post(TOKEN, data=form, headers=basic(granted))
        assert (answer.status_code, answer.json["error"], answer.mimetype) == (status, error, "application/json")

    def test_is_refused_to_a_wrong_secret(self, app: Flask, granted: dict[str, str]) -> None:
        answer = app.test_client().post(TOKEN, data=ASKING, headers=basic(granted, "wrong"))
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")

    @pytest.mark.parametrize("both", [True, False])
    def test_asks_for_exactly_one_way_to_authenticate(self, app: Flask, granted: dict[str, str], both: bool) -> None:
        form, headers = ({**ASKING, **granted}, basic(granted)) if both else (ASKING, {})
        assert app.test_client().post(TOKEN, data=form, headers=headers).json["error"] == "invalid_client"

    def test_is_refused_while_nothing_is_granted(self, app: Flask, registered: dict[str, str]) -> None:
        answer = app.test_client().post(TOKEN, data=ASKING, headers=basic(registered))
        assert (answer.status_code, answer.json["error"]) == (400, "unauthorized_client")

    def test_is_limited_per_client(self, app: Flask, granted: dict[str, str], database: Database) -> None:
        client = app.test_client()
        client.post(TOKEN, data=ASKING, headers=basic(granted))
        mine = rate_bucket.c.key == f"client:{granted['client_id']}"
        with database.transaction() as session:
            session.execute(update(rate_bucket).where(mine).values(tokens=0))
        answer = client.post(TOKEN, data=ASKING, headers=basic(granted))
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


class TestSecrets:
    def test_are_kept_as_digests_only(self, registered: dict[str, str], database: Database) -> None:
        from services.identity.tables import client_secret

        with database.reading() as session:
            rows = session.execute(select(client_secret)).all()
        assert len(rows) == 1
        assert registered["client_secret"] not in str(rows)

    def test_overlap_when_they_are_rotated(
        self, app: Flask, administrator: FlaskClient, granted: dict[str, str]
    ) -> None:
        path = f"{CLIENTS}/{granted['client_id']}/secrets"
        fresh = administrator.post(path, json={"overlap_days": 3}).json["client_secret"]
        answers = [app.test_client().post(TOKEN, data=ASKING, headers=basic(granted, key)) for key in ("", fresh)]
        assert [answer.status_code for answer in answers] == [200, 200]

    def test_end_at_once_without_an_overlap(
        self, app: Flask, administrator: FlaskClient, granted: dict[str, str]
    ) -> None:
        path = f"{CLIENTS}/{granted['client_id']}/secrets"
        fresh = administrator.post(path, json={"overlap_days": 0}).json["client_secret"]
        answers = [app.test_client().post(TOKEN, data=ASKING, headers=basic(granted, key)) for key in ("", fresh)]
        assert [answer.status_code for answer in answers] == [401, 200]

    def test_do_not_overlap_for_ever(self, administrator: FlaskClient, granted: dict[str, str]) -> None:
        answer = administrator.post(f"{CLIENTS}/{granted['client_id']}/secrets", json={"overlap_days": 31})
        assert (answer.status_code, answer.json["code"]) == (422, "overlap_too_long")


class TestGrants:
    def test_are_told_to_the_others(self, granted: dict[str, str], database: Database) -> None:
        told = events(database, "identity.grant_changed.v1")[-1]["data"]
        assert (told["subject"], told["grants"][0]["fields"]) == (granted["client_id"], GRANT["fields"])

    def test_deny_the_older_tokens_at_once(
        self, administrator: FlaskClient, granted: dict[str, str], database: Database
    ) -> None:
        path = f"{CLIENTS}/{granted['client_id']}/grants/enterprise:read"
        assert administrator.delete(path).json["grants"] == []
        with database.reading() as session:
            row = session.execute(select(token_deny).where(token_deny.c.subject == granted["client_id"])).one()
        assert row.lifted_at > NOW
        assert administrator.delete(path).json["code"] == "grant_not_found"

    def test_end_by_the_clock(self, granted: dict[str, str], database: Database) -> None:
        run_due(database, declarations(), now=NOW + timedelta(days=31))
        assert events(database, "identity.grant_changed.v1")[-1]["data"]["grants"] == []

    def test_are_given_inside_the_own_area_only(self, administrator: FlaskClient, registered: dict[str, str]) -> None:
        path = f"{CLIENTS}/{registered['client_id']}/grants/enterprise:read"
        answer = administrator.put(path, json={**GRANT, "divisions": ["331003"]})
        assert (answer.status_code, answer.json["code"]) == (403, "jurisdiction_too_wide")

    @pytest.mark.parametrize(
        ("action", "fields", "purposes"),
        [("check:read", ["hit"], []), ("check:read", ["hit"], ["SUPERVISION"]), ("enterprise:read", ["uscc"], ["FIN"])],
    )
    def test_name_purposes_where_the_action_asks_for_them(
        self,
        administrator: FlaskClient,
        registered: dict[str, str],
        action: str,
        *,
        fields: list[str],
        purposes: list[str],
    ) -> None:
        path = f"{CLIENTS}/{registered['client_id']}/grants/{action}"
        answer = administrator.put(path, json={**GRANT, "fields": fields, "purposes": purposes})
        assert (answer.status_code, answer.json["code"]) == (422, "grant_malformed")

    def test_carry_their_purposes_in_the_token(
        self, app: Flask, administrator: FlaskClient, registered: dict[str, str]
    ) -> None:
        path = f"{CLIENTS}/{registered['client_id']}/grants/check:read"
        assert administrator.put(path, json={**GRANT, "fields": ["hit"], "purposes": ["FIN"]}).status_code == 200
        token = app.test_client().post(TOKEN, data=ASKING, headers=basic(registered)).json["access_token"]
        claims = orjson.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        assert claims["grants"]["check:read"]["purposes"] == ["FIN"]

    def test_are_listed_with_what_may_be_granted(self, administrator: FlaskClient, granted: dict[str, str]) -> None:
        assert [one["client_name"] for one in administrator.get("/api/v1/identity/grants").json["items"]] == [
            "消防救援大队"
        ]
        possible = administrator.get("/api/v1/identity/grants/possible").json["items"]
        assert "uscc" in next(one for one in possible if one["action"] == "enterprise:read")["fields"]

    def test_are_told_again_to_who_comes_late(self, granted: dict[str, str], database: Database) -> None:
        with database.reading() as session:
            (only,) = current_grants(session, None, 10)
            assert current_grants(session, only.key, 10) == []
        assert [one["action"] for one in only.event.grants] == ["enterprise:read"]


@dataclass
class Caller:
    """Speaks to the API as the demonstration does."""

    client: FlaskClient

    def call(self, method: str, path: str, *, json: Any = None, params: Any = None) -> Any:
        return self.client.open(f"/api/v1/{path}", method=method, json=json, query_string=params).json


class TestSandbox:
    def test_of_the_demonstration_is_opened_once(self, app: Flask, administrator: FlaskClient) -> None:
        opened = make_sandbox(Caller(administrator), division="331002", password=PASSWORD)
        assert opened is not None
        credentials = {"client_id": opened[0], "client_secret": opened[1]}
        answer = app.test_client().post(TOKEN, data={**ASKING, **credentials})
        scope = "check:read enterprise:read grade:read restriction:answer restriction:read"
        assert answer.json["scope"] == scope
        assert make_sandbox(Caller(administrator), division="331002", password=PASSWORD) is None

    def test_has_a_clerk_of_its_own(self, administrator: FlaskClient, as_user: Callable[..., FlaskClient]) -> None:
        opened = make_sandbox(Caller(administrator), division="331002", password=PASSWORD)
        assert opened is not None
        assert as_user("demo-clerk").get("/api/v1/identity/me").json["agency_id"] == opened[0]


class TestClients:
    def test_are_shut_at_once_and_let_in_again(
        self, app: Flask, administrator: FlaskClient, granted: dict[str, str], database: Database
    ) -> None:
        seen = []
        for verb in ("disable", "enable"):
            administrator.post(f"{CLIENTS}/{granted['client_id']}/{verb}")
            seen.append(app.test_client().post(TOKEN, data=ASKING, headers=basic(granted)).status_code)
        assert seen == [401, 200]
        assert [one["data"]["is_enabled"] for one in events(database, "identity.grant_changed.v1")][-2:] == [
            False,
            True,
        ]

    def test_have_names_of_their_own(self, administrator: FlaskClient, registered: dict[str, str]) -> None:
        answer = administrator.post(CLIENTS, json={"name": "消防救援大队"})
        assert (answer.status_code, answer.json["code"]) == (409, "client_name_taken")

    def test_are_listed_without_secrets(self, administrator: FlaskClient, granted: dict[str, str]) -> None:
        listed = administrator.get(CLIENTS).json["items"]
        assert [one["name"] for one in listed] == ["消防救援大队"]
        assert granted["client_secret"] not in str(listed)

    @pytest.mark.parametrize("path", ["", "/disable"])
    def test_must_exist(self, administrator: FlaskClient, path: str) -> None:
        address = f"{CLIENTS}/0192f0a0-0000-7000-8000-000000000000{path}"
        assert administrator.open(address, method="POST" if path else "GET").status_code == 404
