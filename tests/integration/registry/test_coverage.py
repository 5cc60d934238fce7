"""Coverage: of the enterprises that owe a contract, how many have a live one (§3.1: 40 → 70 → 100 %)."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.registry.tables import obligation
from shared.database import Database
from shared.database.bulk import insert_rows
from tests.integration.registry.conftest import BASE
from tests.integration.registry.intermediaries import ACTIONS, concluded, day, enterprise, send, today, working
from tests.support.callers import Signer


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=["331002"])


def owing(database: Database, *enterprises: str, ended: bool = False) -> None:
    rows = [
        {
            "enterprise_id": one,
            "duty": "contract",
            "rule": "decision",
            "basis": "",
            "frequency": "",
            "starts_on": today(),
            "ends_on": today() if ended else None,
            "end_reason": "",
        }
        for one in enterprises
    ]
    with database.transaction() as session:
        insert_rows(session, obligation, rows)


def figure(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get(f"{BASE}/coverage").get_json())


class TestCoverage:
    def test_counts_those_that_owe_and_those_that_have(self, officer: FlaskClient, database: Database) -> None:
        mine, other, later, free = (enterprise(officer, number) for number in (1, 2, 3, 4))
        there = enterprise(officer, 5, address="椒江区三甲街道样例路")
        owing(database, mine, other, later, there)
        owing(database, free, ended=True)
        firm = working(officer)
        for number, one in enumerate((mine, free)):
            concluded(officer, firm, one, number=f"合同-{number}")
        concluded(officer, firm, later, number="合同-9", starts_on=day(3))

        assert figure(officer) == {
            "owing": 4,
            "covered": 1,
            "share": 0.25,
            "by_subdistrict": [
                {"division": "331002004", "owing": 3, "covered": 1},
                {"division": "331002005", "owing": 1, "covered": 0},
            ],
        }

    def test_falls_when_a_contract_ends(self, officer: FlaskClient, database: Database) -> None:
        one = enterprise(officer)
        owing(database, one)
        contract = concluded(officer, working(officer), one).get_json()
        before = figure(officer)["share"]
        send(officer, contract, "/end", kind="contracts", reason="解除")

        assert (before, figure(officer)["share"]) == (1.0, 0.0)

    def test_is_that_of_the_own_area(
        self, officer: FlaskClient, database: Database, app: Flask, signer: Signer
    ) -> None:
        owing(database, enterprise(officer), enterprise(officer, 5, address="椒江区三甲街道样例路"))
        street = signer.client(app, actions=ACTIONS, divisions=["331002004"])
        stranger = signer.client(app, actions=ACTIONS, divisions=["331003"])

        assert (figure(street)["owing"], figure(stranger)) == (
            1,
            {"owing": 0, "covered": 0, "share": None, "by_subdistrict": []},
        )
