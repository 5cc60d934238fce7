"""The own sessions: seen with browser and address, each ended at once; a new password ends them all."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.identity.settings import from_env
from shared.contracts.identity import AccountDisabled
from shared.database import Database
from shared.database.chassis import outbox
from shared.settings import BadSettings
from tests.integration.identity.conftest import PASSWORD

BASE = "/api/v1/identity"
SESSIONS = f"{BASE}/me/sessions"
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36"
NEW = "another quiet harbour 2"


@pytest.fixture
def enter(app: Flask, make_account: Callable[..., str]) -> Callable[..., tuple[FlaskClient, str]]:
    """Return a function that signs in from a browser: a client and the refresh token of its session."""
    make_account("lin")

    def call(device: str = "curl/8", username: str = "lin") -> tuple[FlaskClient, str]:
        client = app.test_client()
        body = {"username": username, "password": PASSWORD}
        answer = client.post("/api/v1/auth/login", json=body, headers={"User-Agent": device}).json
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer['access_token']}"
        return client, answer["refresh_token"]

    return call


def renewed(client: FlaskClient, token: str) -> int:
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token}).status_code


class TestOwnSessions:
    def test_say_from_where_and_which_is_this_one(self, enter: Any) -> None:
        enter(PHONE)
        client, _ = enter("curl/8")

        shown = client.get(SESSIONS).json["items"]
        assert [(one["device"], one["address"], one["is_current"]) for one in shown] == [
            ("curl/8", "127.0.0.1", True),
            (PHONE, "127.0.0.1", False),
        ]

    def test_stay_one_when_they_are_renewed(self, enter: Any) -> None:
        client, token = enter(PHONE)
        renewed(client, token)

        assert [(one["device"], one["is_current"]) for one in client.get(SESSIONS).json["items"]] == [(PHONE, True)]

    def test_are_those_of_nobody_else(self, enter: Any, make_account: Callable[..., str]) -> None:
        make_account("wang")
        theirs, token = enter(username="wang")
        (session,) = theirs.get(SESSIONS).json["items"]
        mine, _ = enter()
        answer = mine.delete(f"{SESSIONS}/{session['id']}")

        assert (answer.status_code, answer.json["code"], renewed(theirs, token)) == (404, "session_not_found", 200)

    def test_end_one_by_one_and_at_once(self, enter: Any) -> None:
        lost, lost_token = enter(PHONE)
        client, token = enter()
        other = next(one for one in client.get(SESSIONS).json["items"] if not one["is_current"])
        ended = client.delete(f"{SESSIONS}/{other['id']}").status_code

        assert (ended, lost.get(f"{BASE}/me").status_code, renewed(lost, lost_token)) == (204, 401, 401)
        assert (client.get(f"{BASE}/me").status_code, renewed(client, token)) == (200, 200)

    def test_end_once(self, enter: Any) -> None:
        enter(PHONE)
        client, _ = enter()
        other = next(one for one in client.get(SESSIONS).json["items"] if not one["is_current"])
        client.delete(f"{SESSIONS}/{other['id']}")
        assert client.delete(f"{SESSIONS}/{other['id']}").status_code == 404

    def test_end_by_signing_out_with_their_access_tokens_and_no_other(self, enter: Any) -> None:
        other, _ = enter(PHONE)
        client, token = enter()
        first = client.get(f"{BASE}/me").status_code
        client.post("/api/v1/auth/logout", json={"refresh_token": token})
        after = client.get(f"{BASE}/me")

        assert (first, after.status_code, after.json["code"]) == (200, 401, "unauthenticated")
        assert other.get(f"{BASE}/me").status_code == 200

    def test_end_for_a_thief_too_when_a_refresh_token_is_used_twice(self, enter: Any) -> None:
        client, token = enter()
        renewed(client, token)
        again = renewed(client, token)

        assert (again, client.get(f"{BASE}/me").status_code) == (401, 401)

    def test_are_denied_to_the_other_services_by_event(self, enter: Any, database: Database) -> None:
        client, token = enter()
        (own,) = client.get(SESSIONS).json["items"]
        for _ in range(2):
            client.post("/api/v1/auth/logout", json={"refresh_token": token})
        with database.reading() as session:
            bodies = session.scalars(select(outbox.c.body).where(outbox.c.type == AccountDisabled.contract.name)).all()

        assert [orjson.loads(body)["data"] for body in bodies] == [
            {"subject": f"session:{own['id']}", "is_denied": True}
        ]

    def test_end_with_the_old_password(self, enter: Any) -> None:
        elsewhere, token = enter(PHONE)
        client, _ = enter()
        changed = client.post(f"{BASE}/me/password", json={"current": PASSWORD, "new": NEW}).status_code

        assert (changed, elsewhere.get(f"{BASE}/me").status_code, renewed(elsewhere, token)) == (204, 403, 401)


class TestNames:
    def test_are_masked_and_come_with_the_role(self, enter: Any, make_account: Callable[..., str]) -> None:
        known = make_account("wang", roles=("grid_worker",))
        client, _ = enter()

        answer = client.get(f"{BASE}/names", query_string={"id": [known, "01932f7e-5c00-7a10-8b21-0c4d5e6f7b99"]})
        assert answer.json["items"] == [{"id": known, "name": "林*", "roles": ["grid_worker"]}]


class TestLimit:
    def test_is_one_setting(self, tmp_path: Any) -> None:
        given = {"SISE_HOME": str(tmp_path)}
        limits = [from_env(given | more).sign_ins_per_minute for more in ({}, {"SISE_SIGN_INS_PER_MINUTE": "7"})]

        assert limits == [20, 7]

    def test_must_be_a_number(self, tmp_path: Any) -> None:
        with pytest.raises(BadSettings, match="SISE_SIGN_INS_PER_MINUTE must be a whole number"):
            from_env({"SISE_HOME": str(tmp_path), "SISE_SIGN_INS_PER_MINUTE": "many"})
