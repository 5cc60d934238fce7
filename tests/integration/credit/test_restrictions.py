"""Restrictions at other agencies: pushed with the listing, answered, reminded, lifted with its end; who is watched."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.credit.tables import restriction, watched
from services.credit.use_cases.restrictions import end_by_itself, end_watch, run_reminder, watch
from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from tests.integration.credit.conftest import CREDIT, Caller, known_enterprise, run_clock, told
from tests.integration.credit.listing import DAY, LEADER, at, case_row, listed, moved
from tests.support.callers import Signer
from tests.support.databases import Begin

APPLIED = {"status": "APPLIED", "measure": "下调授信", "handler": "信贷部"}
FIRM = new_id()
FIELDS = ("id", "code", "agency", "state", "version")
Agency = Callable[..., FlaskClient]


@pytest.fixture
def today() -> date:
    return business_date(datetime.now(UTC))


@pytest.fixture
def firm(database: Database) -> str:
    facts = {"uscc": "91330000704676287N", "industry": "C2614", "address": "椒江区海门"}
    return known_enterprise(database, enterprise_id=FIRM, **facts)


@pytest.fixture
def case_id(database: Database, firm: str, today: date, begin_with: Begin) -> str:
    return begin_with(lambda: listed(database, firm, on=today))


@pytest.fixture
def agency(app: Flask, signer: Signer) -> Agency:
    """Return a function that gives the client of an agency with a grant for some purposes."""

    def call(*purposes: str) -> FlaskClient:
        grant = {"divisions": ["331002"], "fields": list(FIELDS), "purposes": list(purposes)}
        actions = ["restriction:read", "restriction:answer"]
        claims = {"client_id": "bank", "grants": dict.fromkeys(actions, grant)}
        return signer.client(app, subject="bank", roles=["agency"], actions=actions, **claims)

    return call


@pytest.fixture
def clerk(app: Flask, signer: Signer) -> Agency:
    """Return a function that gives a clerk of an agency with a grant for some purposes, or without any."""

    def call(*purposes: str, agency_id: str = "bank", division: str = "331002") -> FlaskClient:
        grant = {"divisions": [division], "fields": list(FIELDS), "purposes": list(purposes)}
        actions = ["restriction:read", "restriction:answer"]
        claims = {"agency_id": agency_id, "grants": dict.fromkeys(actions, grant) if purposes else {}}
        return signer.client(app, subject="clerk-1", roles=["agency_clerk"], actions=actions, **claims)

    return call


def rows(database: Database, case_id: str) -> dict[str, Any]:
    with database.reading() as session:
        own = select(restriction).where(restriction.c.case_id == case_id)
        return {row.code: row for row in session.execute(own.order_by(restriction.c.id))}


class TestPushing:
    def test_asks_every_agency_of_the_matrix(self, database: Database, case_id: str) -> None:
        pushed = rows(database, case_id)
        assert len(pushed) == 14
        assert {row.state for row in pushed.values()} == {"pushed"}
        assert (pushed["R-ENV"].effect, pushed["R-ENV"].basis_article) == ("RESTRICT", "第七十八条")
        assert pushed["R-FIN"].effect == "ADVISORY"


class TestAnswering:
    def test_is_told_and_kept(self, database: Database, case_id: str, agency: Agency, today: date) -> None:
        restriction_id = rows(database, case_id)["R-FIN"].id
        path = f"{CREDIT}/restrictions/{restriction_id}/feedback"
        assert agency("FIN").post(path, json={"status": "RECEIVED"}).json["state"] == "received"
        answer = agency("FIN").post(path, json=APPLIED | {"date": today.isoformat()})
        assert (answer.status_code, answer.json["state"]) == (200, "applied")
        assert [one["data"]["status"] for one in told(database, "restriction_feedback_received")] == [
            "received", "applied",
        ]  # fmt: skip
        (applied,) = told(database, "restriction_applied")
        assert (applied["data"]["agency"], applied["data"]["effect"]) == ("FIN", "ADVISORY")

    def test_of_another_agency_is_not_found(self, database: Database, case_id: str, agency: Agency) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-TAX'].id}/feedback"
        assert agency("FIN").post(path, json={"status": "RECEIVED"}).status_code == 404

    def test_says_what_was_done(self, database: Database, case_id: str, agency: Agency) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-FIN'].id}/feedback"
        answer = agency("FIN").post(path, json={"status": "APPLIED"})
        assert (answer.status_code, answer.json["code"]) == (422, "feedback_incomplete")

    def test_is_refused_to_who_saw_another_version(self, database: Database, case_id: str, agency: Agency) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-FIN'].id}/feedback"
        answer = agency("FIN").post(path, json={"status": "REFUSED", "reason": "无依据", "version": 9})
        assert (answer.status_code, answer.json["code"]) == (409, "restriction_changed")

    def test_on_paper_is_entered_by_an_officer(self, database: Database, case_id: str, caller: Caller) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-TAX'].id}/feedback"
        answer = caller("bureau_officer").post(path, json={"status": "REFUSED", "reason": "无依据"}).json
        (step,) = answer["steps"]
        assert (answer["state"], step["event"], step["agency_id"]) == ("refused", "refuse", "")

    def test_is_entered_by_a_clerk_of_the_agency(
        self, database: Database, case_id: str, clerk: Agency, today: date, caller: Caller
    ) -> None:
        restriction_id = rows(database, case_id)["R-FIN"].id
        path = f"{CREDIT}/restrictions/{restriction_id}"
        clerk("FIN").post(f"{path}/feedback", json={"status": "RECEIVED"})
        answer = clerk("FIN").post(f"{path}/feedback", json=APPLIED | {"date": today.isoformat()})
        assert (answer.status_code, answer.json["state"]) == (200, "applied")
        steps = caller("bureau_officer").get(path).json["steps"]
        assert [(one["event"], one["by"], one["agency_id"]) for one in steps] == [
            ("receive", "clerk-1", "bank"), ("apply", "clerk-1", "bank"),
        ]  # fmt: skip

    def test_of_another_agency_is_not_found_by_a_clerk(self, database: Database, case_id: str, clerk: Agency) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-TAX'].id}"
        assert clerk("FIN").get(path).status_code == 404
        assert clerk("FIN").post(f"{path}/feedback", json={"status": "RECEIVED"}).status_code == 404

    @pytest.mark.parametrize(("agency_id", "code"), [("", "agency_not_named"), ("bank", "not_granted")])
    def test_without_a_grant_is_refused(
        self, database: Database, case_id: str, clerk: Agency, *, agency_id: str, code: str
    ) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-FIN'].id}/feedback"
        answer = clerk(agency_id=agency_id).post(path, json={"status": "RECEIVED"})
        assert (answer.status_code, answer.json["code"]) == (403, code)


class TestReading:
    def test_shows_an_agency_its_own(self, case_id: str, agency: Agency) -> None:
        items = agency("FIN", "TAX").get(f"{CREDIT}/restrictions").json["items"]
        assert sorted(one["code"] for one in items) == ["R-FIN", "R-TAX"]
        assert set(items[0]) <= set(FIELDS)

    @pytest.mark.parametrize(("division", "count"), [("331002001", 1), ("331002002", 0)])
    def test_shows_an_agency_what_lies_in_the_divisions_of_its_grant(
        self, case_id: str, clerk: Agency, division: str, *, count: int
    ) -> None:
        items = clerk("FIN", division=division).get(f"{CREDIT}/restrictions").json["items"]
        assert len(items) == count

    def test_shows_the_bureau_all_with_their_words(self, database: Database, case_id: str, caller: Caller) -> None:
        officer = caller("bureau_officer")
        items = officer.get(f"{CREDIT}/restrictions?agency=MKT&case_id={case_id}").json["items"]
        assert {one["code_zh"] for one in items} == {"国家企业信用信息公示系统公示", "主要负责人任职限制"}
        one = officer.get(f"{CREDIT}/restrictions/{items[0]['id']}")
        assert (one.headers["ETag"], one.json["is_escalated"]) == ('"1"', False)


class TestReminding:
    def test_comes_after_two_working_days_and_is_escalated_after_five(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        run_clock(database, now=at(DAY + timedelta(days=2)))
        assert rows(database, case_id)["R-FIN"].reminders == 0
        run_clock(database, now=at(DAY + timedelta(days=3)))
        assert rows(database, case_id)["R-FIN"].reminders == 1
        run_clock(database, now=at(DAY + timedelta(days=8)))
        assert rows(database, case_id)["R-FIN"].reminders == 2

    def test_shows_who_has_not_answered_after_both(self, database: Database, firm: str, caller: Caller) -> None:
        case_id, officer = listed(database, firm), caller("bureau_officer")
        late, others = f"{CREDIT}/restrictions?is_escalated=true", f"{CREDIT}/restrictions?is_escalated=false"
        run_clock(database, now=at(DAY + timedelta(days=3)))
        assert (officer.get(late).json["items"], len(officer.get(others).json["items"])) == ([], 14)
        run_clock(database, now=at(DAY + timedelta(days=8)))
        assert {one["is_escalated"] for one in officer.get(late).json["items"]} == {True}
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-FIN'].id}/feedback"
        officer.post(path, json={"status": "RECEIVED"})
        assert [one["code"] for one in officer.get(others).json["items"]] == ["R-FIN"]
        assert len(officer.get(late).json["items"]) == 13

    def test_is_not_done_before_its_moment(self, database: Database, firm: str) -> None:
        one = rows(database, listed(database, firm))["R-FIN"]
        with database.transaction() as session:
            run_reminder(session, one.id, now=at(DAY))
            assert session.scalar(select(restriction.c.reminders).where(restriction.c.id == one.id)) == 0

    def test_stops_with_the_answer(self, database: Database, case_id: str, caller: Caller, today: date) -> None:
        restriction_id = rows(database, case_id)["R-FIN"].id
        path = f"{CREDIT}/restrictions/{restriction_id}/feedback"
        caller("bureau_officer").post(path, json={"status": "RECEIVED"})
        run_clock(database, now=at(today + timedelta(days=40)))
        assert rows(database, case_id)["R-FIN"].reminders == 0


class TestLifting:
    def test_is_asked_for_when_the_listing_ends_and_completes_the_removal(
        self, database: Database, case_id: str, agency: Agency, caller: Caller, today: date
    ) -> None:
        restriction_id = rows(database, case_id)["R-FIN"].id
        path = f"{CREDIT}/restrictions/{restriction_id}/feedback"
        agency("FIN").post(path, json=APPLIED | {"date": today.isoformat()})
        moved(database, case_id, "revoke", on=today, by="leader", roles=LEADER, reason="判决", number="1号")
        assert {row.state for row in rows(database, case_id).values()} == {"lift_requested"}
        assert agency("FIN").post(path, json={"status": "LIFTED"}).json["state"] == "lifted"
        assert [one["data"]["code"] for one in told(database, "restriction_lifted")] == ["R-FIN"]

    def test_is_not_asked_of_who_refused(self, database: Database, case_id: str, caller: Caller, today: date) -> None:
        path = f"{CREDIT}/restrictions/{rows(database, case_id)['R-TAX'].id}/feedback"
        caller("bureau_officer").post(path, json={"status": "REFUSED", "reason": "无依据"})
        moved(database, case_id, "revoke", on=today, by="leader", roles=LEADER, reason="判决", number="1号")
        assert rows(database, case_id)["R-TAX"].state == "refused"

    def test_of_the_first_listing_goes_on_after_a_new_one(self, database: Database, firm: str) -> None:
        case_id = listed(database, firm)
        moved(database, case_id, "apply_early_removal", on=date(2027, 11, 29), application="申请")
        moved(database, case_id, "accept", on=date(2027, 11, 30), duty_proof="缴款书", promise="承诺书")
        met = {"duty_done": True, "harm_removed": True, "no_relapse": True, "number": "1号"}
        moved(database, case_id, "grant", on=date(2027, 12, 1), by="leader", roles=LEADER, **met)
        moved(
            database, case_id, "restore", on=date(2027, 12, 2), by="leader", roles=LEADER, number="2号", reason="欺骗"
        )
        run_clock(database, now=at(date(2027, 12, 20)))
        listing_id = case_row(database, case_id).listing_id
        with database.reading() as session:
            found = session.execute(select(restriction).where(restriction.c.case_id == case_id)).all()
        states = {(row.listing_id == listing_id, row.state, row.reminders) for row in found}
        assert states == {(True, "pushed", 2), (False, "lift_requested", 2)}


class TestWatching:
    def test_has_no_effect_on_other_agencies(self, database: Database, firm: str, caller: Caller, today: date) -> None:
        officer = caller("bureau_officer")
        until = (today + timedelta(days=60)).isoformat()
        body = {"enterprise_id": firm, "reason": "多次违章", "until": until}
        assert officer.post(f"{CREDIT}/watched", json=body).status_code == 201
        assert [one["name"] for one in officer.get(f"{CREDIT}/watched?is_open=true").json["items"]] == ["甲字号化工厂"]
        answer = officer.get(f"{CREDIT}/checks/91330000704676287N?purpose=SUPERVISION").json
        assert (answer["hit"], told(database)) == (False, [])

    def test_is_refused_twice_and_beyond_a_year(self, firm: str, caller: Caller, today: date) -> None:
        officer, body = caller("bureau_officer"), {"enterprise_id": firm, "reason": "多次违章"}
        later, soon = ((today + timedelta(days=days)).isoformat() for days in (400, 30))
        codes = [
            officer.post(f"{CREDIT}/watched", json=body | {"until": until}).json.get("code")
            for until in (later, today.isoformat(), soon, soon)
        ]
        assert codes == ["watch_too_long", "watch_too_long", None, "watched_already"]

    def test_elsewhere_is_not_found(self, database: Database, firm: str, caller: Caller, today: date) -> None:
        with database.transaction() as session:
            until = today + timedelta(days=30)
            watched_id = watch(session, firm, reason="多次违章", until=until, by="a", now=datetime.now(UTC))
        elsewhere = caller(divisions=["331003"])
        answer = elsewhere.post(f"{CREDIT}/watched/{watched_id}/end", json={"reason": "已整改"})
        assert (answer.status_code, answer.json["code"]) == (404, "watched_not_found")

    def test_ended_before_its_last_day_stays_as_it_was(self, database: Database, firm: str, today: date) -> None:
        now = datetime.now(UTC)
        with database.transaction() as session:
            watched_id = watch(session, firm, reason="多", until=today + timedelta(days=30), by="a", now=now)
            end_watch(session, watched_id, reason="已整改", now=now)
            end_by_itself(session, watched_id, now=now)
            reason = session.scalar(select(watched.c.ended_because))
        assert reason == "已整改"

    def test_ends_by_hand_once(self, firm: str, caller: Caller, today: date) -> None:
        officer, until = caller("bureau_officer"), (today + timedelta(days=30)).isoformat()
        body = {"enterprise_id": firm, "reason": "多次违章", "until": until}
        watched_id = officer.post(f"{CREDIT}/watched", json=body).json["id"]
        path = f"{CREDIT}/watched/{watched_id}/end"
        assert officer.post(path, json={"reason": "已整改"}).json["ended_on"] == today.isoformat()
        assert officer.post(path, json={"reason": "已整改"}).json["code"] == "watch_ended"

    def test_ends_with_its_last_day(self, database: Database, firm: str, caller: Caller, today: date) -> None:
        officer, until = caller("bureau_officer"), today + timedelta(days=30)
        body = {"enterprise_id": firm, "reason": "多次违章", "until": until.isoformat()}
        officer.post(f"{CREDIT}/watched", json=body)
        run_clock(database, now=at(until))
        assert officer.get(f"{CREDIT}/watched?division=331002").json["items"][0]["is_open"] is True
        run_clock(database, now=at(until + timedelta(days=1)))
        assert officer.get(f"{CREDIT}/watched").json["items"][0]["ended_because"] == "until"
