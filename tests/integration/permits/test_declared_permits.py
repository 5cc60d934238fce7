"""A permit declares itself and ends what it declared; an order in force suspends permits and keeps them so."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from tests.integration.permits.conftest import Caller, known_enterprise
from tests.integration.permits.permitting import applied, sent, shown, started, taken
from tests.integration.permits.test_declarations import the_jobs
from tests.integration.permits.test_stop_orders import prepared, step


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database, industry="C2614")


@pytest.fixture
def foreman(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_safety_officer", subject="foreman", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def approver(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", subject="approver", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def officer(caller: Caller) -> FlaskClient:
    return caller()


@pytest.fixture
def live(foreman: FlaskClient, approver: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    """Return a permit whose work goes on."""
    one = applied(foreman, enterprise_id)
    started(foreman, approver, one)
    return one


class TestAPermit:
    def test_declares_itself_once_and_is_not_green_for_want_of_answers(
        self, foreman: FlaskClient, enterprise_id: str, officer: FlaskClient
    ) -> None:
        one = applied(foreman, enterprise_id)
        drafted = the_jobs(officer)
        taken(foreman, one, "submit")
        [job] = the_jobs(officer)
        assert (drafted, job["permit_id"], job["kind"]) == ([], one["id"], "hot_work")
        assert job["colour"] != "green"
        assert "hot_work_near_fuel" in [why["id"] for why in job["open_rules"]]

    def test_that_is_withdrawn_takes_its_work_back(
        self, foreman: FlaskClient, enterprise_id: str, officer: FlaskClient
    ) -> None:
        one = applied(foreman, enterprise_id)
        taken(foreman, one, "submit")
        taken(foreman, one, "withdraw", reason="改期")
        assert [job["state"] for job in the_jobs(officer)] == ["withdrawn"]


class TestAnOrder:
    @pytest.mark.parametrize("is_whole", [True, False], ids=["everything", "named"])
    def test_suspends_live_permits_until_it_is_lifted(
        self, foreman: FlaskClient, officer: FlaskClient, *, live: dict[str, Any], enterprise_id: str, is_whole: bool
    ) -> None:
        covers = {"is_whole": True} if is_whole else {"permit_ids": [live["id"]]}
        order = prepared(officer, enterprise_id, **covers)
        before = shown(foreman, live)["state"]
        step(officer, order, "issue_alone", reason="只有一人在场")
        stopped = shown(foreman, live)
        refused = sent(foreman, live, "resume", cleared="已整改", ventilated=True, wind_force=2)
        assert (before, stopped["state"], stopped["cause"]) == ("active", "suspended", "stop_order")
        assert (refused.status_code, refused.json["code"]) == (422, "production_halted")

    def test_leaves_permits_alone_that_it_does_not_name(
        self, foreman: FlaskClient, officer: FlaskClient, live: dict[str, Any], *, enterprise_id: str
    ) -> None:
        other = applied(foreman, enterprise_id)
        order = prepared(officer, enterprise_id, permit_ids=[other["id"]])
        step(officer, order, "issue_alone", reason="只有一人在场")
        assert shown(foreman, live)["state"] == "active"
