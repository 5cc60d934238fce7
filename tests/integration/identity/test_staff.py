from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.identity.subscriptions import on_grid_changed
from services.identity.use_cases import account_for_change, review_standing
from services.identity.worker import declarations
from shared.contracts.registry import GridChanged
from shared.database import Database
from shared.database.chassis import timer
from shared.work.timers import run_due
from tests.integration.identity.conftest import NOW
from tests.integration.identity.test_accounts import events
from tests.support.events import received

STAFF = "/api/v1/identity/staff"
ACCOUNTS = "/api/v1/identity/accounts"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.date()


def run_timers(database: Database, moment: datetime) -> None:
    run_due(database, declarations(), now=moment)


def told(database: Database) -> dict[str, Any]:
    data: dict[str, Any] = events(database, "identity.staff_changed.v1")[-1]["data"]
    return data


def period(begin: int, end: int) -> dict[str, str]:
    return {"starts_at": (NOW + begin * HOUR).isoformat(), "ends_at": (NOW + end * HOUR).isoformat()}


@pytest.fixture
def officer(make_account: Callable[..., str]) -> str:
    return make_account("lin", roles=("bureau_officer",), divisions=["331002"])


class TestAbsence:
    def test_begins_at_once_when_its_time_has_come(
        self, as_user: Callable[..., Any], officer: str, database: Database
    ) -> None:
        answer = as_user().post(f"{STAFF}/{officer}/absences", json=period(-1, 5))
        assert (answer.status_code, told(database)["is_absent"]) == (201, True)

    def test_begins_and_ends_by_the_clock(self, as_user: Callable[..., Any], officer: str, database: Database) -> None:
        as_user().post(f"{STAFF}/{officer}/absences", json=period(2, 5))
        seen = []
        for hours in (1, 2, 4, 6):
            run_timers(database, NOW + hours * HOUR)
            seen.append(told(database)["is_absent"])
        assert seen == [False, True, True, False]

    def test_is_taken_back_before_it_begins(
        self, as_user: Callable[..., Any], officer: str, database: Database
    ) -> None:
        administrator = as_user()
        planned = administrator.post(f"{STAFF}/{officer}/absences", json=period(2, 5)).json["id"]
        assert administrator.delete(f"{STAFF}/{officer}/absences/{planned}").status_code == 204
        run_timers(database, NOW + 3 * HOUR)
        assert told(database)["is_absent"] is False
        with database.reading() as session:
            assert session.execute(select(timer).where(timer.c.kind == "standing")).all() == []

    def test_can_be_ended_early(self, as_user: Callable[..., Any], officer: str, database: Database) -> None:
        administrator = as_user()
        running = administrator.post(f"{STAFF}/{officer}/absences", json=period(-2, 5)).json["id"]
        administrator.delete(f"{STAFF}/{officer}/absences/{running}")
        assert told(database)["is_absent"] is False
        assert administrator.delete(f"{STAFF}/{officer}/absences/{running}").json["code"] == "absence_not_found"

    def test_is_refused_when_it_is_over(self, as_user: Callable[..., Any], officer: str) -> None:
        answer = as_user().post(f"{STAFF}/{officer}/absences", json=period(-5, -2))
        assert (answer.status_code, answer.json["code"]) == (422, "absence_malformed")


class TestLicence:
    def test_expires_by_the_clock_and_takes_the_old_tokens_along(
        self, as_user: Callable[..., Any], officer: str, database: Database
    ) -> None:
        changes = {"licence_valid_until": (TODAY + DAY).isoformat(), "licence_number": "ZJ-33100200117"}
        as_user().patch(f"{ACCOUNTS}/{officer}", json=changes, headers={"If-Match": '"1"'})
        client = as_user("lin")
        assert "fact:write" in client.get("/api/v1/identity/me/actions").json["actions"]
        run_timers(database, NOW + 3 * DAY)
        assert told(database)["is_licence_expired"] is True
        assert client.get("/api/v1/identity/me").json["code"] == "account_denied"

    def test_that_has_expired_leaves_new_tokens_only_reading_penalty_law_42(
        self, as_user: Callable[..., Any], officer: str
    ) -> None:
        changes = {"licence_valid_until": "2020-01-01"}
        as_user().patch(f"{ACCOUNTS}/{officer}", json=changes, headers={"If-Match": '"1"'})
        granted = as_user("lin").get("/api/v1/identity/me/actions").json["actions"]
        assert "enterprise:read" in granted
        assert "fact:write" not in granted

    def test_that_is_renewed_gives_everything_back(
        self, as_user: Callable[..., Any], officer: str, database: Database
    ) -> None:
        administrator, path = as_user(), f"{ACCOUNTS}/{officer}"
        administrator.patch(path, json={"licence_valid_until": "2020-01-01"}, headers={"If-Match": '"1"'})
        administrator.patch(path, json={"licence_valid_until": "2099-01-01"}, headers={"If-Match": '"2"'})
        assert told(database)["is_licence_expired"] is False
        assert "fact:write" in as_user("lin").get("/api/v1/identity/me/actions").json["actions"]

    def test_needs_a_real_day(self, as_user: Callable[..., Any], officer: str) -> None:
        changes = {"licence_valid_until": "2026-02-30"}
        answer = as_user().patch(f"{ACCOUNTS}/{officer}", json=changes, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json["code"]) == (422, "licence_date_malformed")

    def test_has_a_number_that_only_its_owner_reads_in_full(self, as_user: Callable[..., Any], officer: str) -> None:
        changes = {"licence_number": "ZJ-33100200117"}
        seen = as_user().patch(f"{ACCOUNTS}/{officer}", json=changes, headers={"If-Match": '"1"'}).json
        assert (seen["licence_number"], "33100200117" in str(seen)) == ("Z" + "*" * 12 + "7", False)
        assert as_user("lin").get("/api/v1/identity/me").json["licence_number"] == "ZJ-33100200117"

    def test_number_can_be_removed(self, as_user: Callable[..., Any], officer: str) -> None:
        administrator, path = as_user(), f"{ACCOUNTS}/{officer}"
        administrator.patch(path, json={"licence_number": "ZJ-1"}, headers={"If-Match": '"1"'})
        seen = administrator.patch(path, json={"licence_number": ""}, headers={"If-Match": '"2"'}).json
        assert seen["licence_number"] == ""


