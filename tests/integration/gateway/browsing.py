"""Browsers at a gateway whose other services are neighbours that answer as told."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.integration.gateway.neighbours import Neighbour
from tests.integration.gateway.test_browser import FORM
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite


def gateway_at(home: Path, signer: Signer, **neighbours: Neighbour) -> Flask:
    """Return a gateway with an empty database that knows these services and trusts the tokens of ``signer``."""
    urls = {name: one.url for name, one in neighbours.items()}
    settings: Settings = service_settings(Settings, home=home, service="gateway", service_urls=urls)
    migrated_sqlite(home / "test.db", "gateway").close()
    app = create_app(settings)
    trust(app, signer)
    return app


def signed_in(app: Flask, identity: Neighbour, token: str) -> FlaskClient:
    """Return the browser, in Chinese, of whom ``identity`` gives this ``token``."""
    identity.answers["/api/v1/auth/login"] = {"access_token": token, "refresh_token": "r", "expires_in": 600}
    client = app.test_client()
    client.post("/session", data=FORM)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client
