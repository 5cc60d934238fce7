"""Visits of intermediaries: planned by the contract, geo check-in and check-out, report, signature, rating, marks."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.inspections.subscriptions import on_enterprises_merged, on_service_contract
from services.inspections.tables import service_contract, task, visit
from shared.contracts.registry import EnterprisesMerged, ServiceContractStarted
from shared.database import Database
from shared.errors import NotYet
from shared.ids import new_id
from tests.integration.inspections.agencies import (
    FAR,
    GATE,
    VISITS,
    Agency,
    before,
    contracted,
    kinds,
    refused,
    step,
    told_of_contract,
    visit_rows,
)
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    graded,
    known_enterprise,
    owes,
    run_clock,
    staffed,
    told,
)
from tests.support.events import received

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def agency(database: Database, caller: Caller) -> Agency:
    """Return an intermediary that comes four times a year."""
    return contracted(database, caller)


class TestPlanning:
    def test_makes_one_visit_and_its_task_for_each_period(self, database: Database, agency: Agency) -> None:
        run_clock(database, now=NOW + timedelta(days=83))
        found = visit_rows(database)
        with database.reading() as session:
            tasks = session.execute(select(task.c.id, task.c.tier, task.c.owner).order_by(task.c.id)).all()
        assert [(row.task_id, row.first_day) for row in found] == [
            (one.id, row.first_day) for one, row in zip(tasks, found, strict=True)
        ]
        assert [(one.tier, one.owner) for one in tasks][1:] == [(2, "inspector")]
        assert (found[1].first_day - found[0].first_day).days == 91

    def test_takes_over_the_task_that_a_duty_has_made(self, database: Database, caller: Caller) -> None:
        one = known_enterprise(database)
        graded(database, one, 1)
        owes(database, one, "contract", starts_on="2026-01-01", now=NOW)
        run_clock(database, now=NOW)
        agency_id = new_id()
        for contract_id in (new_id(), new_id()):
            told_of_contract(database, contract_id, (one, agency_id))
            run_clock(database, now=NOW)

        with database.reading() as session:
            tasks = session.execute(select(task.c.id, task.c.origin).order_by(task.c.id)).all()
        assert [row.task_id for row in visit_rows(database)] == [one.id for one in tasks]
        assert [one.origin for one in tasks] == ["visit", "visit"]

    def test_replaces_the_frequency_of_the_duty(self, database: Database, agency: Agency) -> None:
        """The contract says how often: the level makes no second task of the same tier."""
        graded(database, agency.enterprise_id, 1)
        owes(database, agency.enterprise_id, "contract", starts_on="2026-01-01", now=NOW)
        run_clock(database, now=NOW)
        with database.reading() as session:
            assert session.scalars(select(task.c.origin)).all() == ["visit"]

    def test_waits_for_the_beginning_and_makes_nothing_without_a_number(self, database: Database) -> None:
        one, contract_id = known_enterprise(database), new_id()
        told_of_contract(database, contract_id, (one, new_id()), visits_per_year=0)
        told_of_contract(database, new_id(), (one, new_id()), now=NOW - timedelta(days=20))
        run_clock(database, now=NOW - timedelta(days=20))
        assert visit_rows(database) == []
        run_clock(database, now=NOW)
        assert len(visit_rows(database)) == 1

    def test_ends_with_the_contract(self, database: Database, agency: Agency) -> None:
        sides = (agency.enterprise_id, agency.id)
        told_of_contract(database, agency.contract_id, sides, ends_at=NOW - timedelta(hours=1), sequence=2)
        run_clock(database, now=NOW)
        with database.reading() as session:
            assert [session.scalar(select(one.c.state)) for one in (visit, task)] == ["cancelled", "cancelled"]

    def test_leaves_a_task_alone_that_others_are_doing(self, database: Database, agency: Agency) -> None:
        with database.transaction() as session:
            session.execute(update(task).values(state="on_site"))
        sides = (agency.enterprise_id, agency.id)
        told_of_contract(database, agency.contract_id, sides, ends_at=NOW - timedelta(hours=1), sequence=2)
        run_clock(database, now=NOW)
        with database.reading() as session:
            assert [session.scalar(select(one.c.state)) for one in (visit, task)] == ["cancelled", "on_site"]

    def test_waits_for_an_enterprise_that_is_not_known_yet(self, database: Database) -> None:
        sides = {"enterprise_id": new_id(), "intermediary_id": new_id(), "contract_id": new_id()}
        event = ServiceContractStarted(**sides, starts_at=before(days=1), ends_at=NOW.isoformat())
        with pytest.raises(NotYet), database.transaction() as session:
            on_service_contract(session, received(event), now=NOW)

    def test_follows_a_merge(self, database: Database, agency: Agency) -> None:
        kept = known_enterprise(database)
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=kept, merged_ids=(agency.enterprise_id,))
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=NOW)
        with database.reading() as session:
            moved = [session.scalar(select(one.c.enterprise_id)) for one in (visit, service_contract)]
        assert moved == [kept, kept]


class TestArranging:
    def test_makes_a_task_of_today(self, agency: Agency) -> None:
        one = agency.inspector.get(f"{VISITS}/{agency.arranged()}").json
        assert (one["state"], one["first_day"]) == ("planned", one["last_day"])

    def test_for_a_task_gives_the_visit_that_is_there(self, agency: Agency) -> None:
        planned = agency.planned()
        body = {"enterprise_id": agency.enterprise_id, "task_id": planned["task_id"]}
        assert agency.inspector.post(VISITS, json=body).json["id"] == planned["id"]

    def test_asks_for_a_contract(self, agency: Agency, caller: Caller) -> None:
        answer = caller("grid_worker").post(VISITS, json={"enterprise_id": agency.enterprise_id})
        assert (answer.status_code, answer.json["code"]) == (422, "no_contract")

    def test_asks_for_a_task_of_its_tier(self, agency: Agency, caller: Caller) -> None:
        task_id = caller("grid_worker").post(f"{INSPECTIONS}/tasks", json={"enterprise_id": agency.enterprise_id})
        body = {"enterprise_id": agency.enterprise_id, "task_id": task_id.json["id"]}
        answer = agency.inspector.post(VISITS, json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "task_not_for_visits")


class TestCheckingIn:
    def test_begins_the_task_and_is_told(self, database: Database, agency: Agency) -> None:
        planned = agency.planned()
        started = step(agency.inspector, planned["id"], "start", **GATE)
        assert (started["state"], started["inspector"], started["flags"]) == ("started", "inspector", [])
        assert agency.inspector.get(f"{INSPECTIONS}/tasks/{planned['task_id']}").json["state"] == "on_site"
        [told_of] = told(database, "visit_started")
        assert (told_of["data"]["latitude"], told_of["data"]["is_proposal"]) == (28.67, False)

    def test_away_from_the_enterprise_is_marked(self, database: Database, agency: Agency) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", **(FAR | {"accuracy": 150}))
        assert kinds(agency, one) == ["imprecise", "outside_fence"]
        assert [mark["data"]["anomaly"] for mark in told(database, "visit_flagged")] == ["outside_fence", "imprecise"]
        assert len(agency.inspector.get(f"{VISITS}?flag=outside_fence&is_flagged=true").json["items"]) == 1
        assert agency.inspector.get(f"{VISITS}?is_flagged=false").json["items"] == []

    def test_proposes_a_place_where_none_is_known(self, database: Database, caller: Caller) -> None:
        agency = contracted(database, caller, location_precision="address")
        first = agency.planned()["id"]
        step(agency.inspector, first, "start", at=before(hours=3), **FAR)
        step(agency.inspector, first, "end", at=before(hours=1), **FAR)
        second = agency.arranged()
        step(agency.inspector, second, "start", **GATE)

        assert (kinds(agency, first), kinds(agency, second)) == ([], ["outside_fence"])
        [proposal] = agency.inspector.get(f"{VISITS}?proposes_place=true").json["items"]
        assert (proposal["id"], proposal["start_latitude"]) == (first, 28.77)

    def test_of_somebody_who_was_elsewhere_at_that_time_is_refused(
        self, database: Database, agency: Agency, caller: Caller
    ) -> None:
        """A phone without a network tells later: what overlaps is refused, whichever comes first."""
        other = contracted(database, caller, agency_id=agency.id)
        first, second = agency.planned()["id"], other.planned()["id"]
        step(agency.inspector, first, "start", at=before(hours=4), **GATE)
        step(agency.inspector, first, "end", at=before(hours=2), **GATE)
        assert refused(other.inspector, second, "start", at=before(hours=3), **GATE) == (409, "inspector_elsewhere")
        step(other.inspector, second, "start", at=before(hours=5), **GATE)
        assert refused(other.inspector, second, "end", at=before(hours=3), **GATE) == (409, "inspector_elsewhere")
        assert step(other.inspector, second, "end", at=before(hours=4), **GATE)["state"] == "ended"

    def test_after_an_impossible_journey_is_marked(self, database: Database, agency: Agency, caller: Caller) -> None:
        other = contracted(database, caller, agency_id=agency.id, latitude=28.77)
        first, second = agency.planned()["id"], other.planned()["id"]
        step(agency.inspector, first, "start", at=before(hours=4), **GATE)
        step(agency.inspector, first, "end", at=before(minutes=65), **GATE)
        step(other.inspector, second, "start", at=before(minutes=60), **FAR)
        assert kinds(other, second) == ["too_fast"]

    def test_of_a_colleague_takes_the_task_over(self, database: Database, agency: Agency, caller: Caller) -> None:
        staffed(database, "colleague", "intermediary_inspector", divisions=(), intermediary_id=agency.id)
        colleague = caller("intermediary_inspector", subject="colleague", divisions=[], intermediary_id=agency.id)
        one = agency.planned()
        started = step(colleague, one["id"], "start", companions=["inspector"], **GATE)
        assert started["people"] == ["colleague", "inspector"]
        assert agency.inspector.get(f"{INSPECTIONS}/tasks/{one['task_id']}").json["owner"] == "colleague"

    def test_with_a_stranger_is_refused(self, agency: Agency) -> None:
        one = agency.planned()["id"]
        assert refused(agency.inspector, one, "start", companions=["nobody"], **GATE) == (422, "companion_unknown")

    def test_is_the_only_way_to_begin_its_task(self, agency: Agency) -> None:
        address = f"{INSPECTIONS}/tasks/{agency.planned()['task_id']}"
        begun = {"event": "check_in", **{name: GATE[name] for name in ("longitude", "latitude")}}
        answer = agency.inspector.post(f"{address}/steps", json=begun)
        assert (answer.status_code, answer.json["code"]) == (422, "visit_missing")
        assert "check_in" not in agency.inspector.get(address).json["allowed"]

    def test_goes_on_where_the_task_has_begun(self, database: Database, agency: Agency) -> None:
        """A task that nobody took climbs to the subdistrict, whose officer comes without a visit."""
        with database.transaction() as session:
            session.execute(update(task).values(state="on_site"))
        assert step(agency.inspector, agency.planned()["id"], "start", **GATE)["state"] == "started"


class TestCheckingOut:
    @pytest.mark.parametrize(
        ("headcount", "minutes", "place", "marks"),
        [
            (20, 61, GATE, []),
            (20, 59, GATE, ["too_short"]),
            (400, 61, GATE, ["too_short"]),
            (400, 121, FAR, ["left_outside"]),
        ],
    )
    def test_is_judged_by_length_and_place(
        self, database: Database, caller: Caller, headcount: int, minutes: int, place: Any, marks: list[str]
    ) -> None:
        agency = contracted(database, caller, headcount=headcount)
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", at=before(minutes=minutes), **GATE)
        ended = step(agency.inspector, one, "end", at=NOW.isoformat(), **place)
        assert (ended["minutes"], kinds(agency, one)) == (minutes, marks)
        assert told(database, "visit_ended")[0]["data"]["minutes"] == minutes

    def test_that_nobody_does_the_clock_does_after_twelve_hours(self, database: Database, agency: Agency) -> None:
        one = agency.planned()["id"]
        step(agency.inspector, one, "start", at=before(hours=12), **GATE)
        run_clock(database, now=NOW)
        shown = agency.inspector.get(f"{VISITS}/{one}").json
        assert (shown["state"], shown["minutes"], kinds(agency, one)) == ("ended", None, ["no_check_out"])
        assert told(database, "visit_ended")[0]["data"]["minutes"] is None
