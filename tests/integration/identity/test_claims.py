from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.identity.subscriptions import on_enterprise_state
from services.identity.tables import account, claim, invitation
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database
from shared.events.received import Received
from shared.security.tokens import KeyRing, verify_token
from tests.integration.identity.conftest import NOW, PASSWORD

BASE = "/api/v1/identity"
CLAIMS = f"{BASE}/claims"
OWN, FOREIGN = (f"0192f0a0-0000-7000-8000-00000000000{digit}" for digit in "12")
CODE = "91331002MA28G00017"
PHOTO = b"\xff\xd8\xff\xe0" + b"photo of a licence"
FORM = {"uscc": CODE, "name": "王小二", "mobile": "13812348000", "username": "factory-1", "password": PASSWORD}
PIN, OTHER_PIN = "290174", "583906"


def told(enterprise_id: str, *, uscc: str, division: str, status: str = "active", sequence: int = 1) -> Received[Any]:
    name = "甲字号机械厂" if enterprise_id == OWN else "乙字号化工厂"
    state = EnterpriseRegistered(enterprise_id=enterprise_id, uscc=uscc, name=name, division=division, status=status)
    return Received(
        id=f"{enterprise_id}-{sequence}",
        type="registry.enterprise_registered.v1",
        source="/sise/registry",
        subject=enterprise_id,
        sequence=sequence,
        time=NOW,
        partition_key=enterprise_id,
        correlation_id="",
        traceparent="",
        actor="",
        data=state,
    )


@pytest.fixture(autouse=True)
def register(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        known = [told(OWN, uscc=CODE, division="331002001"), told(FOREIGN, uscc=CODE[:-1] + "9", division="331002002")]
        on_enterprise_state(session, known, now=NOW)


@pytest.fixture
def make_claim(app: Flask) -> Callable[..., Any]:
    def call(photo: bytes | None = PHOTO, **changes: str) -> Any:
        content: dict[str, Any] = {**FORM, **changes}
        if photo is not None:
            content["photo"] = (BytesIO(photo), "licence.jpg")
        return app.test_client().post(CLAIMS, data=content, content_type="multipart/form-data")

    return call


@pytest.fixture
def reviewer(as_user: Callable[..., FlaskClient], make_account: Callable[..., str]) -> FlaskClient:
    make_account("street", roles=("subdistrict_officer",), divisions=["331002001"])
    return as_user("street")


@pytest.fixture
def factory(make_claim: Callable[..., Any], reviewer: FlaskClient, as_user: Callable[..., FlaskClient]) -> FlaskClient:
    """Return a client signed in as the administrator of an approved enterprise."""
    make_claim()
    waiting = reviewer.get(CLAIMS).json["items"][0]["id"]
    assert reviewer.post(f"{CLAIMS}/{waiting}/approve").status_code == 200
    return as_user("factory-1")


class TestClaim:
    def test_waits_with_its_photo_for_the_subdistrict(
        self, make_claim: Callable[..., Any], reviewer: FlaskClient, app: Flask
    ) -> None:
        receipt = make_claim().json["receipt"]
        (waiting,) = reviewer.get(CLAIMS).json["items"]
        photo = reviewer.get(f"{CLAIMS}/{waiting['id']}/photo")
        assert (waiting["name"], waiting["mobile"], waiting["uscc"]) == ("王小二", "138****8000", CODE)
        assert (photo.data, photo.mimetype, photo.headers["X-Content-Type-Options"]) == (PHOTO, "image/jpeg", "nosniff")
        state = app.test_client().post(f"{CLAIMS}/state", json={"receipt": receipt}).json
        assert (state["state"], state["enterprise_name"]) == ("open", "甲字号机械厂")

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"uscc": "91331002MA28G0XXXX"}, 404, "enterprise_not_in_register"),
            ({"mobile": "123"}, 422, "claim_malformed"),
            ({"username": "x"}, 422, "username_malformed"),
            ({"username": "admin"}, 409, "username_taken"),
            ({"password": "12345678"}, 422, "password_too_weak"),
            ({"photo": b"<svg onload=1>"}, 422, "claim_malformed"),
            ({"photo": None}, 422, "claim_malformed"),
        ],
    )
    def test_is_refused_with_a_reason(
        self, make_claim: Callable[..., Any], changes: dict[str, Any], status: int, code: str
    ) -> None:
        answer = make_claim(**changes)
        assert (answer.status_code, answer.json["code"]) == (status, code)

    def test_reserves_its_user_name_and_few_wait_at_once(self, make_claim: Callable[..., Any]) -> None:
        answers = [make_claim(username=f"factory-{number}") for number in (1, 2, 1, 3, 4)]
        assert [answer.status_code for answer in answers] == [201, 201, 409, 201, 409]
        assert [answers[2].json["code"], answers[4].json["code"]] == ["username_taken", "too_many_claims"]

    def test_of_an_enterprise_that_is_no_more_is_refused(
        self, make_claim: Callable[..., Any], database: Database
    ) -> None:
        with database.transaction() as session:
            gone = told(OWN, uscc=CODE, division="331002001", status="deregistered", sequence=2)
            on_enterprise_state(session, [gone], now=NOW)
        assert make_claim().json["code"] == "enterprise_not_in_register"

    def test_is_limited_per_address(self, make_claim: Callable[..., Any], database: Database) -> None:
        from shared.database.chassis import rate_bucket

        make_claim()
        with database.transaction() as session:
            session.execute(update(rate_bucket).values(tokens=0))
        assert make_claim(username="factory-2").status_code == 429

    def test_shows_nothing_personal_in_the_database(self, make_claim: Callable[..., Any], database: Database) -> None:
        make_claim()
        with database.reading() as session:
            row = str(session.execute(select(claim)).one())
        assert [text for text in ("王小二", "13812348000", PASSWORD) if text in row] == []

    def test_of_an_unknown_receipt_is_not_there(self, app: Flask) -> None:
        answer = app.test_client().post(f"{CLAIMS}/state", json={"receipt": "x"})
        assert (answer.status_code, answer.json["code"]) == (404, "claim_not_found")


