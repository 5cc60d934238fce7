"""People of the register and their accounts: who has left signs in and signs no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.identity.domain.staff import PLACE
from services.identity.subscriptions import let_person_go, on_enterprise_state, on_person_state
from services.identity.tables import account
from services.identity.use_cases.following import LEAVING
from shared.contracts.registry import PersonLeft, PersonRegistered
from shared.database import Database
from shared.database.chassis import timer
from tests.integration.identity.conftest import NOW, PASSWORD
from tests.integration.identity.test_accounts import events
from tests.integration.identity.test_claims import BASE, FOREIGN, OWN, PIN
from tests.integration.identity.test_claims import told as enterprise_told
from tests.support.events import received

PERSON, OTHER = (f"01932f7e-5c00-7a10-8b21-0c4d5e6f7b4{digit}" for digit in "12")
TODAY = NOW.astimezone(PLACE).date()
YESTERDAY, TOMORROW = ((TODAY + timedelta(days=days)).isoformat() for days in (-1, 1))


@pytest.fixture
def factory(make_account: Callable[..., str], as_user: Callable[..., FlaskClient]) -> FlaskClient:
    """Return a client signed in as the administrator of an enterprise."""
    make_account("factory", roles=("enterprise_administrator",), enterprise_id=OWN)
    return as_user("factory")


@pytest.fixture
def hear(database: Database) -> Callable[..., None]:
    """Return a function that tells identity of a person, as the registry does."""

    def call(
        *, left_on: str = "", account_id: str = "", sequence: int = 1, person: str = PERSON, enterprise: str = OWN
    ) -> None:
        facts = {"person_id": person, "enterprise_id": enterprise, "account_id": account_id, "left_on": left_on}
        told = PersonLeft(**facts) if left_on else PersonRegistered(**facts)
        with database.transaction() as session:
            on_person_state(session, [received(told, sequence=sequence)], now=NOW)

    return call


@pytest.fixture
def join(app: Flask, factory: FlaskClient) -> Callable[..., str]:
    """Return a function that invites a person, lets them accept with a PIN, and returns the account's id."""

    def call(person: str = PERSON, **own: str) -> str:
        body = {"role": "enterprise_worker", "note": "李四", "person_id": person}
        token = factory.post(f"{BASE}/invitations", json=body).json["token"]
        accepted = app.test_client().post(f"{BASE}/invitations/accept", json={"token": token, "pin": PIN, **own})
        assert accepted.status_code == 204
        members = factory.get(f"{BASE}/members").json["items"]
        return str(next(one["id"] for one in members if one["person_id"] == person))

    return call


def is_enabled(database: Database, account_id: str) -> bool:
    with database.reading() as session:
        return bool(session.scalar(select(account.c.is_enabled).where(account.c.id == account_id)))


def waiting(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(timer.c.entity).where(timer.c.kind == LEAVING)))


class TestWhoHasLeft:
    def test_can_neither_sign_in_nor_sign(
        self, factory: FlaskClient, hear: Any, join: Any, sign_in: Any, app: Flask
    ) -> None:
        hear()
        member = join(username="li-si", password=PASSWORD)
        token = sign_in("li-si").json["access_token"]
        hear(left_on=YESTERDAY, sequence=2)

        signed = factory.post(f"{BASE}/members/{member}/sign", json={"pin": PIN, "purpose": "x"})
        still = app.test_client().get(f"{BASE}/me", headers={"Authorization": f"Bearer {token}"})
        assert (sign_in("li-si").status_code, signed.status_code, still.json["code"]) == (401, 404, "account_denied")

    def test_is_denied_everywhere_by_event(self, database: Database, hear: Any, join: Any) -> None:
        hear()
        member = join()
        hear(left_on=YESTERDAY, sequence=2)

        told = events(database, "identity.account_disabled.v1")[-1]["data"]
        assert told == {"subject": member, "is_denied": True}

    def test_is_known_by_the_account_that_the_registry_names(
        self, database: Database, make_account: Any, hear: Any
    ) -> None:
        theirs = make_account("worker", roles=("enterprise_user",), enterprise_id=OWN)
        hear(left_on=YESTERDAY, account_id=theirs)

        assert not is_enabled(database, theirs)

    def test_shuts_no_account_of_another_enterprise(self, database: Database, make_account: Any, hear: Any) -> None:
        foreign = make_account("worker", roles=("enterprise_user",), enterprise_id=FOREIGN)
        officer = make_account("officer", divisions=["331002"])
        for number, one in enumerate((foreign, officer)):
            hear(left_on=YESTERDAY, account_id=one, sequence=number + 1)

        assert (is_enabled(database, foreign), is_enabled(database, officer)) == (True, True)

    def test_is_away_from_the_day_that_was_told_before(
        self, database: Database, factory: FlaskClient, hear: Any, join: Any
    ) -> None:
        hear()
        member = join()
        hear(left_on=TOMORROW, sequence=2)
        before = (is_enabled(database, member), waiting(database))
        with database.transaction() as session:
            let_person_go(session, PERSON, now=NOW + timedelta(days=1))

        assert (before, is_enabled(database, member), waiting(database)) == ((True, [PERSON]), False, [])

    def test_may_stay_after_all(self, database: Database, hear: Any, join: Any) -> None:
        hear()
        member = join()
        hear(left_on=TOMORROW, sequence=2)
        hear(sequence=3)

        assert (is_enabled(database, member), waiting(database)) == (True, [])

    def test_is_told_in_any_order_and_twice(self, database: Database, hear: Any, join: Any) -> None:
        hear()
        member = join()
        for sequence, left_on in ((3, YESTERDAY), (2, ""), (3, YESTERDAY)):
            hear(left_on=left_on, sequence=sequence)

        denials = events(database, "identity.account_disabled.v1")
        assert (is_enabled(database, member), len(denials)) == (False, 1)


