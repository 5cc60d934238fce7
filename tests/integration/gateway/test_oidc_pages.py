"""Signing in by a provider, as the browser sees it: the way there and back, bound to one browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

OIDC = "/api/v1/auth/oidc"
BACK = "/sign-in/oidc/return?state=s&code=c"


@pytest.fixture
def identity() -> Iterator[Neighbour]:
    with neighbour() as service:
        signer = Signer()

        def finish() -> object:
            if request.get_json() != {"flow": "flow-1", "state": "s", "code": "c"}:
                return {"detail": "begin again", "code": "provider_refused"}, 401
            token = signer.token("officer", actions=["map:read"], name="Officer")
            return {"access_token": token, "refresh_token": "r", "expires_in": 600}

        begun = {"flow": "flow-1", "address": "https://id.example/authorize?state=s"}
        service.answers |= {OIDC: {"is_enabled": True}, f"{OIDC}/begin": begun, f"{OIDC}/finish": finish}
        service.signer = signer  # type: ignore[attr-defined]
        yield service


@pytest.fixture
def browser(identity: Neighbour, tmp_path: Path) -> FlaskClient:
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    settings: Settings = service_settings(
        Settings, home=tmp_path, service="gateway", database_url=database.url, service_urls={"identity": identity.url}
    )
    app: Flask = create_app(settings)
    trust(app, identity.signer)  # type: ignore[attr-defined]
    return app.test_client()


class TestProvider:
    def test_is_offered_when_there_is_one(self, browser: FlaskClient, identity: Neighbour) -> None:
        assert "/sign-in/oidc" in browser.get("/sign-in").text
        identity.answers[OIDC] = {"is_enabled": False}
        assert "/sign-in/oidc" not in browser.get("/sign-in").text

    def test_gets_the_browser_and_gives_it_back_signed_in(self, browser: FlaskClient) -> None:
        away = browser.get("/sign-in/oidc?back=/imports")
        home = browser.get(BACK)
        assert away.headers["Location"].startswith("https://id.example/authorize")
        assert (home.status_code, home.headers["Location"]) == (303, "/imports")
        assert browser.get_cookie("sise_session") is not None

    def test_cookie_goes_nowhere_else(self, browser: FlaskClient) -> None:
        cookie = browser.get("/sign-in/oidc").headers["Set-Cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/sign-in/oidc"))

    def test_refuses_another_browser(self, browser: FlaskClient) -> None:
        answer = browser.get(BACK)
        assert (answer.status_code, "sise_session=" in str(answer.headers)) == (401, False)

    def test_sends_on_to_no_other_site(self, browser: FlaskClient) -> None:
        browser.get("/sign-in/oidc?back=//evil.example")
        assert browser.get(BACK).headers["Location"] == "/"
