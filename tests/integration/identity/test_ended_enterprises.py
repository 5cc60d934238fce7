"""People lose access when their enterprise leaves the register, and get it back when it returns."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.identity.subscriptions import on_enterprise_state, on_enterprises_merged
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from tests.integration.identity import test_claims as claims
from tests.integration.identity.conftest import NOW
from tests.integration.identity.test_accounts import events
from tests.integration.identity.test_claims import BASE, CLAIMS, CODE, OWN, PIN
from tests.support.events import received

MERGE = "0192f0a0-0000-7000-8000-0000000000a1"

make_claim, register, reviewer, factory = claims.make_claim, claims.register, claims.reviewer, claims.factory


@pytest.fixture
def tell(database: Database) -> Callable[..., None]:
    """Return a function that tells the status of the own enterprise."""

    def hear(status: str, *, sequence: int) -> None:
        state = claims.told(OWN, uscc=CODE, division="331002001", status=status, sequence=sequence)
        with database.transaction() as session:
            on_enterprise_state(session, [state], now=NOW)

    return hear


class TestPeople:
    def test_of_an_enterprise_that_has_left_are_shut_out_at_once(
        self, factory: FlaskClient, tell: Callable[..., None], sign_in: Callable[..., Any], database: Database
    ) -> None:
        tell("deregistered", sequence=2)

        assert (factory.get(f"{BASE}/me").status_code, sign_in("factory-1").status_code) == (403, 401)
        assert events(database, "identity.account_disabled.v1")[-1]["data"]["is_denied"] is True

    def test_of_one_that_comes_back_may_sign_in_again(
        self, factory: FlaskClient, tell: Callable[..., None], sign_in: Callable[..., Any]
    ) -> None:
        tell("deregistered", sequence=2)
        tell("active", sequence=3)

        assert sign_in("factory-1").status_code == 200

    def test_are_shut_once_whatever_comes_late(
        self, factory: FlaskClient, tell: Callable[..., None], sign_in: Callable[..., Any], database: Database
    ) -> None:
        tell("deregistered", sequence=3)
        before = len(events(database, "identity.account_disabled.v1"))
        tell("active", sequence=2)
        tell("deregistered", sequence=3)

        assert sign_in("factory-1").status_code == 401
        assert len(events(database, "identity.account_disabled.v1")) == before

    def test_whom_an_administrator_shut_stay_out(
        self,
        factory: FlaskClient,
        tell: Callable[..., None],
        sign_in: Callable[..., Any],
        as_user: Callable[..., FlaskClient],
    ) -> None:
        own = factory.get(f"{BASE}/me").json["id"]
        tell("deregistered", sequence=2)
        assert as_user().post(f"{BASE}/accounts/{own}/disable").status_code == 200

        tell("active", sequence=3)

        assert sign_in("factory-1").status_code == 401

    def test_of_others_stay(
        self, make_account: Callable[..., str], tell: Callable[..., None], sign_in: Callable[..., Any]
    ) -> None:
        make_account("far", roles=("enterprise_user",), enterprise_id=claims.FOREIGN)

        tell("deregistered", sequence=2)

        assert sign_in("far").status_code == 200


class TestWhatWaits:
    def test_is_turned_down_with_the_reason(
        self, app: Flask, make_claim: Callable[..., Any], tell: Callable[..., None], reviewer: FlaskClient
    ) -> None:
        receipt = make_claim().json["receipt"]

        tell("deregistered", sequence=2)

        state = app.test_client().post(f"{CLAIMS}/state", json={"receipt": receipt}).json
        assert (state["state"], "has left the register" in state["reason"]) == ("refused", True)
        assert reviewer.get(CLAIMS).json["items"] == []

    def test_as_an_invitation_counts_no_more(self, app: Flask, factory: FlaskClient, tell: Callable[..., None]) -> None:
        with claims.invited(factory) as token:
            tell("deregistered", sequence=2)
            answer = app.test_client().post(
                f"{BASE}/invitations/accept", json={"token": token, "pin": PIN, "name": "李四"}
            )

        assert answer.json["code"] == "invitation_unusable"


class TestMerged:
    """The own enterprise becomes part of the foreign one."""

    @pytest.fixture
    def merge(self, database: Database) -> Callable[[], None]:
        def hear() -> None:
            merged = EnterprisesMerged(merge_id=MERGE, enterprise_id=claims.FOREIGN, merged_ids=(OWN,))
            with database.transaction() as session:
                on_enterprises_merged(session, received(merged), now=NOW)

        return hear

    @pytest.mark.parametrize("order", [("end", "merge"), ("merge", "end")])
    def test_takes_its_people_along_in_any_order(
        self,
        factory: FlaskClient,
        tell: Callable[..., None],
        merge: Callable[[], None],
        as_user: Callable[..., FlaskClient],
        order: tuple[str, str],
    ) -> None:
        steps: dict[str, Callable[[], None]] = {"end": lambda: tell("merged", sequence=2), "merge": merge}
        for step in order:
            steps[step]()

        assert factory.get(f"{BASE}/me").json["enterprise_id"] == claims.FOREIGN
        assert as_user("factory-1").get(f"{BASE}/me").json["enterprise_id"] == claims.FOREIGN

    def test_keeps_claims_and_invitations_waiting(
        self,
        app: Flask,
        factory: FlaskClient,
        make_claim: Callable[..., Any],
        tell: Callable[..., None],
        merge: Callable[[], None],
    ) -> None:
        receipt = make_claim(username="factory-2").json["receipt"]
        with claims.invited(factory) as token:
            tell("merged", sequence=2)
            merge()
            seen = app.test_client().post(f"{BASE}/invitations/look", json={"token": token}).json

        state = app.test_client().post(f"{CLAIMS}/state", json={"receipt": receipt}).json
        assert (state["state"], state["enterprise_name"], seen["enterprise_name"]) == (
            "open", "乙字号化工厂", "乙字号化工厂",
        )  # fmt: skip

    def test_can_be_claimed_under_its_old_code(
        self, make_claim: Callable[..., Any], tell: Callable[..., None], merge: Callable[[], None], app: Flask
    ) -> None:
        tell("merged", sequence=2)
        merge()

        receipt = make_claim().json["receipt"]

        state = app.test_client().post(f"{CLAIMS}/state", json={"receipt": receipt}).json
        assert state["enterprise_name"] == "乙字号化工厂"

    def test_leads_through_a_chain_whatever_is_told_first(
        self, database: Database, factory: FlaskClient, merge: Callable[[], None], as_user: Callable[..., FlaskClient]
    ) -> None:
        last = "0192f0a0-0000-7000-8000-000000000003"
        chained = EnterprisesMerged(merge_id=MERGE, enterprise_id=last, merged_ids=(claims.FOREIGN,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(chained), now=NOW)
        merge()

        assert as_user("factory-1").get(f"{BASE}/me").json["enterprise_id"] == last
