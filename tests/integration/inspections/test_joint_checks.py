"""Joint checks: one on-site check for the cap, one record with the part of each agency."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.inspections.domain.schedules import Period
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.conftest import INSPECTIONS, Caller, graded, known_enterprise

JOINT = f"{INSPECTIONS}/joint-checks"
PARTS = [{"agency": "应急管理局", "subject": "安全生产"}, {"agency": "消防救援大队", "subject": "消防安全"}]
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def begin(client: FlaskClient, enterprise_id: str, **changes: Any) -> Any:
    return client.post(JOINT, json={"enterprise_id": enterprise_id, "cause": "plan", "parts": PARTS} | changes)


class TestJointCheck:
    def test_is_one_check_of_several_agencies(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        """国办发〔2024〕54号: merged checks count once; both databases."""
        graded(database, enterprise_id, 4)
        officer = caller()
        one = begin(officer, enterprise_id).json

        cap = officer.get(f"{INSPECTIONS}/enterprises/{enterprise_id}/cap").json

        assert (cap["had"], [row["id"] for row in cap["counted"]]) == (1, [one["task_id"]])
        assert [(part["agency"], part["is_lead"]) for part in one["parts"]] == [
            ("应急管理局", True),
            ("消防救援大队", False),
        ]
        again = begin(officer, enterprise_id)
        assert (again.status_code, again.json["code"]) == (422, "cap_reached")

    def test_is_written_down_part_by_part(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        graded(database, enterprise_id, 4)
        officer = caller()
        one = begin(officer, enterprise_id).json["id"]
        for agency in ("消防救援大队", "应急管理局"):
            written = officer.post(f"{JOINT}/{one}/parts", json={"agency": agency, "result": "合格"})
            assert written.status_code == 200, written.text
        shown = officer.get(f"{JOINT}/{one}").json
        assert (shown["is_complete"], {part["entered_by"] for part in shown["parts"]}) == (True, {"a-bureau_officer"})
        assert [row["id"] for row in officer.get(f"{JOINT}?enterprise_id={enterprise_id}").json["items"]] == [one]


@on_sqlite
class TestPlanned:
    def test_is_the_check_of_the_month_and_joint_once(
        self, database: Database, caller: Caller, enterprise_id: str
    ) -> None:
        graded(database, enterprise_id, 4)
        now = datetime.now(UTC)
        month = Period(business_date(now), business_date(now))
        with database.transaction() as session:
            planned = make_task(session, NewTask(enterprise_id, 4, "plan", month, cause="plan"), now=now)
        officer = caller()

        one, again = begin(officer, enterprise_id), begin(officer, enterprise_id)

        assert one.json["task_id"] == planned
        assert (again.status_code, again.json["code"]) == (409, "joint_already")


@on_sqlite
class TestRefusal:
    def test_of_an_agency_that_has_no_part(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        graded(database, enterprise_id, 4)
        officer = caller()
        one = begin(officer, enterprise_id).json["id"]
        answer = officer.post(f"{JOINT}/{one}/parts", json={"agency": "税务局", "result": "合格"})
        assert (answer.status_code, answer.json["code"]) == (404, "agency_unknown")

    def test_of_who_does_not_lead(self, database: Database, caller: Caller, enterprise_id: str) -> None:
        graded(database, enterprise_id, 4)
        one = begin(caller(), enterprise_id).json["id"]
        worker = caller("subdistrict_officer")
        answer = worker.post(f"{JOINT}/{one}/parts", json={"agency": "消防救援大队", "result": "合格"})
        assert (answer.status_code, answer.json["code"]) == (422, "authority_only")

    def test_outside_the_area(self, database: Database, caller: Caller) -> None:
        elsewhere = known_enterprise(database, division="331003001001", subdistrict="331003001")
        graded(database, elsewhere, 4)
        one = begin(caller(divisions=["331003"]), elsewhere).json["id"]
        assert begin(caller(), elsewhere).status_code == 404
        assert caller().get(f"{JOINT}/{one}").status_code == 404
