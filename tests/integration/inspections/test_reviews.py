"""Reports looked at again, how intermediaries do, and complaints about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.inspections.domain.reviews import half_of, moments_of
from services.inspections.subscriptions import on_enterprises_merged
from services.inspections.tables import complaint, review, sample_draw, visit
from services.inspections.use_cases.complaints import note_complaint_due
from shared.clock import business_date
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from tests.integration.inspections.agencies import VISITS, Agency, contracted, step
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    known_enterprise,
    photo_of,
    run_clock,
)
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
REVIEWS, COMPLAINTS = f"{INSPECTIONS}/reviews", f"{INSPECTIONS}/complaints"
HALF = half_of(business_date(NOW))


@pytest.fixture
def agency(database: Database, caller: Caller) -> Agency:
    """Return an intermediary with one reported visit."""
    one = contracted(database, caller)
    one.reported(one.planned()["id"])
    return one


def many(database: Database, agency: Agency, count: int) -> None:
    """Let so many more visits of the intermediary be reported."""
    visits = [agency.arranged() for _ in range(count)]
    with database.transaction() as session:
        session.execute(update(visit).where(visit.c.id.in_(visits)).values(state="reported", reported_at=NOW))


def draw(caller: Caller, agency: Agency) -> Any:
    return caller().post(f"{REVIEWS}/draw", json={"half_year": HALF, "intermediary_id": agency.id})


def drawn(caller: Caller, agency: Agency) -> str:
    draw(caller, agency)
    [one] = caller().get(f"{REVIEWS}?intermediary_id={agency.id}").json["items"]
    return str(one["id"])


class TestDrawing:
    def test_draws_what_is_missing_and_no_more(self, database: Database, caller: Caller, agency: Agency) -> None:
        many(database, agency, 19)
        assert draw(caller, agency).json == {"drawn": 3}
        assert draw(caller, agency).json == {"drawn": 0}
        many(database, agency, 1)
        assert draw(caller, agency).json == {"drawn": 1}
        with database.reading() as session:
            assert len(set(session.scalars(select(review.c.visit_id)))) == 4

    def test_is_for_the_bureau(self, caller: Caller, agency: Agency) -> None:
        body = {"half_year": HALF, "intermediary_id": agency.id}
        answer = caller("subdistrict_officer").post(f"{REVIEWS}/draw", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "officers_only")

    def test_can_be_done_again_by_anybody(self, database: Database, caller: Caller, agency: Agency) -> None:
        many(database, agency, 9)
        draw(caller, agency)
        one = caller().get(REVIEWS).json["items"][0]["id"]
        shown = caller().get(f"{REVIEWS}/{one}").json["draw"]
        assert (shown["is_replayed"], shown["drawn"], shown["reported"], shown["percent"]) == (True, 2, 10, 15)
        with database.transaction() as session:
            session.execute(update(sample_draw).values(seed="another"))
            session.execute(update(sample_draw).values(pool=[*session.scalar(select(sample_draw.c.pool)), "x"]))
        assert caller().get(f"{REVIEWS}/{one}").json["draw"]["is_replayed"] is False

    def test_is_made_up_for_by_the_clock_when_the_half_year_ends(self, database: Database, agency: Agency) -> None:
        run_clock(database, now=moments_of(HALF)[1] - timedelta(seconds=1))
        with database.reading() as session:
            assert session.scalars(select(review.c.id)).all() == []
        run_clock(database, now=moments_of(HALF)[1])
        with database.reading() as session:
            assert session.execute(select(sample_draw.c.by, sample_draw.c.half_year)).all() == [("clock", HALF)]


class TestReviewing:
    def test_agrees_with_a_report(self, caller: Caller, agency: Agency) -> None:
        worker, one = caller("grid_worker"), drawn(caller, agency)
        assert worker.get(f"{REVIEWS}/{one}").json["may_decide"] is True
        photo = photo_of(worker, agency.enterprise_id)
        body = {"agrees": True, "remark": "现场核实", "photos": [photo], "version": 1}
        answer = worker.post(f"{REVIEWS}/{one}/decide", json=body)
        assert (answer.json["state"], answer.json["by"], answer.json["photos"]) == ("agrees", "a-grid_worker", [photo])
        assert worker.get(f"{REVIEWS}/{one}").json["may_decide"] is False

    def test_refutes_a_report_with_a_ground(self, caller: Caller, agency: Agency) -> None:
        one = drawn(caller, agency)
        body = {"agrees": False, "remark": "门卫称无人来过", "ground": "not_there"}
        assert caller("subdistrict_officer").post(f"{REVIEWS}/{one}/decide", json=body).json["ground"] == "not_there"
        answers = [caller().post(f"{REVIEWS}/{one}/decide", json=body | {"version": seen}) for seen in (1, 2)]
        assert [(one.status_code, one.json["code"]) for one in answers] == [
            (409, "review_changed"),
            (409, "already_reviewed"),
        ]

    def test_is_overdue_when_nobody_has_decided_in_time(
        self, database: Database, caller: Caller, agency: Agency
    ) -> None:
        one, address = drawn(caller, agency), f"{REVIEWS}?is_overdue=true"
        assert caller().get(address).json["items"] == []
        with database.transaction() as session:
            session.execute(update(review).values(due_at=NOW - timedelta(seconds=1)))
        assert [(row["id"], row["is_overdue"]) for row in caller().get(address).json["items"]] == [(one, True)]
        caller().post(f"{REVIEWS}/{one}/decide", json={"agrees": True, "remark": "现场核实"})
        assert caller().get(address).json["items"] == []

    def test_is_hidden_from_other_intermediaries_and_areas(self, caller: Caller, agency: Agency) -> None:
        one = drawn(caller, agency)
        others = [caller("grid_worker", divisions=["331003"]), caller("grid_worker", intermediary_id=new_id())]
        assert [client.get(f"{REVIEWS}/{one}").json["code"] for client in others] == ["review_not_found"] * 2

    def test_names_its_grounds(self, caller: Caller) -> None:
        grounds = caller().get(f"{REVIEWS}/grounds").json["items"]
        assert [one["id"] for one in grounds if one["is_false"]] == ["false_report", "not_there"]


class TestStandings:
    def test_show_reports_faults_reviews_stars_and_complaints(
        self, database: Database, caller: Caller, agency: Agency
    ) -> None:
        one, [visited] = drawn(caller, agency), caller().get(f"{VISITS}?state=reported").json["items"]
        caller().post(f"{REVIEWS}/{one}/decide", json={"agrees": False, "remark": "不实", "ground": "false_report"})
        step(agency.owner, visited["id"], "countersign", signed=True)
        step(agency.owner, visited["id"], "rate", stars=4)
        body = {"visit_id": visited["id"], "subject": "careless", "description": "没有进车间检查"}
        assert agency.owner.post(COMPLAINTS, json=body).status_code == 201
        major = {"enterprise_id": agency.enterprise_id, "description": "未泄爆", "place": "打磨间", "item": "GM-11-03"}
        caller("grid_worker").post(f"{INSPECTIONS}/hazards", json=major)
        run_clock(database, now=datetime.now(UTC))

        [shown] = caller().get(f"{REVIEWS}/standings?half_year={HALF}").json["items"]

        faults = {row["id"]: (row["visits"], row["points"]) for row in shown.pop("faults")}
        assert faults == {"report_late": (0, 0), "unreal": (0, 0), "missed_major": (1, 10), "false_report": (1, 20)}
        assert shown == {
            "intermediary_id": agency.id, "reported": 1, "flagged": 1, "stars": 4.0, "rated": 1, "needed": 1,
            "drawn": 1, "decided": 1, "refuted": 1, "agreed_share": 0.0, "complaints": 1, "upheld": 0, "points": 70,
            "grade": "C",
        }  # fmt: skip

    @pytest.mark.parametrize(("fault", "count"), [("unreal", 1), ("report_late", 0), ("missed_major", 0)])
    def test_open_their_rows(self, database: Database, caller: Caller, fault: str, count: int) -> None:
        agency = contracted(database, caller)
        agency.reported(agency.planned()["id"], minutes=10)
        [shown] = agency.inspector.get(f"{REVIEWS}/standings?half_year={HALF}").json["items"]
        assert {row["id"]: row["visits"] for row in shown["faults"]}[fault] == count
        found = agency.inspector.get(f"{VISITS}?half_year={HALF}&fault={fault}").json["items"]
        assert len(found) == count

    def test_ask_for_a_half_year(self, caller: Caller) -> None:
        assert caller().get(f"{REVIEWS}/standings?half_year=2026").status_code == 422


class TestComplaint:
    @pytest.fixture
    def complaint_id(self, agency: Agency) -> str:
        """Return a complaint of the enterprise about its visit."""
        [visited] = agency.owner.get(VISITS).json["items"]
        body = {"visit_id": visited["id"], "subject": "not_there", "description": "没有人来过"}
        answer = agency.owner.post(COMPLAINTS, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def test_is_responded_to_examined_and_answered(self, caller: Caller, agency: Agency, complaint_id: str) -> None:
        address, officer = f"{COMPLAINTS}/{complaint_id}/steps", caller("subdistrict_officer")
        for client, body in (
            (agency.inspector, {"event": "respond", "answer": "当天已到场"}),
            (officer, {"event": "examine", "reason": "调取监控"}),
            (officer, {"event": "uphold", "answer": "监控显示无人到场", "version": 3}),
        ):
            answer = client.post(address, json=body)
            assert answer.status_code == 200, answer.text
        shown = agency.owner.get(f"{COMPLAINTS}/{complaint_id}").json
        assert (shown["state"], shown["response"], shown["answer"]) == ("upheld", "当天已到场", "监控显示无人到场")
        assert [one["event"] for one in shown["steps"]] == ["respond", "examine", "uphold"]
        assert shown["allowed"] == []

    def test_is_made_by_the_enterprise(self, caller: Caller, agency: Agency) -> None:
        [visited] = agency.owner.get(VISITS).json["items"]
        body = {"visit_id": visited["id"], "subject": "other", "description": "没有人来过"}
        answer = caller("grid_worker").post(COMPLAINTS, json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "enterprise_only")

    def test_is_overdue_after_ten_working_days(self, database: Database, caller: Caller, complaint_id: str) -> None:
        run_clock(database, now=NOW + timedelta(days=7))
        assert caller().get(f"{COMPLAINTS}?is_overdue=true").json["items"] == []
        run_clock(database, now=NOW + timedelta(days=30))
        [late] = caller().get(f"{COMPLAINTS}?is_overdue=true").json["items"]
        assert (late["id"], late["is_open"]) == (complaint_id, True)

    def test_may_be_rejected_after_its_time(self, database: Database, caller: Caller, complaint_id: str) -> None:
        run_clock(database, now=NOW + timedelta(days=30))
        address = f"{COMPLAINTS}/{complaint_id}/steps"
        stale = caller().post(address, json={"event": "reject", "answer": "已核实到场", "version": 1})
        assert (stale.status_code, stale.json["code"]) == (409, "complaint_changed")
        assert caller().post(address, json={"event": "reject", "answer": "已核实到场"}).json["state"] == "unfounded"
        with database.transaction() as session:
            note_complaint_due(session, complaint_id, now=NOW + timedelta(days=60))
        steps = caller().get(f"{COMPLAINTS}/{complaint_id}").json["steps"]
        assert [one["event"] for one in steps] == ["overdue", "reject"]

    def test_is_hidden_from_other_areas(self, caller: Caller, complaint_id: str) -> None:
        stranger = caller("grid_worker", divisions=["331003"])
        assert stranger.get(f"{COMPLAINTS}/{complaint_id}").json["code"] == "complaint_not_found"

    def test_names_its_subjects(self, caller: Caller) -> None:
        assert caller().get(f"{COMPLAINTS}/subjects").json["items"][0]["id"] == "not_there"

    def test_follows_a_merge(self, database: Database, caller: Caller, agency: Agency, complaint_id: str) -> None:
        drawn(caller, agency)
        kept = known_enterprise(database)
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(agency.enterprise_id,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=NOW)
        with database.reading() as session:
            assert [session.scalar(select(one.c.enterprise_id)) for one in (review, complaint)] == [kept, kept]
