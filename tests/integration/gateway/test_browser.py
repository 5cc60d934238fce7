"""A browser holds a cookie; the tokens behind it stay at the gateway."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.gateway.app import create_app
from services.gateway.settings import Settings
from services.gateway.tables import browser_session
from shared.database import Database
from shared.database.chassis import token_deny
from tests.integration.gateway.conftest import ACTIONS
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

LOGIN, REFRESH, LOGOUT = (f"/api/v1/auth/{step}" for step in ("login", "refresh", "logout"))
FORM = {"username": "officer", "password": "right"}
SUMMARY = "/api/v1/map/summary"


class Identity:
    """Signs in whoever knows the password; every refresh token works once, as at identity."""

    def __init__(self, signer: Signer, service: Neighbour) -> None:
        self.signer, self.service = signer, service
        self.valid: set[str] = set()
        self.renewals = 0
        self.lock = threading.Lock()
        service.answers |= {LOGIN: self.login, REFRESH: self.refresh, LOGOUT: lambda: ("", 204)}

    def login(self) -> object:
        if request.get_json()["password"] != "right":
            return {"detail": "Wrong user name or password."}, 401
        return self.tokens()

    def refresh(self) -> object:
        with self.lock:
            given = request.get_json()["refresh_token"]
            if given not in self.valid:
                return {"detail": "Sign in again."}, 401
            self.valid.remove(given)
            self.renewals += 1
            return self.tokens()

    def tokens(self) -> object:
        fresh = f"refresh-{self.renewals}"
        self.valid.add(fresh)
        access = self.signer.token("officer", actions=ACTIONS, divisions=["331002"], name="Officer")
        return {"access_token": access, "refresh_token": fresh, "expires_in": 600}


@pytest.fixture
def identity() -> Iterator[Identity]:
    with neighbour() as service:
        yield Identity(Signer(), service)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    yield database
    database.close()


@pytest.fixture
def app(identity: Identity, database: Database, tmp_path: Path) -> Flask:
    settings: Settings = service_settings(
        Settings,
        home=tmp_path,
        service="gateway",
        database_url=database.url,
        service_urls={"identity": identity.service.url},
        sign_ins_per_minute=3,
    )
    app = create_app(settings)
    trust(app, identity.signer)
    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    assert client.post("/session", data=FORM).status_code == 303
    return client


def csrf_token(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(browser_session.c.csrf_token)).one()


def change(database: Database, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(browser_session).values(**values))


def deny(database: Database, *, is_shut: bool) -> None:
    """Let tokens of the user from before now count no more, as the event of identity does."""
    moment = datetime.now(UTC)
    row = {"subject": "officer", "denied_at": moment, "lifted_at": None if is_shut else moment, "sequence": 1}
    with database.transaction() as session:
        session.execute(token_deny.insert(), row)


class TestAPhone:
    """What a phone asks that was without a connection."""

    def test_hears_who_is_signed_in_and_what_writes_must_bring(self, browser: FlaskClient, database: Database) -> None:
        answer = browser.get("/phone/session")

        assert answer.json == {"person": "officer", "csrf_token": csrf_token(database)}

    def test_hears_that_nobody_is(self, app: Flask) -> None:
        answer = app.test_client().get("/phone/session")

        assert (answer.status_code, answer.json["code"]) == (401, "signed_out")

    def test_gets_a_worker_that_names_its_release_and_files_that_are_there(self, app: Flask) -> None:
        client = app.test_client()

        answer = client.get("/phone-worker.js")

        release, assets, _ = answer.text.split("\n", 2)
        assert (answer.mimetype, release.startswith('const RELEASE = "')) == ("text/javascript", True)
        addresses = json.loads(assets.removeprefix("const ASSETS = ").removesuffix(";"))
        for address in addresses:
            with closing(client.get(address)) as file:
                assert (address, file.status_code) == (address, 200)
        names = {address.split("/", 3)[3] for address in addresses}
        assert {"js/check.js", "js/phone_store.js", "js/visit.js", "css/visit.css", "vendor/icons.svg"} <= names
        assert not {"js/map.js", "vendor/maplibre-gl.mjs", "js/rating.js"} & names

    def test_gets_a_page_for_what_it_has_not_kept(self, app: Flask) -> None:
        assert app.test_client().get("/phone/offline").status_code == 200


class TestChangedRights:
    def test_renew_the_tokens_of_the_session_at_once(
        self, browser: FlaskClient, identity: Identity, database: Database
    ) -> None:
        deny(database, is_shut=False)

        assert browser.get(SUMMARY).status_code == 200
        assert identity.renewals == 1

    def test_end_the_session_when_the_account_is_shut(
        self, browser: FlaskClient, identity: Identity, database: Database
    ) -> None:
        deny(database, is_shut=True)
        identity.valid.clear()

        assert browser.get(SUMMARY).status_code == 401
        with database.reading() as session:
            assert session.execute(select(browser_session)).all() == []


class TestSignIn:
    def test_sets_a_cookie_that_scripts_cannot_read(self, app: Flask) -> None:
        answer = app.test_client().post("/session", data={**FORM, "back": "/enterprises"})

        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert (answer.headers["Location"], "access_token" in answer.text) == ("/enterprises", False)

    def test_goes_to_no_other_site(self, app: Flask) -> None:
        answer = app.test_client().post("/session", data={**FORM, "back": "//evil.example"})

        assert answer.headers["Location"] == "/"

    def test_refuses_a_wrong_password(self, app: Flask) -> None:
        answer = app.test_client().post("/session", data={**FORM, "password": "wrong"})

        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_refused")

    def test_refuses_a_form_of_another_site(self, app: Flask) -> None:
        answer = app.test_client().post("/session", data=FORM, headers={"Sec-Fetch-Site": "cross-site"})

        assert answer.status_code == 403

    def test_is_limited_by_address(self, app: Flask) -> None:
        answers = [app.test_client().post("/session", data=FORM) for _ in range(4)]

        assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0

    def test_keeps_nothing_readable(self, browser: FlaskClient, database: Database) -> None:
        cookie = browser.get_cookie("sise_session")
        with database.reading() as session:
            row = session.execute(select(browser_session)).one()

        assert cookie is not None
        assert cookie.value not in str(row)
        assert "refresh-0" not in row.refresh_token


class TestSession:
    def test_stands_for_the_token(self, browser: FlaskClient) -> None:
        assert browser.get(SUMMARY).status_code == 200

    def test_of_an_unknown_cookie_is_nobody(self, app: Flask) -> None:
        client = app.test_client()
        client.set_cookie("sise_session", "made-up")

        assert client.get(SUMMARY).status_code == 401

    def test_ends_when_idle(self, browser: FlaskClient, database: Database) -> None:
        change(database, used_at=datetime.now(UTC) - timedelta(minutes=121))

        assert browser.get(SUMMARY).status_code == 401

    def test_lasts_while_it_is_used(self, browser: FlaskClient, database: Database) -> None:
        change(database, used_at=datetime.now(UTC) - timedelta(minutes=119))
        browser.get(SUMMARY)

        with database.reading() as session:
            used_at = session.scalars(select(browser_session.c.used_at)).one()
        assert datetime.now(UTC) - used_at < timedelta(minutes=1)

    def test_ends_by_signing_out(
        self, app: Flask, browser: FlaskClient, database: Database, identity: Identity
    ) -> None:
        cookie = browser.get_cookie("sise_session")
        browser.delete("/session", headers={"X-CSRF-Token": csrf_token(database)})
        assert cookie is not None
        thief = app.test_client()
        thief.set_cookie("sise_session", cookie.value)

        assert thief.get(SUMMARY).status_code == 401
        assert identity.service.requests[-1][:2] == ("POST", LOGOUT)


class TestCsrf:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_refuses_a_write_without_token(self, browser: FlaskClient, method: str) -> None:
        answer = browser.open("/api/v1/identity/accounts", method=method, json={})

        assert (answer.status_code, answer.get_json()["code"]) == (403, "csrf_token_invalid")

    def test_refuses_an_upload_without_token(self, browser: FlaskClient, database: Database) -> None:
        upload = {"file": (BytesIO(b"x"), "a.csv"), "csrf_token": csrf_token(database)}

        assert browser.post("/api/v1/identity/imports", data=upload).status_code == 403

    def test_accepts_the_token_in_the_header(self, browser: FlaskClient, database: Database) -> None:
        token = csrf_token(database)

        assert browser.post("/api/v1/identity/x", json={}, headers={"X-CSRF-Token": token}).status_code == 404

    def test_does_not_concern_bearers(self, app: Flask, identity: Identity) -> None:
        bearer = identity.signer.client(app, actions=ACTIONS)

        assert bearer.post("/api/v1/identity/x", json={}).status_code == 404


class TestRenewal:
    def test_rotates_the_tokens_before_they_end(
        self, browser: FlaskClient, database: Database, identity: Identity
    ) -> None:
        change(database, expires_at=datetime.now(UTC) + timedelta(seconds=30))

        assert [browser.get(SUMMARY).status_code for _ in range(3)] == [200, 200, 200]
        assert (identity.renewals, identity.valid) == (1, {"refresh-1"})

    def test_is_done_once_by_many_requests(
        self, app: Flask, browser: FlaskClient, database: Database, identity: Identity
    ) -> None:
        cookie = browser.get_cookie("sise_session")
        assert cookie is not None
        change(database, expires_at=datetime.now(UTC) - timedelta(seconds=1))

        def ask(_: int) -> int:
            client = app.test_client()
            client.set_cookie("sise_session", cookie.value)
            return client.get(SUMMARY).status_code

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(8)))

        assert (answers, identity.renewals) == ([200] * 8, 1)

    def test_ends_the_session_when_identity_has(
        self, browser: FlaskClient, database: Database, identity: Identity
    ) -> None:
        identity.valid.clear()
        change(database, expires_at=datetime.now(UTC))

        assert browser.get(SUMMARY).status_code == 401
        with database.reading() as session:
            assert session.scalars(select(browser_session.c.digest)).all() == []

    def test_can_wait_while_identity_is_down(
        self, browser: FlaskClient, database: Database, identity: Identity
    ) -> None:
        identity.service.answers[REFRESH] = lambda: ("", 503)
        change(database, expires_at=datetime.now(UTC) + timedelta(seconds=30))

        assert browser.get(SUMMARY).status_code == 200
