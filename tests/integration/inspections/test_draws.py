"""Draws by HTTP: a pool is fixed, drawn from once, drawn again by anybody; tasks for two officers come of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.schedules import Period
from services.inspections.subscriptions import on_enterprises_merged
from services.inspections.tables import draw, plan, plan_line, task
from services.inspections.use_cases.checks import HandedIn, Visit, begin_check, submit_check
from services.inspections.use_cases.tasks import NewTask, make_task, step_task
from shared.clock import business_date
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.ids import new_id
from shared.machines import Step
from tests.integration.inspections.conftest import (
    INSPECTIONS,
    NOW,
    Caller,
    graded,
    known_enterprise,
    staffed,
    told,
)
from tests.support.events import received
from tests.unit.inspections.builders import all_normal, default_list
from tests.unit.inspections.test_draws import drawn_elsewhere

DRAWS = f"{INSPECTIONS}/draws"
PUBLIC = "/api/v1/public/draws"
TODAY = business_date(NOW)
LAST_DAY = date(TODAY.year, 12, 31)
BODY = {"division": "331002", "count": 2, "last_day": LAST_DAY.isoformat()}


@pytest.fixture
def enterprises(database: Database) -> list[str]:
    """Return four enterprises of levels 1 to 4, where three officers may enforce."""
    for number in range(3):
        staffed(database, f"o-{number}", "bureau_officer", divisions=("331002",), licence_valid_until="2099-01-01")
    found = [known_enterprise(database, name=f"第{number}机械厂", industry="C3311") for number in range(1, 5)]
    for level, one in enumerate(found, start=1):
        graded(database, one, level)
    return found


@pytest.fixture
def officer(caller: Caller, enterprises: list[str]) -> FlaskClient:
    return caller(subject="o-0")


def sent(client: FlaskClient, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
    answer = client.post(f"{DRAWS}{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def prepared(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    return dict(sent(client, "", BODY | changes, status=201))


def in_the_plan_of(session: Session, authority: str, enterprise_id: str) -> None:
    """Put an enterprise into the published plan of an authority."""
    plan_id = new_id()
    same = {"id": plan_id, "year": TODAY.year, "authority": authority, "number": 1, "agency": "", "author": "a"}
    state = {"state": "published", "is_open": True, "version": 1, "submitted_by": "a"}
    session.execute(insert(plan).values(**same, **state, capacity={}, quotas={}, created_at=NOW))
    line = {"plan_id": plan_id, "enterprise_id": enterprise_id, "kind": "key", "musts": [], "note": "", "visits": 1}
    session.execute(insert(plan_line).values(**line))


class TestADraw:
    """Runs on both databases."""

    def test_is_prepared_drawn_published_and_drawn_again(
        self, app: Flask, database: Database, officer: FlaskClient
    ) -> None:
        one = prepared(officer)
        assert (one["state"], one["seed"], one["pool_size"]) == ("prepared", "", 4)

        drawn = sent(officer, f"/{one['id']}/draw")
        sent(officer, f"/{one['id']}/publish")

        assert (drawn["pool_hash"], len(drawn["seed"])) == (one["pool_hash"], 64)
        record = app.test_client().get(f"{PUBLIC}/{one['id']}/record").json
        assert drawn_elsewhere(record) == record["drawn"]
        replayed = app.test_client().get(f"{PUBLIC}/{one['id']}/replay").json
        assert (replayed["is_equal"], replayed["recomputed_hash"]) == (True, one["pool_hash"])
        [made] = told(database, "draw_made")
        assert made["data"] == {
            "draw_id": one["id"],
            "division": "331002",
            "pool_hash": one["pool_hash"],
            "pool_size": 4,
            "drawn": 2,
        }

    def test_makes_a_task_for_two_officers_at_each_enterprise(self, officer: FlaskClient) -> None:
        one = prepared(officer)
        sent(officer, f"/{one['id']}/draw")

        rows = officer.get(f"{DRAWS}/{one['id']}/candidates?is_drawn=true").json["items"]

        for row in rows:
            task = officer.get(f"{INSPECTIONS}/tasks/{row['task_id']}").json
            assert (task["tier"], task["cause"], task["owner"]) == (4, "draw", row["officers"][0])
            assert task["steps"][0]["given"]["officers"] == row["officers"]
            assert (task["last_day"], len(set(row["officers"]))) == (LAST_DAY.isoformat(), 2)
        assert sorted(row["place"] for row in rows) == [1, 2]

    def test_is_among_the_own_tasks_of_both_officers(self, caller: Caller, officer: FlaskClient) -> None:
        one = prepared(officer, count=4)
        sent(officer, f"/{one['id']}/draw")
        rows = officer.get(f"{DRAWS}/{one['id']}/candidates?is_drawn=true").json["items"]
        expected = {name: {row["task_id"] for row in rows if name in row["officers"]} for name in ("o-0", "o-1", "o-2")}

        found = {name: caller(subject=name).get(f"{INSPECTIONS}/tasks?mine=true").json["items"] for name in expected}
        counts = [caller(subject=name).get(f"{INSPECTIONS}/tasks/inbox").json["mine"] for name in expected]

        assert {name: {task["id"] for task in items} for name, items in found.items()} == expected
        assert counts == [len(ids) for ids in expected.values()]

    def test_counts_and_opens_who_was_left_out(self, database: Database, officer: FlaskClient) -> None:
        gone = known_enterprise(database, name="停业厂", status="deregistered")
        graded(database, gone, 4)
        one = prepared(officer)

        assert one["by_reason"] == [{"reason": "ceased", "count": 1}]
        rows = officer.get(f"{DRAWS}/{one['id']}/candidates?reason=ceased").json["items"]
        assert [row["name"] for row in rows] == ["停业厂"]
        assert [row["count"] for row in one["by_level"]] == [1, 1, 1, 1]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestPreview:
    def test_says_who_could_be_drawn_and_who_not(
        self, database: Database, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        staffed(database, "o-3", "bureau_officer", divisions=("331002",))
        staffed(database, "o-4", "bureau_officer", divisions=("331002009",), licence_valid_until="2099-01-01")
        shown = sent(officer, "/preview", BODY | {"levels": [1, 2]})

        assert (shown["pool_size"], [row["level"] for row in shown["by_level"]]) == (2, [1, 2])
        assert {row["account_id"]: row["reason"] for row in shown["officers"]} == {
            "o-0": "",
            "o-1": "",
            "o-2": "",
            "o-3": "no_licence",
        }

    def test_narrows_to_industries(self, database: Database, officer: FlaskClient) -> None:
        other = known_enterprise(database, name="木器厂", industry="C2110")
        graded(database, other, 3)
        assert sent(officer, "/preview", BODY | {"industries": ["C21"]})["pool_size"] == 1

    def test_leaves_out_whom_the_cap_or_a_recent_check_protects(
        self, database: Database, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        with database.transaction() as session:
            begin_check(session, Visit(enterprises[2], cause="plan"), by="o-1", tier=4, now=NOW)
            begin_check(session, Visit(enterprises[3], cause="complaint", basis="12345"), by="o-1", tier=4, now=NOW)

        shown = sent(officer, "/preview", BODY)

        assert [(row["name"], row["reason"]) for row in shown["left_out"]] == [("第3机械厂", "expected")]
        assert shown["pool_size"] == 3

    def test_leaves_out_whom_a_plan_names_or_another_authority_inspects(
        self, database: Database, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        """§4.2: one level of authorities, and units in the plan are not drawn too."""
        period = Period(TODAY, LAST_DAY)
        with database.transaction() as session:
            for one, authority in zip(enterprises, ("331002", "331000"), strict=False):
                in_the_plan_of(session, authority, one)
            another = NewTask(enterprises[2], 4, "plan", period, owner="o-1", cause="plan", authority="331000")
            make_task(session, another, now=NOW)

        shown = sent(officer, "/preview", BODY)

        assert [(row["name"], row["reason"]) for row in shown["left_out"]] == [
            ("第2机械厂", "other_authority"),
            ("第3机械厂", "other_authority"),
            ("第1机械厂", "planned"),
        ]

    def test_leaves_out_who_was_checked_within_the_rest_period(
        self, database: Database, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        done = {"signed": True, "countersigned": True, "officers": ["o-1", "o-2"]}
        with database.transaction() as session:
            task_id = begin_check(session, Visit(enterprises[0], cause="plan"), by="o-1", tier=4, now=NOW)
            step_task(session, task_id, step=Step("check_in", "o-1", 4, NOW))
            row = session.execute(select(task).where(task.c.id == task_id)).one()
            handed_in = HandedIn(all_normal(default_list(row.checklist)), given=done)
            submit_check(session, row, handed_in, by="o-1", tier=4, now=NOW)
            session.execute(update(task).where(task.c.id == task_id).values(state="closed", is_open=False))

        shown = sent(officer, "/preview", BODY)

        assert [(row["name"], row["reason"]) for row in shown["left_out"]] == [("第1机械厂", "checked")]

    def test_leaves_out_whom_an_officer_avoids_when_no_team_is_left(
        self, caller: Caller, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        body = {"enterprise_id": enterprises[0], "relation": "kin"}
        for account in ("o-0", "o-1"):
            sent(caller(subject=account), "/avoidances", body, status=201)

        shown = sent(officer, "/preview", BODY)

        assert shown["by_reason"] == [{"reason": "no_team", "count": 1}]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestPreparing:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"count": 5}, "pool_too_small"),
            ({"division": "331003"}, "outside_area"),
            ({"last_day": (TODAY - timedelta(days=1)).isoformat()}, "day_out_of_range"),
            ({"last_day": f"{TODAY.year + 1}-01-01"}, "day_out_of_range"),
        ],
        ids=["too many", "a foreign area", "yesterday", "next year"],
    )
    def test_refuses_what_makes_no_draw(self, officer: FlaskClient, changes: dict[str, Any], code: str) -> None:
        assert sent(officer, "", BODY | changes, status=422)["code"] == code

    def test_needs_two_officers(self, database: Database, officer: FlaskClient) -> None:
        for number in (1, 2):
            changes = {"divisions": ("331002",), "licence_valid_until": "2099-01-01", "is_absent": True}
            staffed(database, f"o-{number}", "bureau_officer", sequence=2, **changes)
        assert sent(officer, "", BODY, status=422)["code"] == "too_few_officers"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestDrawing:
    def test_happens_once(self, officer: FlaskClient) -> None:
        one = prepared(officer)
        first = sent(officer, f"/{one['id']}/draw")
        assert sent(officer, f"/{one['id']}/draw", status=409)["code"] == "step_not_possible"
        assert officer.get(f"{DRAWS}/{one['id']}").json["seed"] == first["seed"]

    def test_is_refused_when_somebody_of_the_pool_has_had_enough_meanwhile(
        self, database: Database, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        one = prepared(officer)
        with database.transaction() as session:
            begin_check(session, Visit(enterprises[2], cause="plan"), by="o-1", tier=4, now=NOW)

        refused = sent(officer, f"/{one['id']}/draw", status=422)

        assert (refused["code"], refused["facts"]["enterprises"]) == ("pool_outdated", [enterprises[2]])
        assert officer.get(f"{DRAWS}/{one['id']}").json["seed"] == ""

    def test_can_be_given_up_only_before_it(self, officer: FlaskClient) -> None:
        one, other = prepared(officer), prepared(officer)
        sent(officer, f"/{other['id']}/draw")
        reason = {"reason": "名单有误"}

        assert sent(officer, f"/{one['id']}/cancel", reason)["state"] == "cancelled"
        assert sent(officer, f"/{other['id']}/cancel", reason, status=409)["code"] == "step_not_possible"
        assert sent(officer, f"/{one['id']}/draw", status=409)["code"] == "step_not_possible"

    def test_is_given_up_with_a_reason(self, officer: FlaskClient) -> None:
        one = prepared(officer)
        assert sent(officer, f"/{one['id']}/cancel", {"reason": " "}, status=422)["code"] == "reason_missing"

    def test_leaves_nobody_of_a_second_draw_with_more_than_the_cap(self, officer: FlaskClient) -> None:
        first, second = prepared(officer, count=4), prepared(officer, count=4)
        sent(officer, f"/{first['id']}/draw")
        assert sent(officer, f"/{second['id']}/draw", status=422)["code"] == "pool_outdated"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestReplay:
    def test_needs_a_draw(self, officer: FlaskClient) -> None:
        answer = officer.get(f"{DRAWS}/{prepared(officer)['id']}/replay")
        assert (answer.status_code, answer.json["code"]) == (422, "not_drawn")

    def test_notices_a_seed_that_was_changed(self, database: Database, officer: FlaskClient) -> None:
        one = prepared(officer, count=3)
        sent(officer, f"/{one['id']}/draw")
        with database.transaction() as session:
            session.execute(update(draw).values(seed="ff"))
        assert officer.get(f"{DRAWS}/{one['id']}/replay").json["is_equal"] is False

    def test_still_succeeds_after_a_merge(
        self, database: Database, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        one = prepared(officer, count=4)
        sent(officer, f"/{one['id']}/draw")
        merge = EnterprisesMerged(merge_id=new_id(), enterprise_id=enterprises[0], merged_ids=(enterprises[1],))
        with database.transaction() as session:
            on_enterprises_merged(session, received(merge), now=NOW)

        assert officer.get(f"{DRAWS}/{one['id']}/replay").json["is_equal"] is True


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestArea:
    def test_hides_draws_of_others(self, officer: FlaskClient, caller: Caller) -> None:
        one = prepared(officer)
        for divisions in (["331003"], ["331002001"]):
            stranger = caller(subject="x", divisions=divisions)
            assert stranger.get(DRAWS).json["items"] == []
            assert stranger.post(f"{DRAWS}/{one['id']}/draw").status_code == 404
        assert [row["id"] for row in officer.get(f"{DRAWS}?state=prepared").json["items"]] == [one["id"]]

    def test_of_the_public_holds_only_what_was_published(self, app: Flask, officer: FlaskClient) -> None:
        one = prepared(officer)
        sent(officer, f"/{one['id']}/draw")
        anybody = app.test_client()
        assert anybody.get(f"{PUBLIC}/{one['id']}").json["code"] == "draw_not_found"
        sent(officer, f"/{one['id']}/publish")

        shown = anybody.get(f"{PUBLIC}/{one['id']}").json

        assert [row["place"] for row in shown["drawn"]] == [1, 2]
        assert "o-0" not in str(shown)
        assert [row["id"] for row in anybody.get(PUBLIC).json["items"]] == [one["id"]]

    def test_shows_the_weights_to_everybody(self, app: Flask) -> None:
        shown = app.test_client().get(f"{DRAWS}/table").json
        assert shown["level_weights"] == {"1": 8, "2": 4, "3": 2, "4": 1}
        assert [row["id"] for row in shown["relations"]] == ["interest", "kin", "former_post", "other"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestAvoidance:
    def test_is_one_however_often_it_is_said_and_ends(self, officer: FlaskClient, enterprises: list[str]) -> None:
        kin, post = ({"enterprise_id": enterprises[0], "relation": word} for word in ("kin", "former_post"))
        first, second = (sent(officer, "/avoidances", body, status=201) for body in (kin, post))
        assert (first["id"], second["relation"]) == (second["id"], "former_post")

        sent(officer, f"/avoidances/{first['id']}/end")

        assert officer.get(f"{DRAWS}/avoidances?mine=true").json["items"] == []
        assert officer.post(f"{DRAWS}/avoidances/{first['id']}/end").json["code"] == "avoidance_not_found"

    def test_is_seen_by_colleagues_and_ended_by_nobody_else(
        self, caller: Caller, officer: FlaskClient, enterprises: list[str]
    ) -> None:
        body = {"enterprise_id": enterprises[0], "relation": "interest"}
        one = sent(officer, "/avoidances", body, status=201)
        colleague = caller(subject="o-1")

        assert [row["name"] for row in colleague.get(f"{DRAWS}/avoidances").json["items"]] == ["第1机械厂"]
        assert colleague.post(f"{DRAWS}/avoidances/{one['id']}/end").status_code == 404
        assert caller(subject="x", divisions=["331003"]).post(f"{DRAWS}/avoidances", json=body).status_code == 404