class TestDecision:
    def test_makes_the_applicant_the_administrator_of_the_enterprise(self, factory: FlaskClient) -> None:
        own = factory.get(f"{BASE}/me").json
        assert (own["roles"], own["enterprise_id"], own["name"]) == (["enterprise_administrator"], OWN, "王小二")

    def test_tells_the_applicant_why_it_was_refused(
        self, make_claim: Callable[..., Any], reviewer: FlaskClient, app: Flask
    ) -> None:
        receipt = make_claim().json["receipt"]
        waiting = reviewer.get(CLAIMS).json["items"][0]["id"]
        answer = reviewer.post(f"{CLAIMS}/{waiting}/refuse", json={"reason": "照片看不清楚"})
        state = app.test_client().post(f"{CLAIMS}/state", json={"receipt": receipt}).json
        assert (answer.status_code, state["state"], state["reason"]) == (204, "refused", "照片看不清楚")

    def test_is_made_once(self, factory: FlaskClient, reviewer: FlaskClient) -> None:
        (settled,) = reviewer.get(CLAIMS, query_string={"state": "approved"}).json["items"]
        answer = reviewer.post(f"{CLAIMS}/{settled['id']}/refuse", json={"reason": "second thoughts"})
        assert (answer.status_code, answer.json["code"]) == (409, "claim_settled")

    def test_needs_the_user_name_to_be_free_still(
        self, make_claim: Callable[..., Any], reviewer: FlaskClient, make_account: Callable[..., str]
    ) -> None:
        make_claim()
        make_account("factory-1")
        waiting = reviewer.get(CLAIMS).json["items"][0]["id"]
        assert reviewer.post(f"{CLAIMS}/{waiting}/approve").json["code"] == "username_taken"

    @pytest.mark.parametrize("path", ["", "/photo", "/approve"])
    def test_is_not_for_another_subdistrict(
        self,
        make_claim: Callable[..., Any],
        as_user: Callable[..., FlaskClient],
        make_account: Callable[..., str],
        reviewer: FlaskClient,
        path: str,
    ) -> None:
        make_claim()
        waiting = reviewer.get(CLAIMS).json["items"][0]["id"]
        make_account("elsewhere", roles=("subdistrict_officer",), divisions=["331002002"])
        other = as_user("elsewhere")
        answer = other.open(f"{CLAIMS}/{waiting}{path}", method="POST" if path == "/approve" else "GET")
        assert (answer.status_code, other.get(CLAIMS).json["items"]) == (404, [])