class TestChanging:
    def test_the_area_ends_old_tokens_at_once(self, as_user: Callable[..., Any], officer: str) -> None:
        client = as_user("lin")
        as_user().patch(f"{ACCOUNTS}/{officer}", json={"divisions": ["331002001"]}, headers={"If-Match": '"1"'})
        assert client.get("/api/v1/identity/me").json["code"] == "account_denied"
        assert as_user("lin").get("/api/v1/identity/me").status_code == 200

    def test_a_skill_leaves_the_tokens_alone(self, as_user: Callable[..., Any], officer: str) -> None:
        client = as_user("lin")
        as_user().patch(f"{ACCOUNTS}/{officer}", json={"skills": ["gas"]}, headers={"If-Match": '"1"'})
        assert client.get("/api/v1/identity/me").status_code == 200

    def test_nothing_by_a_timer_tells_nothing(self, officer: str, database: Database) -> None:
        before = len(events(database, "identity.staff_changed.v1"))
        with database.transaction() as session:
            review_standing(session, account_for_change(session, officer), now=NOW)
        assert len(events(database, "identity.staff_changed.v1")) == before


class TestListing:
    def test_finds_who_is_absent_or_has_a_licence_that_ends(
        self, as_user: Callable[..., Any], make_account: Callable[..., str]
    ) -> None:
        administrator = as_user()
        absent = make_account("ann", roles=("grid_worker",))
        administrator.post(f"{STAFF}/{absent}/absences", json=period(-1, 5))
        make_account("bai", roles=("bureau_officer",), licence_valid_until=(TODAY + 9 * DAY).isoformat())
        make_account("chen", roles=("bureau_officer",), licence_valid_until="2020-01-01")
        make_account("dong", roles=("enterprise_user",), enterprise_id="e1")
        found = {
            standing: [one["username"] for one in administrator.get(STAFF, query_string=query).json["items"]]
            for standing in ("absent", "expiring", "expired", "")
            for query in [{"standing": standing}]
        }
        assert found == {
            "absent": ["ann"],
            "expiring": ["bai"],
            "expired": ["chen"],
            "": ["admin", "ann", "bai", "chen"],
        }

    def test_shows_the_absences_that_are_not_over(self, as_user: Callable[..., Any], officer: str) -> None:
        administrator = as_user()
        administrator.post(f"{STAFF}/{officer}/absences", json=period(2, 5))
        row = next(one for one in administrator.get(STAFF).json["items"] if one["id"] == officer)
        assert [one["starts_at"] for one in row["absences"]] == [period(2, 5)["starts_at"]]

    def test_of_accounts_narrows_by_role_and_side(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], officer: str
    ) -> None:
        make_account("dong", roles=("enterprise_user",), enterprise_id="e1")
        administrator = as_user()
        by = {
            text: [one["username"] for one in administrator.get(f"{ACCOUNTS}?{text}").json["items"]]
            for text in ("role=bureau_officer", "side=enterprise")
        }
        assert by == {"role=bureau_officer": ["admin", "lin"], "side=enterprise": ["dong"]}


class TestArea:
    @pytest.fixture
    def people(self, database: Database, make_account: Callable[..., str]) -> None:
        """Make people of two subdistricts; the grid worker's area comes from the team alone."""
        make_account("own-officer", roles=("subdistrict_officer",), divisions=["331002001"])
        make_account("own-village", roles=("subdistrict_officer",), divisions=["331002001003"])
        make_account("foreign", roles=("subdistrict_officer",), divisions=["331002002"])
        make_account("no-area", roles=("auditor",))
        teams = {"own-grid": "331002001", "foreign-grid": "331002002"}
        for number, (username, division) in enumerate(teams.items(), 1):
            member = {"account_id": make_account(username, roles=("grid_worker",)), "kind": "x", "grants_scope": True}
            grid_id = f"01932f7e-5c00-7a10-8b21-0c4d5e6f7b1{number}"
            changed = GridChanged(grid_id=grid_id, code=username, name="一号", division=division, members=[member])
            with database.transaction() as session:
                on_grid_changed(session, [received(changed)], now=NOW)

    @pytest.mark.usefixtures("people")
    def test_of_an_officer_limits_the_list(self, as_user: Callable[..., Any]) -> None:
        listed = as_user("own-officer").get(STAFF).json["items"]
        assert [one["username"] for one in listed] == ["own-grid", "own-officer", "own-village"]

    @pytest.mark.usefixtures("people")
    def test_of_a_whole_district_hides_nobody(self, as_user: Callable[..., Any]) -> None:
        listed = {one["username"] for one in as_user().get(STAFF).json["items"]}
        assert {"foreign", "foreign-grid", "no-area", "own-grid"} <= listed

    def test_that_is_none_shows_nobody(self, as_user: Callable[..., Any], make_account: Callable[..., str]) -> None:
        make_account("nowhere", roles=("subdistrict_officer",))
        assert as_user("nowhere").get(STAFF).json["items"] == []
