from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.identity.app import create_app
from services.identity.domain.signing_in import Hashing
from services.identity.settings import Settings
from services.identity.use_cases import create_account, ensure_administrator
from shared.database import Database
from tests.support.applications import application
from tests.support.callers import service_settings
from tests.support.databases import reused_home

PASSWORD = "a quiet harbour 1"
CHEAP = Hashing(time_cost=1, memory_cost=64)  # the product's own cost is proved by the unit tests
NOW = datetime.now(UTC)


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    return open_database("identity")


@pytest.fixture
def app(database: Database) -> Flask:
    settings = service_settings(
        Settings,
        home=reused_home(),
        service="identity",
        database_url=database.url,
        district="331002",
        admin_password=PASSWORD,
        password_hashing=CHEAP,
    )
    app = application(create_app, settings)
    with database.transaction() as session:
        ensure_administrator(session, PASSWORD, now=NOW, district="331002")
    return app


@pytest.fixture
def make_account(app: Flask, database: Database) -> Callable[..., str]:
    """Return a function that makes an account with the known password and returns its id."""

    def make(username: str = "lin", roles: tuple[str, ...] = ("bureau_leader",), **more: Any) -> str:
        content = {"username": username, "name": "林一", "roles": list(roles), "password": PASSWORD, **more}
        with database.transaction() as session:
            return create_account(session, content, giver=None, now=NOW)[0]

    return make


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., Any]:
    def call(username: str = "admin", password: str = PASSWORD) -> Any:
        body = {"username": username, "password": password}
        return app.test_client().post("/api/v1/auth/login", json=body)

    return call


@pytest.fixture
def as_user(app: Flask, sign_in: Callable[..., Any]) -> Callable[..., FlaskClient]:
    """Return a function that gives a client signed in as the user."""

    def client_of(username: str = "admin", password: str = PASSWORD) -> FlaskClient:
        client = app.test_client()
        token = sign_in(username, password).json["access_token"]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return client_of
