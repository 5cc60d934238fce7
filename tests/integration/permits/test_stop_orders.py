"""Orders to stop work over HTTP: signed by two, what they name stops and goes on, nobody else's (permits §5.3)."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from services.permits.queries.stop_orders import orders_over
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import PERMITS, Caller, known_enterprise
from tests.integration.permits.permitting import WORK, applied
from tests.integration.permits.test_declarations import JOB, TOXIC, declare, the_jobs

ORDERS = f"{PERMITS}/stop-orders"
WHY = {"reason": "有限空间作业无监护人", "basis": "安全生产法 第六十五条"}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def principal(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def first(caller: Caller) -> FlaskClient:
    return caller(subject="first")


@pytest.fixture
def second(caller: Caller) -> FlaskClient:
    return caller(subject="second")


def prepared(client: FlaskClient, enterprise_id: str, **body: Any) -> dict[str, Any]:
    answer = client.post(ORDERS, json={"enterprise_id": enterprise_id, **WHY, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def step(client: FlaskClient, order: dict[str, Any], event: str, **body: Any) -> Any:
    return client.post(f"{ORDERS}/{order['id']}/steps", json={"event": event, **body})


def states(client: FlaskClient) -> list[str]:
    return [one["state"] for one in the_jobs(client)]


class TestAnOrder:
    def test_is_numbered_and_stops_nothing_before_the_second_signature(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, JOB)
        one, two = (prepared(first, enterprise_id, is_whole=True) for _ in range(2))
        assert one["number"].endswith("1号")
        assert two["number"].endswith("2号")
        assert (one["state"], states(principal)) == ("prepared", ["declared"])

    def test_stops_what_it_names_with_the_second_signature(
        self, first: FlaskClient, second: FlaskClient, *, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, TOXIC, JOB)
        named = the_jobs(principal)[0]["id"]
        order = prepared(first, enterprise_id, job_ids=[named])
        assert step(first, order, "countersign").json["code"] == "signed_already"
        shown = step(second, order, "countersign", version=1).json
        assert (shown["state"], shown["second_by"], states(principal)) == (
            "in_force",
            "second",
            ["stopped", "declared"],
        )

    def test_is_issued_by_one_who_says_why(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, JOB)
        order = prepared(first, enterprise_id, is_whole=True)
        shown = step(first, order, "issue_alone", reason="情况紧急，只有一人在场").json
        assert (shown["state"], shown["alone_because"]) == ("in_force", "情况紧急，只有一人在场")
        assert (states(principal), states(first)) == (["stopped"], ["stopped"])

    def test_holds_for_what_is_declared_later_too(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        step(first, prepared(first, enterprise_id, is_whole=True), "issue_alone", reason="紧急")
        declare(principal, enterprise_id, JOB)
        assert states(principal) == ["stopped"]

    def test_is_lifted_with_a_reason_and_the_work_goes_on(
        self, first: FlaskClient, second: FlaskClient, *, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, JOB)
        order = prepared(first, enterprise_id, is_whole=True)
        step(second, order, "countersign")
        assert step(second, order, "lift").json["code"] == "reason_missing"
        shown = step(second, order, "lift", reason="已整改复查").json
        assert (shown["state"], shown["lifted_because"], states(principal)) == ("lifted", "已整改复查", ["received"])
        assert [one["event"] for one in shown["steps"]] == ["countersign", "lift"]

    def test_leaves_stopped_what_another_order_still_stops(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, JOB)
        whole, named = (
            prepared(first, enterprise_id, **covers)
            for covers in ({"is_whole": True}, {"job_ids": [the_jobs(principal)[0]["id"]]})
        )
        for order in (whole, named):
            step(first, order, "issue_alone", reason="紧急")
        step(first, whole, "lift", reason="已整改")
        assert states(principal) == ["stopped"]

    def test_that_is_dropped_stops_nothing(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, JOB)
        order = prepared(first, enterprise_id, is_whole=True)
        assert step(first, order, "drop", reason="当场改正").json["state"] == "dropped"
        assert states(principal) == ["declared"]

    def test_is_not_changed_by_who_has_read_an_older_one(self, first: FlaskClient, enterprise_id: str) -> None:
        order = prepared(first, enterprise_id, is_whole=True)
        assert step(first, order, "drop", reason="误开", version=4).status_code == 409


class TestAPermit:
    def test_is_covered_by_an_order_that_names_it_or_everything(
        self, database: Database, first: FlaskClient, *, principal: FlaskClient, enterprise_id: str
    ) -> None:
        permit_id = applied(principal, enterprise_id)["id"]
        order = prepared(first, enterprise_id, permit_ids=[permit_id])
        step(first, order, "issue_alone", reason="紧急")
        with database.reading() as session:
            over = [orders_over(session, enterprise_id, permit_id=one) for one in (permit_id, new_id())]
        assert over == [[order["number"]], []]

    def test_is_found_by_its_id_among_others(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        named, _ = (applied(principal, enterprise_id)["id"] for _ in range(2))
        found = first.get(WORK, query_string={"ids": f"{named},{new_id()}"}).json["items"]
        assert [one["id"] for one in found] == [named]


class TestWhoMay:
    def test_is_an_officer_of_the_bureau(self, caller: Caller, enterprise_id: str) -> None:
        street = caller("subdistrict_officer", divisions=["331002001"])
        answer = street.post(ORDERS, json={"enterprise_id": enterprise_id, **WHY, "is_whole": True})
        assert (answer.status_code, answer.json["code"]) == (422, "officers_only")

    def test_is_not_the_enterprise_which_sees_its_own(
        self, first: FlaskClient, principal: FlaskClient, enterprise_id: str
    ) -> None:
        order = prepared(first, enterprise_id, is_whole=True)
        assert step(principal, order, "drop").status_code == 403
        [seen] = principal.get(ORDERS, query_string={"is_open": "true"}).json["items"]
        assert (seen["id"], seen["allowed"]) == (order["id"], [])

    def test_is_nobody_of_another_place(self, caller: Caller, first: FlaskClient, enterprise_id: str) -> None:
        order = prepared(first, enterprise_id, is_whole=True)
        elsewhere = caller(subject="third", divisions=["331003"])
        assert elsewhere.get(f"{ORDERS}/{order['id']}").status_code == 404
        assert step(elsewhere, order, "countersign").status_code == 404
        assert elsewhere.get(ORDERS, query_string={"division": "331002"}).json["items"] == []

    @pytest.mark.parametrize("named", ["job_ids", "permit_ids"])
    def test_names_work_of_this_enterprise_only(self, first: FlaskClient, enterprise_id: str, named: str) -> None:
        answer = first.post(ORDERS, json={"enterprise_id": enterprise_id, **WHY, named: [new_id()]})
        assert (answer.status_code, answer.json["code"]) == (404, "work_not_found")
