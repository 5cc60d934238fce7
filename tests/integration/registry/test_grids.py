"""Grids over HTTP: drawn, followed by the enterprises, manned, scoped, told."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.registry import subscriptions
from services.registry.tables import enterprise as enterprises
from shared.contracts.identity import StaffChanged
from shared.database import Database
from shared.database.chassis import job, outbox
from shared.events.received import Received
from tests.integration.registry.conftest import BASE
from tests.support.callers import Signer
from tests.support.events import received
from tests.unit.registry.registers import code_of, csv_text, row_of

ACTIONS = ["grid:read", "grid:write", "enterprise:read", "enterprise:write"]
WORKER, LEADER = "01932f7e-5c00-7a10-8b21-0c4d5e6f7a91", "01932f7e-5c00-7a10-8b21-0c4d5e6f7a92"
HONGJIA = "331002004"
Jobs = Callable[[], None]


def square(west: float = 121.40, side: float = 0.02) -> dict[str, Any]:
    east, south, north = west + side, 28.60, 28.62
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def street(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=[HONGJIA])


@pytest.fixture
def worker(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=["grid:read", "enterprise:read"], grids=["a"])


@pytest.fixture
def accounts(database: Database) -> None:
    """Let the registry know a grid worker and a subdistrict officer."""
    told = {WORKER: "grid_worker", LEADER: "subdistrict_officer"}
    with database.transaction() as session:
        batch = [staff(account, [role]) for account, role in told.items()]
        subscriptions.on_staff_changed(session, batch, now=datetime.now(UTC))


def staff(account_id: str, roles: list[str], *, sequence: int = 1, is_enabled: bool = True) -> Received[StaffChanged]:
    told = StaffChanged(account_id=account_id, roles=tuple(roles), is_enabled=is_enabled)
    return received(told, sequence=sequence)


def drawn(client: FlaskClient, code: str = "a", **changes: Any) -> Any:
    body = {"code": code, "name": f"{code}号网格", "division": HONGJIA, "geometry": square(), **changes}
    return client.post(f"{BASE}/grids", json=body)


def changed(client: FlaskClient, row: Mapping[str, Any], path: str = "", **body: Any) -> Any:
    send = client.put if path else client.patch
    return send(f"{BASE}/grids/{row['id']}{path}", json=body, headers={"If-Match": f'"{row["version"]}"'})


def enterprise(client: FlaskClient, number: int = 1, **changes: Any) -> dict[str, Any]:
    place = {"longitude": 121.41, "latitude": 28.61}
    body = {"uscc": code_of(number), "name": "样例厂", "address": "椒江区三甲街道样例路", "location": place, **changes}
    return client.post(f"{BASE}/enterprises", json=body).get_json()


def read(client: FlaskClient, row: Mapping[str, Any]) -> dict[str, Any]:
    return client.get(f"{BASE}/enterprises/{row['id']}").get_json()


def told(database: Database, event_type: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        bodies = session.scalars(select(outbox.c.body).where(outbox.c.type == event_type).order_by(outbox.c.id))
        return [orjson.loads(body)["data"] for body in bodies]


class TestDrawing:
    def test_takes_other_coordinate_systems_and_answers_in_wgs84(self, officer: FlaskClient) -> None:
        row = drawn(officer, crs="GCJ-02").get_json()

        assert row["geometry"]["coordinates"][0][0] == pytest.approx([121.3955, 28.6026], abs=1e-3)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"geometry": {"type": "Point", "coordinates": [121, 28]}}, "area_invalid"),
            ({"division": "331003001"}, "grid_malformed"),
            ({"code": "a b"}, "grid_malformed"),
            ({"crs": "EPSG:3857"}, "invalid_fields"),
        ],
    )
    def test_refuses_what_is_wrong(self, officer: FlaskClient, changes: Any, code: str) -> None:
        assert drawn(officer, **changes).get_json()["code"] == code

    def test_refuses_a_code_twice(self, officer: FlaskClient) -> None:
        drawn(officer)

        assert (drawn(officer).status_code, drawn(officer).get_json()["code"]) == (409, "grid_exists")

    def test_is_possible_without_an_outline(self, officer: FlaskClient) -> None:
        row = officer.post(f"{BASE}/grids", json={"code": "x", "name": "x", "division": HONGJIA}).get_json()

        assert (row["geometry"], row["has_area"], row["missing_kinds"]) == (
            None,
            False,
            ["grid_leader", "full_time_worker"],
        )


class TestTheEnterprises:
    def test_follow_their_exact_position(self, officer: FlaskClient, run_jobs: Jobs, database: Database) -> None:
        inside, outside = enterprise(officer), enterprise(officer, 2, location={"longitude": 121.5, "latitude": 28.61})
        drawn(officer)
        run_jobs()

        now = read(officer, inside)

        assert (now["grid"], now["grid_basis"], now["version"]) == ("a", "polygon", 2)
        assert read(officer, outside)["version"] == 1
        assert told(database, "registry.enterprise_updated.v1")[0]["grid"] == "a"

    def test_follow_when_the_outline_moves_or_the_grid_closes(self, officer: FlaskClient, run_jobs: Jobs) -> None:
        row = drawn(officer).get_json()
        one = enterprise(officer)
        moved = changed(officer, row, geometry=square(121.45)).get_json()
        run_jobs()
        outside = read(officer, one)["grid"]
        back = changed(officer, moved, geometry=square()).get_json()
        run_jobs()
        inside = read(officer, one)["grid"]
        changed(officer, back, status="closed")
        run_jobs()

        assert (one["grid"], outside, inside, read(officer, one)["grid"]) == ("a", "", "a", "")

    def test_without_position_follow_hand_or_division(self, officer: FlaskClient, run_jobs: Jobs) -> None:
        body = {"address": "椒江区洪家街道样例路"}
        by_hand = officer.post(f"{BASE}/enterprises", json={"uscc": code_of(3), "name": "样例", "grid": "z", **body})
        by_division = officer.post(f"{BASE}/enterprises", json={"uscc": code_of(4), "name": "样例", **body})
        drawn(officer)
        run_jobs()

        bases = [read(officer, one.get_json()) for one in (by_hand, by_division)]

        assert [(one["grid"], one["grid_basis"]) for one in bases] == [("z", "person"), ("a", "division")]

    def test_follow_however_many_there_are(
        self, officer: FlaskClient, load: Callable[..., Any], run_jobs: Jobs, database: Database
    ) -> None:
        load(csv_text([row_of(number, 注册地址="椒江区洪家街道样例路") for number in range(1001)]).encode())
        officer.post(f"{BASE}/grids", json={"code": "a", "name": "a", "division": HONGJIA})
        run_jobs()

        with database.reading() as session:
            grids = session.execute(select(enterprises.c.grid, func.count()).group_by(enterprises.c.grid)).all()
        assert [tuple(row) for row in grids] == [("a", 1001)]

    def test_keep_a_history_of_it(self, officer: FlaskClient, run_jobs: Jobs) -> None:
        one = enterprise(officer)
        drawn(officer)
        run_jobs()

        newest = officer.get(f"{BASE}/enterprises/{one['id']}/history").get_json()["items"][0]

        assert (newest["reason"], newest["changes"]["grid"]) == ("grid_changed", ["", "a"])

    def test_come_into_the_scope_of_the_grid_worker_at_once(
        self, officer: FlaskClient, worker: FlaskClient, run_jobs: Jobs
    ) -> None:
        one = enterprise(officer)
        before = worker.get(f"{BASE}/enterprises/{one['id']}").status_code
        drawn(officer)
        run_jobs()

        assert (before, worker.get(f"{BASE}/enterprises/{one['id']}").status_code) == (404, 200)


class TestChanging:
    def test_needs_the_version_that_was_read(self, officer: FlaskClient) -> None:
        row = drawn(officer).get_json()

        assert changed(officer, {**row, "version": 9}, name="b").status_code == 412

    def test_writes_nothing_without_news(self, officer: FlaskClient, database: Database) -> None:
        row = drawn(officer).get_json()

        same = changed(officer, row, name=row["name"], geometry=square()).get_json()

        assert (same["version"], len(told(database, "registry.grid_changed.v1"))) == (1, 1)

    def test_of_the_name_alone_lets_the_enterprises_be(
        self, officer: FlaskClient, run_jobs: Jobs, database: Database
    ) -> None:
        row = drawn(officer).get_json()
        run_jobs()
        changed(officer, row, name="新名")

        with database.reading() as session:
            assert [state for state in session.scalars(select(job.c.state)) if state != "completed"] == []
        assert told(database, "registry.grid_changed.v1")[-1]["name"] == "新名"

    def test_may_take_the_outline_away(self, officer: FlaskClient, database: Database) -> None:
        row = drawn(officer).get_json()

        assert changed(officer, row, geometry=None).get_json()["geometry"] is None
        assert [event["polygon_id"] != "" for event in told(database, "registry.grid_changed.v1")] == [True, False]


@pytest.mark.usefixtures("accounts")
class TestTheTeam:
    def test_is_told_with_who_may_see_the_enterprises(self, officer: FlaskClient, database: Database) -> None:
        row = drawn(officer).get_json()
        team = [{"account_id": WORKER, "kind": "full_time_worker"}, {"account_id": WORKER, "kind": "volunteer"}]

        now = changed(officer, row, "/members", members=team).get_json()

        assert (now["missing_kinds"], now["version"]) == (["grid_leader"], 2)
        assert told(database, "registry.grid_changed.v1")[-1]["members"] == [
            {"account_id": WORKER, "kind": "full_time_worker", "grants_scope": True},
            {"account_id": WORKER, "kind": "volunteer", "grants_scope": False},
        ]

    def test_is_written_only_when_it_changes(self, officer: FlaskClient) -> None:
        row = drawn(officer).get_json()
        team = [{"account_id": LEADER, "kind": "grid_leader"}]
        manned = changed(officer, row, "/members", members=team).get_json()

        assert changed(officer, manned, "/members", members=team * 2).get_json()["version"] == 2

    @pytest.mark.parametrize(
        ("account", "kind", "code"),
        [
            (WORKER, "chief", "member_kind_unknown"),
            (LEADER, "full_time_worker", "member_unfit"),
            ("01932f7e-5c00-7a10-8b21-0c4d5e6f7aff", "full_time_worker", "member_unfit"),
        ],
    )
    def test_takes_fitting_accounts_only(self, officer: FlaskClient, account: str, kind: str, code: str) -> None:
        row = drawn(officer).get_json()

        answer = changed(officer, row, "/members", members=[{"account_id": account, "kind": kind}])

        assert (answer.status_code, answer.get_json()["code"]) == (422, code)

    def test_takes_no_account_that_was_shut(self, officer: FlaskClient, database: Database) -> None:
        row = drawn(officer).get_json()
        with database.transaction() as session:
            shut = staff(WORKER, ["grid_worker"], sequence=3, is_enabled=False)
            late = staff(WORKER, ["grid_worker"], sequence=2)
            subscriptions.on_staff_changed(session, [shut, late], now=datetime.now(UTC))

        team = [{"account_id": WORKER, "kind": "full_time_worker"}]

        assert changed(officer, row, "/members", members=team).get_json()["code"] == "member_unfit"


class TestScope:
    def test_shows_each_the_grids_of_the_own_area(
        self, officer: FlaskClient, street: FlaskClient, worker: FlaskClient, app: Flask, signer: Signer
    ) -> None:
        rows = [drawn(officer).get_json(), drawn(officer, "b").get_json(), drawn(officer, "c", division="331002001")]
        enterprise_user = signer.client(app, actions=ACTIONS, enterprise_id=rows[0]["id"])

        seen = [listed(client) for client in (officer, street, worker, enterprise_user)]

        assert seen == [["a", "b", "c"], ["a", "b"], ["a"], []]
        assert worker.get(f"{BASE}/grids/{rows[1]['id']}").status_code == 404
        assert [len(client.get(f"{BASE}/grids/outlines").get_json()["features"]) for client in (street, worker)] == [
            2,
            1,
        ]

    def test_lets_nobody_draw_outside_the_own_area(self, street: FlaskClient, officer: FlaskClient) -> None:
        foreign = drawn(street, division="331002001", geometry=None)
        own = drawn(street, geometry=None).get_json()

        answers = foreign, changed(street, own, division="331002001")

        assert [answer.get_json()["code"] for answer in answers] == ["outside_jurisdiction"] * 2
        assert listed(officer) == ["a"]

    def test_leaves_outlines_to_those_who_see_the_whole_district(self, street: FlaskClient) -> None:
        own = drawn(street, geometry=None).get_json()

        answers = drawn(street, "b"), changed(street, own, geometry=square())

        assert [answer.get_json()["code"] for answer in answers] == ["whole_district_only"] * 2
        assert changed(street, own, name="新名").get_json()["name"] == "新名"

    @pytest.mark.parametrize(
        ("query", "found"), [("q=b", ["b"]), ("division=331002001", ["c"]), ("status=closed", []), ("q=%25", [])]
    )
    def test_can_be_filtered(self, officer: FlaskClient, query: str, found: list[str]) -> None:
        for code, division in (("a", HONGJIA), ("b", HONGJIA), ("c", "331002001")):
            drawn(officer, code, division=division)

        assert listed(officer, query) == found


class TestReading:
    def test_gives_counts_and_kinds(self, officer: FlaskClient) -> None:
        drawn(officer)
        enterprise(officer)

        row = officer.get(f"{BASE}/grids").get_json()["items"][0]
        kinds = officer.get(f"{BASE}/grids/kinds").get_json()["items"]

        assert (row["enterprises"], row["has_area"], {kind["group"] for kind in kinds}) == (
            1,
            True,
            {"fixed", "x", "y"},
        )

    def test_is_repeated_for_a_new_consumer(self, officer: FlaskClient, database: Database) -> None:
        for code in "abc":
            drawn(officer, code)
        with database.reading() as session:
            first = subscriptions.current_grids(session, None, 2)
            rest = subscriptions.current_grids(session, first[-1].key, 2)

        assert [one.event.code for one in (*first, *rest)] == ["a", "b", "c"]


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return [row["code"] for row in client.get(f"{BASE}/grids?{query}").get_json()["items"]]


def outlines(client: FlaskClient) -> list[Any]:
    return list(client.get(f"{BASE}/grids/outlines").get_json()["features"])