class TestInvitation:
    def test_makes_a_member_of_the_enterprise_once(self, app: Flask, factory: FlaskClient) -> None:
        made = factory.post(f"{BASE}/invitations", json={"role": "enterprise_worker", "note": "李四"}).json
        public = app.test_client()
        seen = public.post(f"{BASE}/invitations/look", json={"token": made["token"]}).json
        body = {"token": made["token"], "pin": PIN}
        answers = [public.post(f"{BASE}/invitations/accept", json=body).status_code for _ in range(2)]
        member = factory.get(f"{BASE}/members").json["items"][-1]
        assert (seen["enterprise_name"], seen["is_new_member"], answers) == ("甲字号机械厂", True, [204, 404])
        assert (member["name"], member["roles"], member["has_pin"]) == ("李四", ["enterprise_worker"], True)
        assert (member["can_sign_in"], member["enterprise_id"]) == (False, OWN)

    def test_can_bring_a_user_name_to_sign_in_alone(
        self, app: Flask, factory: FlaskClient, sign_in: Callable[..., Any]
    ) -> None:
        with invited(factory) as token:
            body = {"token": token, "pin": PIN, "name": "李四", "username": "li-si", "password": PASSWORD}
            assert app.test_client().post(f"{BASE}/invitations/accept", json=body).status_code == 204
        assert sign_in("li-si").status_code == 200

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"pin": "123456", "name": "李四"}, "pin_too_weak"),
            ({"pin": PIN}, "claim_malformed"),
            ({"pin": PIN, "name": "李四", "username": "admin", "password": PASSWORD}, "username_taken"),
            ({"pin": PIN, "name": "李四", "username": "li-si", "password": "short"}, "password_too_weak"),
        ],
    )
    def test_stays_usable_when_something_was_wrong(
        self, app: Flask, factory: FlaskClient, body: dict[str, str], code: str
    ) -> None:
        with invited(factory) as token:
            answer = app.test_client().post(f"{BASE}/invitations/accept", json={"token": token, **body})
            good = {"token": token, "pin": PIN, "name": "李四"}
            assert answer.json["code"] == code
            assert app.test_client().post(f"{BASE}/invitations/accept", json=good).status_code == 204

    def test_ends_by_itself_and_is_kept_as_a_digest(self, app: Flask, factory: FlaskClient, database: Database) -> None:
        with invited(factory) as token:
            with database.transaction() as session:
                assert token not in str(session.execute(select(invitation)).one())
                session.execute(update(invitation).values(expires_at=NOW - timedelta(hours=1)))
            answer = app.test_client().post(f"{BASE}/invitations/look", json={"token": token})
        assert answer.json["code"] == "invitation_unusable"

    def test_can_be_taken_back_once(self, app: Flask, factory: FlaskClient) -> None:
        made = factory.post(f"{BASE}/invitations", json={"role": "enterprise_worker"}).json
        path = f"{BASE}/invitations/{made['id']}"
        assert [one["id"] for one in factory.get(f"{BASE}/invitations").json["items"]] == [made["id"]]
        assert [factory.delete(path).status_code for _ in range(2)] == [204, 404]
        answer = app.test_client().post(f"{BASE}/invitations/look", json={"token": made["token"]})
        assert (answer.status_code, factory.get(f"{BASE}/invitations").json["items"]) == (404, [])

    def test_is_to_posts_of_an_enterprise_only(self, factory: FlaskClient) -> None:
        answer = factory.post(f"{BASE}/invitations", json={"role": "administrator"})
        assert (answer.status_code, answer.json["code"]) == (422, "post_unknown")


