"""A colleague signs by PIN on the browser of another: for five minutes the browser is theirs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select

from services.gateway.app import create_app
from services.gateway.settings import Settings
from services.gateway.tables import browser_session
from shared.database import Database
from shared.database.chassis import token_deny
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.integration.gateway.test_browser import FORM, Identity, change, csrf_token
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

WORKER, OTHER = (f"0192f0a0-0000-7000-8000-0000000000a{digit}" for digit in "12")
OWN = {"name": "王厂长", "username": "factory", "roles": ["enterprise_administrator"], "password_set_at": None}
MEMBERS, ME = "/api/v1/identity/members", "/api/v1/identity/me"
SIGN = f"{MEMBERS}/{WORKER}/sign"
ACTIONS = ("account:self", "member:read", "member:sign")
PERSON = {"id": WORKER, "name": "李四", "roles": ["enterprise_worker"], "has_pin": True}


class Enterprise(Identity):
    """Identity with a colleague who has a PIN, and pages of people that say who asks."""

    def __init__(self, signer: Signer, service: Neighbour) -> None:
        super().__init__(signer, service)
        self.callers: list[str] = []
        own = {**OWN, "divisions": [], "grids": [], "must_change_password": False}
        service.answers |= {MEMBERS: self.members, SIGN: self.sign, ME: own, f"{ME}/sessions": {"items": []}}

    def tokens(self) -> object:
        access = self.signer.token("device", actions=ACTIONS, name="王厂长")
        self.valid.add("refresh")
        return {"access_token": access, "refresh_token": "refresh", "expires_in": 600}

    def members(self) -> object:
        self.callers.append(request.headers["Authorization"].removeprefix("Bearer "))
        return {"items": [PERSON], "next_cursor": None}

    def sign(self) -> object:
        if request.get_json()["pin"] != "290174":
            return {"code": "pin_refused", "detail": "The PIN is not right."}, 422
        return {"access_token": self.signer.token(WORKER, actions=ACTIONS, name="李四"), "expires_in": 300}


@pytest.fixture
def enterprise() -> Iterator[Enterprise]:
    with neighbour() as service:
        yield Enterprise(Signer(), service)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    yield database
    database.close()


@pytest.fixture
def app(enterprise: Enterprise, database: Database, tmp_path: Path) -> Flask:
    settings: Settings = service_settings(
        Settings,
        home=tmp_path,
        service="gateway",
        database_url=database.url,
        service_urls={"identity": enterprise.service.url},
    )
    app = create_app(settings)
    trust(app, enterprise.signer)
    return app


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """Return the shared phone on which somebody of the enterprise is signed in."""
    client = app.test_client()
    assert client.post("/session", data=FORM).status_code == 303
    return client


@pytest.fixture
def sign(phone: FlaskClient, database: Database) -> Callable[..., Any]:
    """Return a function that sends the form with a PIN."""

    def call(pin: str = "290174") -> Any:
        return phone.post("/sign", data={"member": WORKER, "pin": pin, "csrf_token": csrf_token(database)})

    return call


class TestSigning:
    def test_makes_the_colleague_the_one_who_acts(self, phone: FlaskClient, sign: Any) -> None:
        before = phone.get("/sign").text
        answer = sign()
        page = phone.get(answer.headers["Location"]).text

        assert ("正在以" in before, answer.status_code, "正在以 李四 的身份操作" in page) == (False, 303, True)

    def test_is_refused_with_the_reason(self, sign: Any) -> None:
        assert "PIN 不正确" in sign("111111").text

    def test_is_what_the_services_see(self, phone: FlaskClient, sign: Any, enterprise: Enterprise) -> None:
        phone.get("/members")
        sign()
        phone.get("/members")

        assert enterprise.callers[0] != enterprise.callers[-1]

    def test_ends_by_itself(self, phone: FlaskClient, sign: Any, database: Database) -> None:
        sign()
        change(database, signer_until=datetime.now(UTC) - timedelta(seconds=1))

        assert "正在以" not in phone.get("/sign").text

    def test_ends_when_the_phone_is_given_back(self, phone: FlaskClient, sign: Any, database: Database) -> None:
        sign()
        phone.post("/sign/end", data={"csrf_token": csrf_token(database)})

        assert "正在以" not in phone.get("/sign").text

    def test_ends_at_once_for_one_who_has_left(self, phone: FlaskClient, sign: Any, database: Database) -> None:
        sign()
        row = {"subject": WORKER, "denied_at": datetime.now(UTC), "lifted_at": None, "sequence": 2}
        with database.transaction() as session:
            session.execute(token_deny.insert(), row)

        assert "正在以" not in phone.get("/sign").text

    def test_keeps_nothing_readable(self, sign: Any, database: Database, enterprise: Enterprise) -> None:
        sign()
        with database.reading() as session:
            kept = session.scalars(select(browser_session.c.signer_token)).one()

        assert not kept.startswith("ey")


class TestOwnSessions:
    def test_end_elsewhere(self, phone: FlaskClient, database: Database, enterprise: Enterprise) -> None:
        enterprise.service.answers[f"{ME}/sessions/{OTHER}"] = lambda: ("", 204)
        ended = phone.post(f"/account/sessions/{OTHER}/end", data={"csrf_token": csrf_token(database)})
        phone.get("/sign")

        assert (ended.headers["Location"], enterprise.renewals) == ("/account?done=session_ended", 0)

    def test_that_are_over_already_are_told_so(
        self, phone: FlaskClient, database: Database, enterprise: Enterprise
    ) -> None:
        gone = {"code": "session_not_found", "detail": "There is no such session."}
        enterprise.service.answers[f"{ME}/sessions/{OTHER}"] = lambda: (gone, 404)
        answer = phone.post(f"/account/sessions/{OTHER}/end", data={"csrf_token": csrf_token(database)})

        assert "该设备已经退出" in answer.text

    @pytest.mark.parametrize(
        ("again", "status", "told"),
        [("other", 204, "两次输入的新密码不一致"), ("new", 401, "当前密码不正确"), ("new", 422, "密码太弱")],
        ids=["typed differently", "wrong", "too weak"],
    )
    def test_stay_when_the_password_is_not_changed(
        self, phone: FlaskClient, database: Database, enterprise: Enterprise, again: str, status: int, told: str
    ) -> None:
        refused = {"code": "password_too_weak", "detail": "too weak"}
        enterprise.service.answers[f"{ME}/password"] = lambda: (refused, status)
        form = {"current": "old", "new": "new", "again": again, "csrf_token": csrf_token(database)}

        assert told in phone.post("/account/password", data=form).text

    def test_end_with_a_new_password(self, phone: FlaskClient, database: Database, enterprise: Enterprise) -> None:
        enterprise.service.answers[f"{ME}/password"] = lambda: ("", 204)
        form = {"current": "old", "new": "new", "again": "new", "csrf_token": csrf_token(database)}
        answer = phone.post("/account/password", data=form)

        assert answer.headers["Location"] == "/sign-in?done=password_changed"
        assert phone.get("/account").status_code == 302
