"""Parks and shared buildings over HTTP: tenants take the place of the park, and get their own back."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.registry.tables import enterprise
from shared.database import Database
from shared.database.chassis import outbox
from tests.integration.registry.conftest import BASE
from tests.support.callers import Signer
from tests.unit.registry.registers import code_of, csv_text, row_of

ACTIONS = ["enterprise:read", "enterprise:write", "enterprise:import"]
HONGJIA, SANJIA = "331002004", "331002005"
GATE = {"longitude": 121.41, "latitude": 28.61}
OWN = {"longitude": 121.52, "latitude": 28.55}
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # no SQL of their own
Jobs = Callable[[], None]


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def street(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=[SANJIA])


def made(client: FlaskClient, name: str = "样例小微园", **changes: Any) -> Any:
    body = {"name": name, "kind": "park", "division": HONGJIA, "location": GATE, **changes}
    return client.post(f"{BASE}/parks", json=body)


def changed(client: FlaskClient, row: dict[str, Any], **changes: Any) -> Any:
    return client.patch(f"{BASE}/parks/{row['id']}", json=changes, headers={"If-Match": f'"{row["version"]}"'})


def registered(client: FlaskClient, number: int, **changes: Any) -> str:
    body = {"uscc": code_of(number), "name": f"样例{number}厂", "address": "样例路", **changes}
    return str(client.post(f"{BASE}/enterprises", json=body).get_json()["id"])


def come(client: FlaskClient, park: dict[str, Any], *, expected: int | None = None, **selection: Any) -> Any:
    """Let the enterprises of a filter be tenants, as many as the preview counts."""
    path, body = f"{BASE}/parks/{park['id']}/tenants", {"selection": selection}
    counted = client.post(f"{path}/preview", json=body).get_json()
    wanted = counted["joins"] + counted["moves"] if expected is None else expected
    return client.post(path, json={**body, "expected": wanted})


def leave(client: FlaskClient, park: dict[str, Any], *ids: str) -> Any:
    return client.post(f"{BASE}/parks/{park['id']}/tenants/leave", json={"enterprise_ids": list(ids)})


def read(client: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    return dict(client.get(f"{BASE}/enterprises/{enterprise_id}").get_json())


def place(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("longitude", "latitude", "location_precision", "placement", "subdistrict"))


@ON_SQLITE
class TestTenants:
    def test_take_position_and_precision_and_all_are_told(self, officer: FlaskClient, database: Database) -> None:
        """product, registry: a tenant takes the park's position."""
        park = made(officer, location_precision="address").get_json()
        lost, exact = registered(officer, 1), registered(officer, 2, location=OWN)
        before = place(read(officer, exact))
        assert come(officer, park).get_json() == {"changed": 2}

        assert before == (121.52, 28.55, "exact", "placed", "")
        assert [place(read(officer, one)) for one in (lost, exact)] == [
            (121.41, 28.61, "address", "placed", HONGJIA)
        ] * 2
        assert [(body["longitude"], body["location_precision"]) for body in told(database)] == [(121.41, "address")] * 2

    def test_have_their_own_place_again_when_they_leave(self, officer: FlaskClient) -> None:
        park = made(officer).get_json()
        lost, exact = registered(officer, 1), registered(officer, 2, location=OWN)
        come(officer, park)
        assert leave(officer, park, lost, exact).get_json() == {"changed": 2}

        assert place(read(officer, lost)) == (None, None, "none", "unplaced", "")
        assert place(read(officer, exact)) == (121.52, 28.55, "exact", "placed", "")
        assert [row["reason"] for row in history(officer, exact)] == ["park_left", "park_joined", "registered"]

    def test_keep_a_position_that_is_found_meanwhile_for_themselves(
        self, officer: FlaskClient, load: Callable[..., Any]
    ) -> None:
        park = made(officer).get_json()
        by_hand, by_file = registered(officer, 1), registered(officer, 2)
        come(officer, park)
        seen = {"If-Match": f'"{read(officer, by_hand)["version"]}"'}
        officer.patch(f"{BASE}/enterprises/{by_hand}", json={"location": OWN}, headers=seen)
        header = ("企业名称", "统一社会信用代码", "经度", "纬度")
        load(csv_text([["样例2厂", code_of(2), "121.52", "28.55"]], header).encode())
        inside = [place(read(officer, one)) for one in (by_hand, by_file)]
        leave(officer, park, by_hand, by_file)

        assert inside == [(121.41, 28.61, "exact", "placed", HONGJIA)] * 2
        assert [place(read(officer, one))[:3] for one in (by_hand, by_file)] == [(121.52, 28.55, "exact")] * 2

    def test_stay_in_the_division_that_somebody_said(self, officer: FlaskClient) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1, division=SANJIA)
        come(officer, park)

        assert place(read(officer, one)) == (121.41, 28.61, "exact", "placed", SANJIA)

    def test_move_from_park_to_park_and_still_know_their_own_place(self, officer: FlaskClient) -> None:
        first = made(officer).get_json()
        second = made(officer, "另一小微园", location={"longitude": 121.45, "latitude": 28.6}).get_json()
        one = registered(officer, 1, location=OWN)
        come(officer, first)
        come(officer, second)
        inside = read(officer, one)
        leave(officer, first, one)
        still = read(officer, one)
        leave(officer, second, one)

        assert (inside["longitude"], inside["park_name"]) == (121.45, "另一小微园")
        assert (still["version"], place(read(officer, one))[:2]) == (inside["version"], (121.52, 28.55))

    def test_of_another_county_lie_in_the_park(self, officer: FlaskClient) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1, address="路桥区样例路")
        come(officer, park)

        assert (read(officer, one)["placement"], read(officer, one)["neighbour"]) == ("placed", "")


