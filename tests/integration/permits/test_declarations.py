"""Declared work over HTTP: declared in a few answers, sorted with reasons, received, ended, or found undeclared."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.permits.rules.declarations import declaration_rules
from services.permits.use_cases.declarations import Declared, declare_work, note_job_due, step_job
from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from shared.machines import clock_step
from tests.integration.permits.conftest import NOW, PERMITS, TODAY, Caller, at, known_enterprise, run_clock, told

DECLARATIONS = f"{PERMITS}/declarations"
TOMORROW = TODAY + timedelta(days=1)
SUNDAY = TODAY + timedelta(days=(6 - TODAY.weekday()) % 7)
JOB: dict[str, Any] = {
    "kind": "excavation",
    "place": "厂区东门",
    "starts_at": at(TOMORROW, "08:00").isoformat(),
    "ends_at": at(TOMORROW, "17:00").isoformat(),
    "is_contractor": False,
    "approver": "principal",
    "is_guardian_trained": True,
}
SPACE = {"kind": "confined_space", "has_fan": True, "has_detector": True, "has_rescue_gear": True}
TOXIC = JOB | SPACE | {"has_toxic_gas": True}
RENAMED = {"subdistrict": "division"}  # what the list calls it
OUTSIDE = JOB | {"is_contractor": True, "contractor": "宏达防腐", "has_agreement": True}


@pytest.fixture
def enterprise_id(database: Database) -> str:
    return known_enterprise(database)


@pytest.fixture
def principal(caller: Caller, enterprise_id: str) -> FlaskClient:
    return caller("enterprise_principal", divisions=[], enterprise_id=enterprise_id)


@pytest.fixture
def street(caller: Caller) -> FlaskClient:
    return caller("subdistrict_officer", divisions=["331002001"])


def declare(client: FlaskClient, enterprise_id: str, *jobs: dict[str, Any], **body: Any) -> Any:
    wanted = {"enterprise_id": enterprise_id, "day": TOMORROW.isoformat(), "jobs": list(jobs), **body}
    return client.post(DECLARATIONS, json=wanted)


def the_jobs(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    return list(client.get(f"{DECLARATIONS}/jobs", query_string=query).json["items"])


def begun(database: Database, enterprise_id: str, **changes: Any) -> str:
    """Let work that began an hour ago be declared since long, and return the job's id."""
    now = NOW - timedelta(hours=2)
    job = JOB | {"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1)} | changes
    day = business_date(job["starts_at"])
    with database.transaction() as session:
        declare_work(session, Declared(enterprise_id, day, jobs=[job]), by="a-1", now=at(day, "00:00") or now)
    return str(told(database, "work_declared")[-1]["data"]["job_id"])


def photo(client: FlaskClient, enterprise_id: str) -> str:
    form = {
        "enterprise_id": enterprise_id,
        "taken_at": NOW.isoformat(),
        "file": (io.BytesIO(b"\xff\xd8\xff 1"), "a.jpg"),
    }
    answer = client.post(f"{PERMITS}/attachments", data=form, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


class TestADay:
    def test_is_declared_with_its_jobs(self, principal: FlaskClient, enterprise_id: str) -> None:
        answer = declare(principal, enterprise_id, JOB, TOXIC)
        assert (answer.status_code, answer.json["jobs"], answer.json["is_nil"]) == (201, 2, False)

    def test_may_hold_nothing_and_counts(self, principal: FlaskClient, enterprise_id: str, street: FlaskClient) -> None:
        assert declare(principal, enterprise_id, is_nil=True).status_code == 201
        figures = street.get(f"{DECLARATIONS}/figures", query_string={"day": TOMORROW}).json
        assert (figures["declarations"], figures["nil"]) == (1, 1)

    def test_takes_more_jobs_after_nothing(self, principal: FlaskClient, enterprise_id: str) -> None:
        declare(principal, enterprise_id, is_nil=True)
        declare(principal, enterprise_id, JOB)
        [one] = principal.get(DECLARATIONS).json["items"]
        assert (one["is_nil"], one["jobs"]) == (False, 1)

    def test_holds_nothing_only_after_its_jobs_are_withdrawn(self, principal: FlaskClient, enterprise_id: str) -> None:
        declare(principal, enterprise_id, JOB)
        refused = declare(principal, enterprise_id, is_nil=True)
        [one] = the_jobs(principal)
        principal.post(f"{DECLARATIONS}/jobs/{one['id']}/steps", json={"event": "withdraw", "reason": "大风"})
        assert (refused.status_code, refused.json["code"]) == (409, "jobs_declared")
        assert declare(principal, enterprise_id, is_nil=True).status_code == 201

    @pytest.mark.parametrize(
        ("jobs", "body", "code"),
        [
            ([], {}, "nothing_declared"),
            ([JOB], {"is_nil": True}, "nothing_declared"),
            ([JOB], {"day": (TODAY - timedelta(days=1)).isoformat()}, "declaration_refused"),
            ([JOB | {"kind": "confined_space"}], {}, "declaration_refused"),
        ],
        ids=["neither", "both", "yesterday", "unanswered"],
    )
    def test_is_refused_as_a_whole(
        self, principal: FlaskClient, enterprise_id: str, jobs: list[Any], *, body: dict[str, Any], code: str
    ) -> None:
        answer = declare(principal, enterprise_id, *jobs, **body)
        assert (answer.status_code, answer.json["code"], the_jobs(principal)) == (422, code, [])

    def test_has_room_for_so_many_jobs(self, principal: FlaskClient, enterprise_id: str) -> None:
        most = declaration_rules().limits.most_jobs
        declare(principal, enterprise_id, *[JOB] * most)
        assert declare(principal, enterprise_id, JOB).json["code"] == "too_many_jobs"


class TestTriage:
    def test_puts_the_most_urgent_first_and_says_why(
        self, principal: FlaskClient, enterprise_id: str, street: FlaskClient
    ) -> None:
        declare(principal, enterprise_id, JOB, JOB | SPACE | {"has_toxic_gas": False}, TOXIC)
        found = [(one["colour"], [why["id"] for why in one["reasons"]]) for one in the_jobs(street)]
        assert found == [("red", ["toxic_space"]), ("amber", ["other_space"]), ("green", [])]

    def test_counts_by_colour_as_the_rows_do(
        self, principal: FlaskClient, enterprise_id: str, street: FlaskClient
    ) -> None:
        declare(principal, enterprise_id, JOB, TOXIC, TOXIC)
        figures = street.get(f"{DECLARATIONS}/figures", query_string={"day": TOMORROW}).json["colours"]
        assert [(one["colour"], one["jobs"], one["visited"]) for one in figures] == [
            ("red", 2, 2),
            ("amber", 0, 0),
            ("green", 1, 0),
        ]
        assert len(the_jobs(street, colour="red", is_visited="true", division="331002001")) == 2

    def test_knows_a_contractor_the_second_time(self, principal: FlaskClient, enterprise_id: str) -> None:
        declare(principal, enterprise_id, OUTSIDE)
        declare(principal, enterprise_id, OUTSIDE)
        assert [one["colour"] for one in the_jobs(principal)] == ["amber", "green"]

    def test_looks_at_the_calendar(self, database: Database, enterprise_id: str) -> None:
        hot = dict.fromkeys(("is_shared_building", "in_business_hours"), False)
        kept = dict.fromkeys(("has_certificates", "is_cleared", "has_extinguishers", "has_notice"), True)
        times = {"starts_at": at(SUNDAY, "09:00"), "ends_at": at(SUNDAY, "10:00")}
        job = JOB | hot | kept | times | {"kind": "hot_work", "surroundings": "other"}
        with database.transaction() as session:
            declare_work(session, Declared(enterprise_id, SUNDAY, jobs=[job]), by="a-1", now=at(SUNDAY, "07:00"))
        assert told(database, "work_declared")[0]["data"]["reasons"] == ["hot_work_on_rest_day"]

    def test_is_told_with_place_and_window(
        self, database: Database, principal: FlaskClient, enterprise_id: str
    ) -> None:
        declare(principal, enterprise_id, TOXIC | {"longitude": 121.42, "latitude": 28.66, "accuracy_m": 8})
        [event] = [one["data"] for one in told(database, "work_declared")]
        assert (event["enterprise_id"], event["day"]) == (enterprise_id, TOMORROW.isoformat())
        assert (event["kind"], event["colour"], event["is_visited"]) == ("confined_space", "red", True)
        assert (event["longitude"], datetime.fromisoformat(event["starts_at"])) == (121.42, at(TOMORROW, "08:00"))


class TestStatistics:
    @pytest.mark.parametrize(
        ("by", "expected"),
        [
            ("kind", {"excavation": 2, "confined_space": 1}),
            ("colour", {"red": 1, "amber": 1, "green": 1}),
            ("state", {"declared": 3}),
            ("subdistrict", {"331002001": 3}),
            ("contractor", {"宏达防腐": 1}),
        ],
    )
    def test_counts_what_the_list_shows(
        self, principal: FlaskClient, enterprise_id: str, *, street: FlaskClient, by: str, expected: dict[str, int]
    ) -> None:
        declare(principal, enterprise_id, JOB, TOXIC, OUTSIDE)
        days = {"from": TODAY, "to": TOMORROW}
        rows = street.get(f"{DECLARATIONS}/statistics", query_string={"by": by, **days}).json["rows"]
        opened = {row["value"]: len(the_jobs(street, **days, **{RENAMED.get(by, by): row["value"]})) for row in rows}
        assert {row["value"]: row["jobs"] for row in rows} == expected == opened

    def test_count_within_the_days(self, principal: FlaskClient, enterprise_id: str) -> None:
        declare(principal, enterprise_id, JOB)
        query = {"by": "kind", "from": TODAY, "to": TODAY}
        assert principal.get(f"{DECLARATIONS}/statistics", query_string=query).json["rows"] == []


class TestUndeclaredWork:
    FOUND = {"finding": "patrol", "kind": "hot_work", "place": "二号车间", "description": "未报备动火"}

    def test_weighs_most_for_a_month(self, principal: FlaskClient, enterprise_id: str, street: FlaskClient) -> None:
        body = self.FOUND | {"enterprise_id": enterprise_id}
        assert street.post(f"{DECLARATIONS}/undeclared", json=body).status_code == 201
        declare(principal, enterprise_id, JOB)
        [one] = the_jobs(street)
        assert (one["colour"], one["reasons"][0]["id"]) == ("red", "undeclared_before")
        [found] = street.get(f"{DECLARATIONS}/undeclared").json["items"]
        days = (datetime.fromisoformat(found["weighs_until"]) - datetime.fromisoformat(found["found_at"])).days
        assert days == declaration_rules().limits.undeclared_days

    def test_is_entered_by_the_authority_only(self, principal: FlaskClient, enterprise_id: str) -> None:
        body = self.FOUND | {"enterprise_id": enterprise_id}
        assert principal.post(f"{DECLARATIONS}/undeclared", json=body).status_code == 403


class TestAJob:
    def test_is_received_or_advised_against_and_goes_on(
        self, principal: FlaskClient, enterprise_id: str, street: FlaskClient
    ) -> None:
        declare(principal, enterprise_id, JOB)
        [one] = the_jobs(street)
        received = street.post(f"{DECLARATIONS}/jobs/{one['id']}/answers", json={"event": "receive", "version": 1}).json
        advised = street.post(
            f"{DECLARATIONS}/jobs/{one['id']}/answers", json={"event": "advise", "reason": "大风"}
        ).json
        assert (received["state_zh"], advised["state_zh"], advised["is_open"]) == ("已收悉", "建议暂缓", True)
        assert [step["event"] for step in advised["steps"]] == ["receive", "advise"]

    def test_is_over_with_a_photo(self, database: Database, principal: FlaskClient, enterprise_id: str) -> None:
        job_id, photo_id = begun(database, enterprise_id), photo(principal, enterprise_id)
        body = {"event": "finish", "ended_at": NOW.isoformat(), "photos": [photo_id]}
        answer = principal.post(f"{DECLARATIONS}/jobs/{job_id}/steps", json=body)
        assert (answer.status_code, answer.json["state"], answer.json["photos"]) == (200, "finished", [photo_id])
        assert principal.get(f"{PERMITS}/attachments/{photo_id}").data.startswith(b"\xff\xd8\xff")

    def test_takes_no_photo_of_another_enterprise(
        self, database: Database, principal: FlaskClient, enterprise_id: str, caller: Caller
    ) -> None:
        other = known_enterprise(database)
        foreign = photo(caller("enterprise_principal", divisions=[], enterprise_id=other), other)
        body = {"event": "finish", "ended_at": NOW.isoformat(), "photos": [foreign]}
        answer = principal.post(f"{DECLARATIONS}/jobs/{begun(database, enterprise_id)}/steps", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "foreign_photo")

    def test_is_marked_when_nobody_reports_its_end(
        self, database: Database, enterprise_id: str, street: FlaskClient
    ) -> None:
        job_id = begun(database, enterprise_id)
        run_clock(database, now=NOW + timedelta(hours=4))
        shown = street.get(f"{DECLARATIONS}/jobs/{job_id}").json
        assert (shown["is_overdue"], shown["is_open"], shown["steps"][-1]["by"]) == (True, True, "clock")

    def test_is_marked_once(self, database: Database, enterprise_id: str, street: FlaskClient) -> None:
        job_id = begun(database, enterprise_id)
        with database.transaction() as session:
            note_job_due(session, job_id, now=NOW)
            note_job_due(session, job_id, now=NOW)
        assert len(street.get(f"{DECLARATIONS}/jobs/{job_id}").json["steps"]) == 1

    def test_is_not_changed_by_who_has_read_an_older_one(self, database: Database, enterprise_id: str) -> None:
        job_id = begun(database, enterprise_id)
        with pytest.raises(Exception, match="read it again"), database.transaction() as session:
            step_job(session, job_id, step=clock_step("overdue", NOW), based_on=7)

    def test_is_nobody_elses(self, database: Database, enterprise_id: str, caller: Caller) -> None:
        job_id = begun(database, enterprise_id)
        elsewhere = caller("subdistrict_officer", divisions=["331002002"])
        assert elsewhere.get(f"{DECLARATIONS}/jobs/{job_id}").status_code == 404
        answer = elsewhere.post(f"{DECLARATIONS}/jobs/{job_id}/answers", json={"event": "receive"})
        assert answer.status_code == 404
        assert the_jobs(elsewhere) == []


class TestTheTable:
    def test_is_open_to_everybody(self, app: Any) -> None:
        table = app.test_client().get(f"{DECLARATIONS}/table").json
        assert (len(table["kinds"]), [one["id"] for one in table["colours"]]) == (8, ["red", "amber", "green"])
        assert "has_toxic_gas" in table["asks"]["confined_space"]


class TestASecondEnterprise:
    def test_cannot_declare_for_the_first(self, principal: FlaskClient, database: Database) -> None:
        assert declare(principal, known_enterprise(database), JOB).status_code == 404
        assert declare(principal, new_id(), JOB).status_code == 404