class TestPin:
    def test_gives_a_short_token_of_the_person(self, app: Flask, factory: FlaskClient, worker: str) -> None:
        body = {"pin": PIN, "purpose": "hot work 17: gas test"}
        answer = factory.post(f"{BASE}/members/{worker}/sign", json=body)
        keys = app.test_client().get("/api/v1/oauth/jwks").json
        someone = verify_token(answer.json["access_token"], KeyRing(lambda: keys), now=datetime.now(UTC))
        assert (someone.subject, someone.enterprise_id, someone.methods) == (worker, OWN, frozenset({"pin"}))
        assert (answer.json["expires_in"], "member:write" in someone.actions) == (300, False)

    def test_signs_and_gives_no_rights_away(self, app: Flask, factory: FlaskClient) -> None:
        own, phone = factory.get(f"{BASE}/me").json["id"], app.test_client()
        token = factory.post(f"{BASE}/members/{own}/invitation").json["token"]
        phone.post(f"{BASE}/invitations/accept", json={"token": token, "pin": PIN})
        signed = factory.post(f"{BASE}/members/{own}/sign", json={"pin": PIN, "purpose": "x"}).json["access_token"]
        bearer = {"Authorization": f"Bearer {signed}"}

        invites = phone.post(f"{BASE}/invitations", json={"role": "enterprise_worker"}, headers=bearer)
        disables = phone.post(f"{BASE}/members/{own}/disable", headers=bearer)

        assert [answer.status_code for answer in (invites, disables)] == [403, 403]
        assert phone.get(f"{BASE}/members", headers=bearer).status_code == 200

    def test_is_locked_after_five_wrong_ones_and_only_for_that_person(self, factory: FlaskClient, worker: str) -> None:
        path = f"{BASE}/members/{worker}/sign"
        wrong = [factory.post(path, json={"pin": OTHER_PIN, "purpose": "x"}).status_code for _ in range(5)]
        locked = factory.post(path, json={"pin": PIN, "purpose": "x"})
        assert (wrong, locked.status_code, locked.json["code"]) == ([422] * 5, 403, "pin_locked")
        assert 800 < int(locked.headers["Retry-After"]) <= 901

    def test_is_chosen_anew_by_a_new_invitation(self, app: Flask, factory: FlaskClient, worker: str) -> None:
        path = f"{BASE}/members/{worker}"
        for _ in range(5):
            factory.post(f"{path}/sign", json={"pin": OTHER_PIN, "purpose": "x"})
        token = factory.post(f"{path}/invitation").json["token"]
        app.test_client().post(f"{BASE}/invitations/accept", json={"token": token, "pin": OTHER_PIN})
        answers = [factory.post(f"{path}/sign", json={"pin": pin, "purpose": "x"}) for pin in (PIN, OTHER_PIN)]
        assert [answer.status_code for answer in answers] == [422, 200]

    def test_of_somebody_without_one_is_refused(self, factory: FlaskClient) -> None:
        own = factory.get(f"{BASE}/me").json["id"]
        answer = factory.post(f"{BASE}/members/{own}/sign", json={"pin": PIN, "purpose": "x"})
        assert (answer.status_code, answer.json["code"]) == (422, "pin_refused")

    def test_signs_for_the_own_enterprise_only(
        self, factory: FlaskClient, make_account: Callable[..., str], as_user: Callable[..., FlaskClient]
    ) -> None:
        stranger = make_account("far", roles=("enterprise_user",), enterprise_id=FOREIGN)
        nobodys = make_account("bureau", roles=("bureau_officer",), divisions=["331002"])
        answers = [
            factory.post(f"{BASE}/members/{one}/sign", json={"pin": PIN, "purpose": "x"}).json["code"]
            for one in (stranger, nobodys)
        ]
        assert answers == ["member_not_found"] * 2

    def test_is_never_stored_as_it_is(self, worker: str, database: Database) -> None:
        with database.reading() as session:
            stored = session.scalar(select(account.c.pin_hash).where(account.c.id == worker))
        assert stored is not None
        assert stored.startswith("$argon2id$")


class TestLeaving:
    def test_ends_the_signature(self, factory: FlaskClient, worker: str) -> None:
        assert factory.post(f"{BASE}/members/{worker}/disable").status_code == 204
        answer = factory.post(f"{BASE}/members/{worker}/sign", json={"pin": PIN, "purpose": "x"})
        assert answer.json["code"] == "member_not_found"


@contextmanager
def invited(factory: FlaskClient) -> Iterator[str]:
    """Give the token of a new invitation."""
    yield factory.post(f"{BASE}/invitations", json={"role": "enterprise_guardian"}).json["token"]


@pytest.fixture
def worker(app: Flask, factory: FlaskClient) -> str:
    """Return the id of a member who can sign."""
    token = factory.post(f"{BASE}/invitations", json={"role": "enterprise_worker", "note": "李四"}).json["token"]
    app.test_client().post(f"{BASE}/invitations/accept", json={"token": token, "pin": PIN})
    items = factory.get(f"{BASE}/members").json["items"]
    return str(next(one["id"] for one in items if one["has_pin"]))
