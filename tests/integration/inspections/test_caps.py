"""The yearly cap of on-site checks, where officers and systems ask for one more."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, graded, known_enterprise
from tests.support.racing import at_once

TASKS = f"{INSPECTIONS}/tasks"
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def begin(client: FlaskClient, enterprise_id: str, cause: str, basis: str = "") -> Any:
    return client.post(TASKS, json={"enterprise_id": enterprise_id, "cause": cause, "basis": basis})


def cap_of(client: FlaskClient, enterprise_id: str, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{INSPECTIONS}/enterprises/{enterprise_id}/cap{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


class TestTheLastPlace:
    def test_is_taken_by_one_of_two_officers(
        self, app: Flask, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        """国办发〔2024〕54号: whoever asks waits for the row of the enterprise; both databases."""
        graded(database, enterprise_id, 3)
        officers = [caller(subject=f"officer-{number}") for number in range(2)]

        answers = at_once(lambda number: begin(officers[number], enterprise_id, "plan"), threads=2)

        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert [answer.json["code"] for answer in answers if answer.status_code == 422] == ["cap_reached"]
        assert cap_of(officers[0], enterprise_id)["had"] == 1


@on_sqlite
class TestCap:
    def test_refuses_a_third_check_and_names_the_two(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        """国办发〔2024〕54号: a complaint is counted apart, a third planned check is refused."""
        graded(database, enterprise_id, 1)
        officer = caller()
        made = [begin(officer, enterprise_id, cause, "12350-77").json["id"] for cause in ("plan", "complaint", "draw")]

        answer = begin(officer, enterprise_id, "plan")

        assert (answer.status_code, answer.json["code"]) == (422, "cap_reached")
        assert [one["id"] for one in answer.json["facts"]["checks"]] == [made[0], made[2]]
        assert begin(officer, enterprise_id, "monitoring", "DEV-7").json["cause"] == "monitoring"

    def test_is_shown_with_what_counts_and_what_is_apart(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        graded(database, enterprise_id, 1)
        officer = caller()
        for cause in ("plan", "complaint"):
            begin(officer, enterprise_id, cause, "12350-77")

        shown = cap_of(officer, enterprise_id)

        assert (shown["had"], shown["cap"], shown["level"]) == (1, 2, 1)
        assert [(one["cause"], one["authority"]) for one in shown["counted"]] == [("plan", "331002")]
        assert [(one["cause"], one["basis"]) for one in shown["apart"]] == [("complaint", "12350-77")]

    def test_begins_anew_with_each_year(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        graded(database, enterprise_id, 1)
        officer = caller()
        begin(officer, enterprise_id, "plan")
        years = [business_date(NOW).year + later for later in (0, 1)]
        assert [cap_of(officer, enterprise_id, f"?year={year}")["had"] for year in years] == [1, 0]

    def test_hides_the_basis_from_the_enterprise(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        """安全生产法 第七十三条: who reported is not told."""
        begin(caller(), enterprise_id, "complaint", "12350-77")
        shown = cap_of(caller("enterprise_user", enterprise_id=enterprise_id, divisions=[]), enterprise_id)
        assert [(one["cause"], one["basis"]) for one in shown["apart"]] == [("complaint", "")]

    def test_is_not_shown_outside_the_area(self, database: Database, caller: Caller) -> None:
        elsewhere = known_enterprise(database, division="331003001001", subdistrict="331003001")
        assert caller().get(f"{INSPECTIONS}/enterprises/{elsewhere}/cap").status_code == 404


@on_sqlite
class TestCause:
    def test_is_asked_of_the_bureau(self, caller: Caller, enterprise_id: str) -> None:
        answer = caller().post(TASKS, json={"enterprise_id": enterprise_id})
        assert (answer.status_code, answer.json["code"]) == (422, "unknown_cause")

    def test_needs_a_basis_where_it_is_counted_apart(self, caller: Caller, enterprise_id: str) -> None:
        answer = begin(caller(), enterprise_id, "accident")
        assert (answer.status_code, answer.json["code"]) == (422, "basis_missing")

    def test_is_named_with_whether_it_counts(self, caller: Caller) -> None:
        """国办发〔2024〕54号: what is planned or drawn counts, a clue does not."""
        causes = {one["id"]: one for one in caller().get(f"{INSPECTIONS}/causes").json["items"]}
        assert [name for name, one in causes.items() if one["is_counted"]] == ["plan", "draw"]
        assert (causes["complaint"]["zh"], causes["complaint"]["en"]) == ("投诉举报", "complaint")
