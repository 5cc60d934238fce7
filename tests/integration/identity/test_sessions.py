from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from services.identity.tables import account, refresh_token, sign_in_attempts
from services.identity.use_cases import rotate_signing_key
from shared.database import Database
from shared.database.chassis import audit_entry
from tests.integration.identity.conftest import NOW, PASSWORD

REFRESH = "/api/v1/auth/refresh"


class TestSigningIn:
    def test_gives_tokens_that_open_the_own_profile(self, as_user: Callable[..., Any]) -> None:
        profile = as_user().get("/api/v1/identity/me").json
        assert (profile["username"], profile["name"]) == ("admin", "系统管理员")
        assert set(profile["roles"]) == {"administrator", "bureau_officer"}

    def test_answers_in_the_agreed_shape(self, sign_in: Callable[..., Any]) -> None:
        answer = sign_in()
        assert answer.status_code == 200
        assert {"access_token", "refresh_token", "expires_in"} <= answer.json.keys()
        assert answer.json["expires_in"] == 600

    @pytest.mark.parametrize("username", ["admin", "nobody"])
    def test_never_says_whether_the_user_name_exists(self, sign_in: Callable[..., Any], username: str) -> None:
        answer = sign_in(username, "wrong")
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in_refused")

    @pytest.mark.parametrize("username", ["admin", "nobody"])
    def test_is_locked_after_five_failures_gbt_22239_8141b(self, sign_in: Callable[..., Any], username: str) -> None:
        answers = [sign_in(username, "wrong").status_code for _ in range(5)]
        locked = sign_in(username, PASSWORD)
        assert (answers, locked.status_code) == ([401] * 5, 403)
        assert locked.json["code"] == "sign_in_locked"
        assert 3500 < int(locked.headers["Retry-After"]) <= 3601

    def test_works_again_when_the_lock_is_over(self, sign_in: Callable[..., Any], database: Database) -> None:
        for _ in range(5):
            sign_in("admin", "wrong")
        with database.transaction() as session:
            session.execute(update(sign_in_attempts).values(locked_until=NOW))
        assert sign_in().status_code == 200

    def test_counts_anew_after_a_success(self, sign_in: Callable[..., Any]) -> None:
        for _ in range(2):
            for _ in range(4):
                sign_in("admin", "wrong")
            assert sign_in().status_code == 200

    def test_is_written_down_whether_it_succeeds_or_not(self, sign_in: Callable[..., Any], database: Database) -> None:
        sign_in("admin", "wrong")
        sign_in()
        with database.reading() as session:
            rows = list(session.execute(select(audit_entry).order_by(audit_entry.c.id)))
        assert [row.result for row in rows] == ["sign_in_refused", "done"]
        assert len({row.subject for row in rows}) == 1
        assert PASSWORD not in str(rows)

    def test_brings_an_old_hash_up_to_date(
        self, sign_in: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        make_account("lin")
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        with database.transaction() as session:
            session.execute(update(account).where(account.c.username == "lin").values(password_hash=weak))
        assert sign_in("lin").status_code == 200
        with database.reading() as session:
            stored = session.scalar(select(account.c.password_hash).where(account.c.username == "lin"))
        assert "$m=64,t=1,p=1$" in stored

    def test_is_limited_per_address(self, sign_in: Callable[..., Any], app: Flask, database: Database) -> None:
        from shared.database.chassis import rate_bucket

        sign_in()
        with database.transaction() as session:
            session.execute(update(rate_bucket).values(tokens=0))
        answer = sign_in()
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


class TestRefreshing:
    def test_gives_new_tokens_once(self, app: Flask, sign_in: Callable[..., Any]) -> None:
        first = sign_in().json["refresh_token"]
        answer = app.test_client().post(REFRESH, json={"refresh_token": first})
        assert answer.status_code == 200
        assert answer.json["refresh_token"] != first

    def test_ends_the_session_when_a_token_is_used_twice(self, app: Flask, sign_in: Callable[..., Any]) -> None:
        client, first = app.test_client(), sign_in().json["refresh_token"]
        second = client.post(REFRESH, json={"refresh_token": first}).json["refresh_token"]
        reuse = client.post(REFRESH, json={"refresh_token": first})
        victim = client.post(REFRESH, json={"refresh_token": second})
        assert [reuse.status_code, victim.status_code] == [401, 401]
        assert victim.json["code"] == "session_ended"

    def test_refuses_a_token_that_has_expired(
        self, app: Flask, sign_in: Callable[..., Any], database: Database
    ) -> None:
        token = sign_in().json["refresh_token"]
        with database.transaction() as session:
            session.execute(update(refresh_token).values(expires_at=NOW))
        assert app.test_client().post(REFRESH, json={"refresh_token": token}).status_code == 401

    def test_is_refused_after_seven_days_however_busy_the_session(
        self, app: Flask, sign_in: Callable[..., Any], database: Database
    ) -> None:
        token = sign_in().json["refresh_token"]
        with database.transaction() as session:
            session.execute(update(refresh_token).values(began_at=NOW - timedelta(days=7)))
        assert app.test_client().post(REFRESH, json={"refresh_token": token}).status_code == 401

    def test_is_refused_to_a_disabled_account_whose_session_was_born_at_the_same_moment(
        self, app: Flask, sign_in: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        make_account("lin")
        token = sign_in("lin").json["refresh_token"]
        with database.transaction() as session:
            session.execute(update(account).where(account.c.username == "lin").values(is_enabled=False))
        answer = app.test_client().post(REFRESH, json={"refresh_token": token})
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")

    def test_refuses_an_unknown_token(self, app: Flask) -> None:
        assert app.test_client().post(REFRESH, json={"refresh_token": "x"}).status_code == 401

    def test_ends_with_signing_out(self, app: Flask, sign_in: Callable[..., Any]) -> None:
        client, token = app.test_client(), sign_in().json["refresh_token"]
        assert client.post("/api/v1/auth/logout", json={"refresh_token": token}).status_code == 204
        assert client.post(REFRESH, json={"refresh_token": token}).status_code == 401

    def test_may_be_ended_with_a_token_that_nobody_knows(self, app: Flask) -> None:
        assert app.test_client().post("/api/v1/auth/logout", json={"refresh_token": "x"}).status_code == 204


class TestKeys:
    def test_publish_the_next_one_before_it_signs(self, app: Flask, database: Database) -> None:
        before = {key["kid"] for key in app.test_client().get("/api/v1/oauth/jwks").json["keys"]}
        with database.transaction() as session:
            new = rotate_signing_key(session, now=NOW)
        after = {key["kid"] for key in app.test_client().get("/api/v1/oauth/jwks").json["keys"]}
        assert (len(before), len(after)) == (2, 3)
        assert new in before

    def test_never_publish_a_private_part(self, app: Flask) -> None:
        keys = app.test_client().get("/api/v1/oauth/jwks").json["keys"]
        assert all("d" not in key and key["crv"] == "Ed25519" for key in keys)

    def test_keep_old_tokens_valid_after_a_rotation(self, as_user: Callable[..., Any], database: Database) -> None:
        client = as_user()
        with database.transaction() as session:
            rotate_signing_key(session, now=NOW)
        assert client.get("/api/v1/identity/me").status_code == 200
        assert as_user().get("/api/v1/identity/me").status_code == 200