class TestInvitationOfAPerson:
    @pytest.mark.parametrize(
        "person",
        [{"enterprise": FOREIGN}, {"left_on": YESTERDAY}, {"person": OTHER}],
        ids=["of another enterprise", "who has left", "unknown"],
    )
    def test_is_refused_for_one_who_does_not_work_here(
        self, factory: FlaskClient, hear: Any, person: dict[str, str]
    ) -> None:
        hear(**person)
        body = {"role": "enterprise_worker", "person_id": PERSON}

        answer = factory.post(f"{BASE}/invitations", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "person_unknown")

    def test_counts_no_more_when_the_person_leaves_before(self, app: Flask, factory: FlaskClient, hear: Any) -> None:
        hear()
        body = {"role": "enterprise_worker", "note": "李四", "person_id": PERSON}
        token = factory.post(f"{BASE}/invitations", json=body).json["token"]
        hear(left_on=YESTERDAY, sequence=2)

        answer = app.test_client().post(f"{BASE}/invitations/accept", json={"token": token, "pin": PIN})
        assert answer.json["code"] == "person_unknown"

    def test_makes_one_account(self, factory: FlaskClient, hear: Any, join: Any) -> None:
        hear()
        join()

        answer = factory.post(f"{BASE}/invitations", json={"role": "enterprise_worker", "person_id": PERSON})
        assert (answer.status_code, answer.json["code"]) == (409, "person_has_account")


class TestLink:
    def test_is_made_afterwards_too(
        self, database: Database, factory: FlaskClient, make_account: Any, hear: Any
    ) -> None:
        member = make_account("worker", roles=("enterprise_user",), enterprise_id=OWN)
        hear()
        linked = [
            factory.post(f"{BASE}/members/{member}/person", json={"person_id": PERSON}).status_code for _ in range(2)
        ]
        hear(left_on=YESTERDAY, sequence=2)

        assert (linked, is_enabled(database, member)) == ([204, 204], False)

    def test_to_a_stranger_is_refused(self, factory: FlaskClient, make_account: Any) -> None:
        member = make_account("worker", roles=("enterprise_user",), enterprise_id=OWN)

        answer = factory.post(f"{BASE}/members/{member}/person", json={"person_id": PERSON})
        assert answer.json["code"] == "person_unknown"


class TestWhoHasLeftTwice:
    def test_stays_away_when_the_enterprise_comes_back(self, database: Database, hear: Any, join: Any) -> None:
        hear()
        member = join()
        for sequence, status in ((1, "active"), (2, "deregistered")):
            register(database, status=status, sequence=sequence)
        hear(left_on=YESTERDAY, sequence=2)
        register(database, status="active", sequence=3)

        assert not is_enabled(database, member)


def register(database: Database, *, status: str, sequence: int) -> None:
    with database.transaction() as session:
        told = enterprise_told(OWN, uscc="91331002MA28G00017", division="331002001", status=status, sequence=sequence)
        on_enterprise_state(session, [told], now=NOW)
