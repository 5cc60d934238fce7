"""What others tell suspends work that goes on and keeps other work from going on, whatever the order (chains 4, 5)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.permits import subscriptions
from shared.contracts.credit import SubjectDelisted, SubjectListed
from shared.contracts.inspections import ProductionHalted
from shared.contracts.monitoring import AlarmCleared, AlarmRaised
from shared.contracts.registry import PersonLeft
from shared.contracts.training import CertificateExpired
from shared.database import Database
from shared.ids import new_id
from tests.integration.permits.conftest import NOW, TODAY, Caller, known_enterprise, told
from tests.integration.permits.permitting import (
    WORK,
    applied,
    approved,
    measured,
    prepared,
    ready,
    sent,
    shown,
    signed,
    started,
    taken,
)
from tests.support.events import received
from tests.support.permits import GUARDIAN, HOT_FACTS, WORKER

Told = Callable[[Any], None]
LATE = 10**9  # a sequence after all others
READY = {"cleared": "已处置", "ventilated": True, "video_live": True, "detector_live": True, "wind_force": 2}


@pytest.fixture
def firm(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def foreman(caller: Caller, firm: str) -> FlaskClient:
    return caller("enterprise_user", subject="foreman", divisions=[], enterprise_id=firm)


@pytest.fixture
def approver(caller: Caller, firm: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=firm)


def hear(database: Database, event: Any, *, sequence: int = LATE, batch: bool = False) -> None:
    """Let permits hear one event."""
    handler = {
        AlarmRaised: subscriptions.on_alarm_raised,
        AlarmCleared: subscriptions.on_alarm_cleared,
        PersonLeft: subscriptions.on_person,
        CertificateExpired: subscriptions.on_certificate,
        ProductionHalted: subscriptions.on_halt,
        SubjectListed: subscriptions.on_listing,
        SubjectDelisted: subscriptions.on_listing,
    }[type(event)]
    one: Any = received(event, sequence=sequence)
    with database.transaction() as session:
        handler(session, [one] if batch else one, now=NOW)  # type: ignore[operator]


def alarm(firm: str, **facts: Any) -> AlarmRaised:
    values = {"occurrence_id": new_id(), "level": 2, "quantity": "combustible", "place": ""} | facts
    return AlarmRaised(enterprise_id=firm, **values)


def cleared(raised: AlarmRaised) -> AlarmCleared:
    return AlarmCleared(occurrence_id=raised.occurrence_id, enterprise_id=raised.enterprise_id)


def left(firm: str, person_id: str) -> PersonLeft:
    return PersonLeft(person_id=person_id, enterprise_id=firm, posts=("worker",), left_on=TODAY.isoformat())


def expired(firm: str, person_id: str, **facts: Any) -> CertificateExpired:
    """Return that the only welding certificate of somebody counts no more from today on."""
    same = {"certificate_id": new_id(), "certificate": "welding", "valid_from": "2026-01-01"} | facts
    return CertificateExpired(enterprise_id=firm, person_id=person_id, expired_on=TODAY.isoformat(), **same)


def stands(client: FlaskClient, permit: dict[str, Any]) -> tuple[str, str]:
    one = shown(client, permit)
    return one["state"], one["cause"]


class TestAlarm:
    def test_suspends_live_hot_work_until_it_is_over_and_the_gas_is_analysed_again(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str
    ) -> None:
        permit = applied(foreman, firm)
        started(foreman, approver, permit)
        raised = alarm(firm)
        hear(database, raised)
        stopped, before = stands(foreman, permit), shown(foreman, permit)["hindrances"]
        during = sent(foreman, permit, "resume", cleared="已处置", ventilated=True, detector_live=True)
        hear(database, cleared(raised))
        after = shown(foreman, permit)["hindrances"]
        untested = sent(foreman, permit, "resume", cleared="已处置", ventilated=True, detector_live=True)
        measured(foreman, permit)
        resumed = taken(foreman, permit, "resume", cleared="已处置", ventilated=True, detector_live=True)

        assert (stopped, resumed["state"]) == (("suspended", "gas"), "active")
        assert (before, after) == ([{"code": "alarm_goes_on", "about": []}], [])
        assert [during.json["code"], untested.json["code"]] == ["alarm_goes_on", "analysis_needed"]
        assert len(told(database, "permit_suspended")) == 1

    @pytest.mark.parametrize(
        ("about", "state"),
        [({"level": 1}, "active"), ({"place": "二车间"}, "suspended"), ({"place": "一车间反应釜R101"}, "suspended")],
        ids=["lower", "not_in_the_ledger", "here"],
    )
    def test_stops_what_it_is_about(
        self,
        database: Database,
        foreman: FlaskClient,
        approver: FlaskClient,
        firm: str,
        about: dict[str, Any],
        state: str,
    ) -> None:
        permit = applied(foreman, firm)
        started(foreman, approver, permit)
        hear(database, alarm(firm, **about))
        assert stands(foreman, permit)[0] == state

    def test_is_named_by_what_people_call_its_place(
        self, database: Database, caller: Caller, foreman: FlaskClient, approver: FlaskClient, firm: str
    ) -> None:
        owner = caller("enterprise_safety_officer", subject="owner", divisions=[], enterprise_id=firm)
        place = {"enterprise_id": firm, "kind": "unit", "number": "R-101", "title": "一车间反应釜"}
        permit = applied(foreman, firm, place_id=owner.post("/api/v1/permits/places", json=place).json["id"])
        started(foreman, approver, permit)
        hear(database, alarm(firm, place=permit["place_id"]))

        one = shown(foreman, permit)

        about = {"quantity": "combustible", "level": 2, "place": permit["place"]}
        assert (one["reason_code"], one["reason_about"]) == ("alarm", about)
        assert one["reason"] == f"combustible L2 {permit['place_id']}"

    @pytest.mark.parametrize("order", ["raised_twice", "cleared_first"])
    def test_suspends_once_in_any_order(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str, order: str
    ) -> None:
        permit = applied(foreman, firm)
        started(foreman, approver, permit)
        raised = alarm(firm)
        for event in {"raised_twice": [raised, raised], "cleared_first": [cleared(raised), raised]}[order]:
            hear(database, event)
        assert (stands(foreman, permit), len(told(database, "permit_suspended"))) == (("suspended", "gas"), 1)

    def test_lets_no_other_permit_of_the_job_go_on_without_an_analysis_of_its_own(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str
    ) -> None:
        """4.8, 6.5: the vessel in which is welded has had the same alarm."""
        hot = applied(foreman, firm, facts=HOT_FACTS | {"internal_work": True})
        taken(foreman, hot, "submit")
        prepared(foreman, hot, related=["confined_space"])
        [space] = shown(foreman, hot)["related"]
        started(foreman, approver, space)
        signed(foreman, approver, hot)
        ready(foreman, hot)
        taken(foreman, hot, "start", **READY)
        raised = alarm(firm)
        hear(database, raised)
        causes = {stands(foreman, one) for one in (hot, space)}
        hear(database, cleared(raised))
        untested = [sent(foreman, one, "resume", **READY).json["code"] for one in (space, hot)]
        for group in shown(foreman, space)["terms"]["gases"]:
            measured(foreman, space, group)

        assert causes == {("suspended", "gas"), ("suspended", "related_gas")}
        assert untested[0] == "analysis_needed"
        assert taken(foreman, space, "resume", **READY)["state"] == "active"

    @pytest.mark.parametrize("event", ["start", "resume"])
    def test_leaves_no_earlier_result_of_work_that_did_not_go_on(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, *, firm: str, event: str
    ) -> None:
        """4.8, 6.5: raised and over before the start, or in a short break."""
        permit = applied(foreman, firm)
        if event == "resume":
            started(foreman, approver, permit)
            taken(foreman, permit, "suspend", reason="午休", cause="break")
        else:
            approved(foreman, approver, permit)
            ready(foreman, permit)
        raised = alarm(firm)
        for word in (raised, cleared(raised)):
            hear(database, word)
        untested = sent(foreman, permit, event, **READY)
        measured(foreman, permit)

        assert (untested.status_code, untested.json["code"]) == (422, "analysis_needed")
        assert taken(foreman, permit, event, **READY)["state"] == "active"

    def test_keeps_approved_work_from_starting(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str
    ) -> None:
        permit = applied(foreman, firm)
        approved(foreman, approver, permit)
        hear(database, alarm(firm))
        refused = sent(foreman, permit, "start", video_live=True, detector_live=True, wind_force=2)
        assert (refused.status_code, refused.json["code"]) == (422, "alarm_goes_on")


class TestPeople:
    @pytest.mark.parametrize("event", [left, expired], ids=["left", "certificate_expired"])
    def test_who_may_not_work_any_more_stop_the_work(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str, event: Callable[..., Any]
    ) -> None:
        permit = applied(foreman, firm)
        started(foreman, approver, permit)
        if event is expired:
            held = foreman.get(f"/api/v1/permits/people/{WORKER}").json["certificates"]
            [own] = [one["id"] for one in held if one["kind"] == "welding"]
            hear(database, expired(firm, WORKER, certificate_id=own))
        else:
            hear(database, left(firm, WORKER), batch=True)
        assert stands(foreman, permit) == ("suspended", "people")
        assert shown(foreman, permit)["reason_code"] == "person"
        [why] = shown(foreman, permit)["hindrances"]
        assert (why["code"], WORKER in why["about"][0]) == ("people_not_fit", True)

    def test_of_other_work_do_not(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str
    ) -> None:
        permit = applied(foreman, firm)
        started(foreman, approver, permit)
        hear(database, expired(firm, GUARDIAN))
        assert stands(foreman, permit)[0] == "active"

    def test_without_a_certificate_are_refused_before_the_approval(
        self, database: Database, foreman: FlaskClient, firm: str
    ) -> None:
        """Chain 5; §8.24."""
        permit = applied(foreman, firm)
        taken(foreman, permit, "submit")
        hear(database, left(firm, WORKER), batch=True)
        with pytest.raises(AssertionError, match="people_not_fit"):
            prepared(foreman, permit)
        assert shown(foreman, permit)["state"] == "briefed"


class TestHalt:
    @pytest.mark.parametrize(
        ("part", "expected"), [("", ("suspended", "halted")), ("二车间", ("active", ""))], ids=["whole", "part"]
    )
    def test_stops_all_work_when_it_is_of_the_whole_enterprise(
        self,
        database: Database,
        foreman: FlaskClient,
        approver: FlaskClient,
        firm: str,
        *,
        part: str,
        expected: tuple[str, str],
    ) -> None:
        permit = applied(foreman, firm)
        started(foreman, approver, permit)
        hear(database, ProductionHalted(order_id=new_id(), enterprise_id=firm, part=part), batch=True)
        assert stands(foreman, permit) == expected

    def test_stops_permits_of_one_job_once(
        self, database: Database, foreman: FlaskClient, approver: FlaskClient, firm: str
    ) -> None:
        parent = applied(foreman, firm)
        started(foreman, approver, parent)
        power = applied(foreman, firm, "temp_power", parent_id=parent["id"], facts={"operating_risk_area": False})
        started(foreman, approver, power)
        hear(database, ProductionHalted(order_id=new_id(), enterprise_id=firm), batch=True)
        assert (stands(foreman, power)[0], len(told(database, "permit_suspended"))) == ("suspended", 2)


class TestListing:
    @pytest.mark.parametrize("order", [1, -1], ids=["in_order", "reversed"])
    def test_marks_permits_until_it_ends_whatever_comes_first(
        self, database: Database, caller: Caller, foreman: FlaskClient, *, firm: str, order: int
    ) -> None:
        permit, officer = applied(foreman, firm), caller()
        applied(caller("enterprise_user", divisions=[], enterprise_id=(other := known_enterprise(database))), other)
        listing_id = new_id()
        words = [
            SubjectListed(listing_id=listing_id, enterprise_id=firm),
            SubjectDelisted(listing_id=listing_id, enterprise_id=firm),
        ]
        seen = []
        for event in words[::order]:
            hear(database, event)
            marked = officer.get(WORK, query_string={"is_listed": True}).json["items"]
            counted = officer.get(f"{WORK}/board").json
            seen.append((shown(foreman, permit)["is_listed"], [one["id"] for one in marked], counted["listed"]))
            assert counted["total"] == 2
        nobody, listed = (False, [], 0), (True, [permit["id"]], 1)
        assert seen == ([listed, nobody] if order == 1 else [nobody, nobody])
        assert len(officer.get(WORK, query_string={"is_listed": False}).json["items"]) == 2
