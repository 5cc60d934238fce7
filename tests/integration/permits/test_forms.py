"""What the forms of hazardous work ask, and what follows from answers before anything is applied for."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.database import Database
from tests.integration.permits.conftest import PERMITS, Caller, known_enterprise

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
FORMS = f"{PERMITS}/forms"
NO = dict.fromkeys(("fixed_hot_work_area", "operating_plant", "major_hazard_dike", "pipe_rack", "risk_place"), False)
HOT_WORK = {"ruleset": "gb30871-2022", "kind": "hot_work", "facts": NO}
METHANE = {"gas": "methane", "value": "10", "unit": "lel_pct", "purpose": "hot_work"}
DAYS = {"starts_at": "2026-11-24T09:00:00+08:00", "ends_at": "2026-11-24T17:00:00+08:00"}


@pytest.fixture
def client(caller: Caller) -> FlaskClient:
    return caller("bureau_officer")


def preview(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    answer = client.post(f"{FORMS}/preview", json=HOT_WORK | changes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


class TestForms:
    @pytest.mark.parametrize(("ruleset", "is_binding"), [("gb30871-2022", True), ("general-industry", False)])
    def test_hold_eight_kinds_with_106_measures(self, client: FlaskClient, ruleset: str, is_binding: bool) -> None:
        found = client.get(FORMS, query_string={"ruleset": ruleset}).json

        assert found["ruleset"]["is_binding"] is is_binding
        assert (len(found["kinds"]), len(found["measures"])) == (8, 106)

    def test_of_no_such_rules_are_refused(self, client: FlaskClient) -> None:
        assert client.get(FORMS, query_string={"ruleset": "osha"}).status_code == 422


class TestEnterprise:
    @pytest.mark.parametrize(
        ("facts", "ruleset"),
        [({"industry": "C2614"}, "gb30871-2022"), ({"industry": "C3311"}, "general-industry")],
        ids=["chemicals", "metal"],
    )
    def test_is_told_which_rules_it_works_under(
        self, client: FlaskClient, database: Database, facts: dict[str, str], ruleset: str
    ) -> None:
        enterprise_id = known_enterprise(database, **facts)

        assert client.get(f"{PERMITS}/enterprises/{enterprise_id}").json["ruleset"] == ruleset


class TestPreview:
    def test_tells_level_reason_time_and_signatures(self, client: FlaskClient) -> None:
        found = preview(client, **DAYS, facts={**NO, "risk_place": True})

        assert (found["level"]["level"], found["level"]["clause"]) == ("L1", "5.1.3")
        assert found["validity"]["max_hours"] == 8
        assert [one["role"] for one in found["chain"]][:3] == ["work_leader", "unit", "safety_dept"]

    def test_climbs_on_a_public_holiday(self, client: FlaskClient) -> None:
        window = {"starts_at": "2026-10-01T09:00:00+08:00", "ends_at": "2026-10-01T17:00:00+08:00"}

        found = preview(client, **window)

        assert (found["computed"], found["level"]["level"]) == ("L2", "L1")
        assert [one["id"] for one in found["level"]["because"]] == ["other_hot_work", "rest_day"]

    def test_names_what_nobody_answered(self, client: FlaskClient) -> None:
        assert preview(client, facts={})["level"]["unanswered"] == ["operating_plant"]

    def test_of_work_without_a_permit_ends_there(self, client: FlaskClient) -> None:
        found = preview(client, facts={"fixed_hot_work_area": True})

        assert (found["level"]["is_permit_needed"], "chain" in found) == (False, False)

    def test_suggests_measures_and_never_that_one_is_not_involved(self, client: FlaskClient) -> None:
        found = preview(client, facts={**NO, "gas_welding": True, "electric_welding": False})

        answers = {one["number"]: one["suggested"] for one in found["measures"]}
        assert (answers[7], answers[9]) == ("involved", "unanswered")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"kind": "gardening"}, "kind"),
            ({"facts": {"height_m": "x" * 201}}, "facts.height_m.value"),
            ({"facts": {"height_m": 10_000_000}}, "facts.height_m.value"),
            ({"facts": {"Height": 1}}, "facts.Height.key"),
            ({"starts_at": DAYS["ends_at"], "ends_at": DAYS["starts_at"]}, "ends_at"),
            ({"starts_at": "2026-01-01T00:00:00+08:00", "ends_at": "2026-03-01T00:00:00+08:00"}, "ends_at"),
        ],
        ids=["kind", "long", "great", "name", "reversed", "two months"],
    )
    def test_names_the_field_that_is_wrong(self, client: FlaskClient, changes: dict[str, Any], field: str) -> None:
        answer = client.post(f"{FORMS}/preview", json=HOT_WORK | changes)

        assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, [field])

    def test_asks_for_the_height(self, client: FlaskClient) -> None:
        answer = client.post(f"{FORMS}/preview", json={**HOT_WORK, "kind": "height"})

        assert (answer.status_code, answer.json["code"]) == (422, "height_missing")


class TestGas:
    def test_is_told_in_the_unit_of_its_limit(self, client: FlaskClient) -> None:
        """§8.7: 10 %LEL of methane is 0.5 per cent by volume."""
        verdict = client.post(f"{FORMS}/gas", json=METHANE).json["verdict"]

        assert (verdict["value"], verdict["limit"], verdict["is_acceptable"]) == (0.5, 0.5, True)

    def test_with_a_recalled_limit_says_so(self, client: FlaskClient) -> None:
        body = {"gas": "hydrogen_sulphide", "value": "12", "unit": "mg_m3", "purpose": "confined_space"}

        verdict = client.post(f"{FORMS}/gas", json=body).json["verdict"]

        assert (verdict["is_acceptable"], verdict["is_verified"]) == (False, False)

    def test_in_a_unit_that_says_nothing_is_refused(self, client: FlaskClient) -> None:
        answer = client.post(f"{FORMS}/gas", json={**METHANE, "unit": "mg_m3"})

        assert (answer.status_code, answer.json["code"]) == (422, "unit_not_usable")