class TestTheTenantsOfAPark:
    def test_follow_when_it_moves(self, officer: FlaskClient, run_jobs: Jobs) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1)
        come(officer, park)
        changed(officer, park, location={"longitude": 121.5, "latitude": 28.5}, division=SANJIA)
        run_jobs()

        assert place(read(officer, one)) == (121.5, 28.5, "exact", "placed", SANJIA)
        assert history(officer, one)[0]["reason"] == "park_changed"

    def test_are_written_once_when_it_moves_twice_before_they_follow(
        self, officer: FlaskClient, run_jobs: Jobs
    ) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1)
        come(officer, park)
        moved = changed(officer, park, location=OWN).get_json()
        changed(officer, moved, location={"longitude": 121.5, "latitude": 28.5})
        run_jobs()

        tenants = officer.get(f"{BASE}/parks/{park['id']}/tenants").get_json()["items"]
        assert [(row["id"], row["longitude"], row["version"]) for row in tenants] == [(one, 121.5, 3)]

    def test_leave_when_it_is_closed_and_come_no_more(self, officer: FlaskClient, run_jobs: Jobs) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1)
        come(officer, park)
        changed(officer, park, status="closed")
        run_jobs()

        assert (read(officer, one)["park_id"], place(read(officer, one))[0]) == (None, None)
        assert come(officer, park).get_json()["code"] == "park_closed"

    def test_are_left_alone_when_only_its_name_changes(self, officer: FlaskClient, run_jobs: Jobs) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1)
        come(officer, park)
        renamed = changed(officer, park, name="新名小微园").get_json()
        same = changed(officer, renamed, name="新名小微园").get_json()
        run_jobs()

        assert (renamed["version"], same["version"], read(officer, one)["version"]) == (2, 2, 2)

    @ON_SQLITE
    def test_follow_however_many_there_are(
        self, officer: FlaskClient, load: Any, run_jobs: Jobs, database: Database
    ) -> None:
        park = made(officer).get_json()
        load(csv_text([row_of(number, 注册地址="样例路" if number else "末号路") for number in range(1001)]).encode())
        refused = come(officer, park, expected=1001)
        came = [come(officer, park, q=road).get_json()["changed"] for road in ("样例路", "末号路")]
        changed(officer, officer.get(f"{BASE}/parks/{park['id']}").get_json(), location=OWN)
        run_jobs()

        with database.reading() as session:
            places = session.execute(
                select(enterprise.c.longitude, func.count()).group_by(enterprise.c.longitude)
            ).all()
        assert (refused.get_json()["code"], came) == ("selection_too_large", [1000, 1])
        assert [tuple(row) for row in places] == [(121.52, 1001)]


class TestPreview:
    def test_counts_who_would_come_and_changes_nothing(self, officer: FlaskClient) -> None:
        here, there = made(officer).get_json(), made(officer, "另一小微园").get_json()
        ids = [registered(officer, number) for number in (1, 2, 3)]
        come(officer, here, q=code_of(1))
        come(officer, there, q=code_of(2))
        answer = officer.post(f"{BASE}/parks/{here['id']}/tenants/preview", json={"selection": {}}).get_json()

        assert [answer[name] for name in ("selected", "joins", "moves", "stays")] == [3, 1, 1, 1]
        assert [(row["id"], row["effect"]) for row in answer["sample"]] == [(ids[1], "moves"), (ids[2], "joins")]
        assert read(officer, ids[2])["version"] == 1

    def test_binds_what_is_done(self, officer: FlaskClient) -> None:
        park = made(officer).get_json()
        one = registered(officer, 1)
        answer = come(officer, park, expected=2)

        assert (answer.status_code, answer.get_json()["code"]) == (409, "selection_changed")
        assert read(officer, one)["park_id"] is None


@ON_SQLITE
class TestParks:
    def test_have_an_operator_and_are_found(self, officer: FlaskClient) -> None:
        one = registered(officer, 1)
        park = made(officer, operator_id=one, address="样例路1号", kind="shared_building").get_json()
        made(officer, "另一小微园")

        listed = officer.get(f"{BASE}/parks?kind=shared_building&q=样例").get_json()["items"]
        assert [(row["id"], row["operator_name"], row["tenants"]) for row in listed] == [(park["id"], "样例1厂", 0)]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"division": "331002"}, "park_malformed"),
            ({"division": "331003001"}, "park_malformed"),
            ({"kind": "mall"}, "invalid_fields"),
            ({"operator_id": "0192f0a0-0000-7000-8000-00000000ffff"}, "enterprise_not_found"),
            ({}, "park_exists"),
        ],
    )
    def test_are_refused_when_they_cannot_be(self, officer: FlaskClient, changes: Any, code: str) -> None:
        made(officer)

        assert made(officer, **changes).get_json()["code"] == code

    def test_of_another_subdistrict_are_hidden(self, officer: FlaskClient, street: FlaskClient) -> None:
        park = made(officer).get_json()

        assert street.get(f"{BASE}/parks").get_json()["items"] == []
        assert changed(street, park, name="x").get_json()["code"] == "park_not_found"
        assert made(street, "外街道园").get_json()["code"] == "park_not_found"

    def test_need_the_version_that_was_read(self, officer: FlaskClient) -> None:
        park = made(officer).get_json()

        assert changed(officer, {**park, "version": 7}, name="x").status_code == 412


def history(client: FlaskClient, enterprise_id: str) -> list[dict[str, Any]]:
    return list(client.get(f"{BASE}/enterprises/{enterprise_id}/history").get_json()["items"])


def told(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        wanted = outbox.c.type == "registry.enterprise_updated.v1"
        bodies = session.scalars(select(outbox.c.body).where(wanted).order_by(outbox.c.id))
        return [orjson.loads(body)["data"] for body in bodies]
