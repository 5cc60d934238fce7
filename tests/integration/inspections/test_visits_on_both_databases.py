"""The story of a visit on SQLite and PostgreSQL: planned, reported, drawn, looked at again, complained of, counted."""

from datetime import UTC, datetime

from services.inspections.domain.reviews import half_of
from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.agencies import GATE, VISITS, contracted, refused, step
from tests.integration.inspections.conftest import INSPECTIONS, NOW, Caller, names_of, run_clock, told
from tests.support.racing import at_once

REVIEWS, COMPLAINTS = f"{INSPECTIONS}/reviews", f"{INSPECTIONS}/complaints"
HALF = half_of(business_date(NOW))


class TestAVisit:
    def test_is_made_reviewed_and_counted(self, database: Database, caller: Caller) -> None:
        agency = contracted(database, caller)
        one, officer = agency.planned()["id"], caller()
        agency.reported(one, minutes=30)
        step(agency.owner, one, "countersign", signed=True)
        step(agency.owner, one, "rate", stars=5)
        draw = {"half_year": HALF, "intermediary_id": agency.id}
        assert officer.post(f"{REVIEWS}/draw", json=draw).json == {"drawn": 1}
        [review] = officer.get(f"{REVIEWS}?state=drawn").json["items"]
        decided = {"agrees": False, "remark": "不实", "ground": "careless"}
        assert officer.post(f"{REVIEWS}/{review['id']}/decide", json=decided).json["state"] == "refuted"
        complaint = {"visit_id": one, "subject": "careless", "description": "没有进车间"}
        assert agency.owner.post(COMPLAINTS, json=complaint).status_code == 201
        major = {"enterprise_id": agency.enterprise_id, "description": "未泄爆", "place": "打磨间", "item": "GM-11-03"}
        caller("grid_worker").post(f"{INSPECTIONS}/hazards", json=major)
        run_clock(database, now=datetime.now(UTC))

        [shown] = officer.get(f"{REVIEWS}/standings?half_year={HALF}").json["items"]

        faults = {row["id"]: row["visits"] for row in shown["faults"]}
        assert faults == {"report_late": 0, "unreal": 1, "missed_major": 1, "false_report": 0}
        assert (shown["points"], shown["stars"], shown["complaints"], shown["refuted"]) == (85, 5.0, 1, 1)
        assert [row["id"] for row in officer.get(f"{VISITS}?fault=missed_major&half_year={HALF}").json["items"]] == [
            one
        ]
        assert officer.get(f"{VISITS}/figures?half_year={HALF}").json["flagged"] == 1
        assert officer.get(f"{REVIEWS}/{review['id']}").json["draw"]["is_replayed"] is True

    def test_of_somebody_who_is_elsewhere_is_refused(self, database: Database, caller: Caller) -> None:
        agency = contracted(database, caller)
        other = contracted(database, caller, agency_id=agency.id)
        step(agency.inspector, agency.planned()["id"], "start", **GATE)
        assert refused(other.inspector, other.planned()["id"], "start", **GATE) == (409, "inspector_elsewhere")
        assert names_of(told(database, "visit_started")) == ["visit_started"]

    def test_is_begun_once_by_somebody_with_two_phones(self, database: Database, caller: Caller) -> None:
        """Both start at the same moment at different gates: one of them waits, and is refused."""
        first = contracted(database, caller)
        agencies = [first, *(contracted(database, caller, agency_id=first.id) for _ in range(3))]
        visits = [agency.planned()["id"] for agency in agencies]

        def start(number: int) -> int:
            body = {"event": "start", **GATE}
            return agencies[number].inspector.post(f"{VISITS}/{visits[number]}/steps", json=body).status_code

        assert sorted(at_once(start, threads=4)) == [200, 409, 409, 409]
