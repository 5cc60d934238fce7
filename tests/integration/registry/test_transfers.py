"""The tray of the unplaced and the transfer list over HTTP: placed, handed over, accepted, sent back."""

from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from services.registry.queries.places import NAMED, transfers
from services.registry.tables import enterprise
from shared.clock import Clock, business_date
from shared.database import Database
from shared.database.bulk import insert_rows
from shared.database.chassis import outbox
from shared.ids import new_id
from shared.security.principal import Principal
from tests.integration.registry.conftest import BASE, downloaded
from tests.support.callers import Signer
from tests.unit.registry.registers import code_of

ACTIONS = ["enterprise:read", "enterprise:write", "enterprise:export", "grid:read", "grid:write"]
HERE, NOWHERE, ELSEWHERE = "椒江区洪家街道样例路", "样例路", "路桥区样例路"
HONGJIA, LUQIAO = "331002004", "331004"
MANY = 3_000  # enterprises of the district beside one that lies elsewhere
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # no SQL of their own


@pytest.fixture
def officer(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def street(app: Flask, signer: Signer) -> FlaskClient:
    return signer.client(app, actions=ACTIONS, divisions=[HONGJIA])


def today() -> str:
    """Return the day that it is in China; a run may go on into the next one."""
    return business_date(Clock().now()).isoformat()


def registered(client: FlaskClient, number: int, address: str, **changes: Any) -> str:
    body = {"uscc": code_of(number), "name": f"样例{number}厂", "address": address, **changes}
    return str(client.post(f"{BASE}/enterprises", json=body).get_json()["id"])


def read(client: FlaskClient, enterprise_id: str) -> dict[str, Any]:
    return dict(client.get(f"{BASE}/enterprises/{enterprise_id}").get_json())


def figures(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get(f"{BASE}/placements").get_json())


def placed(client: FlaskClient, *ids: str, **where: Any) -> Any:
    return client.post(f"{BASE}/placements", json={"enterprise_ids": list(ids), **where})


def sent(client: FlaskClient, *ids: str, **more: Any) -> Any:
    return client.post(f"{BASE}/transfers", json={"enterprise_ids": list(ids), **more})


def listed(client: FlaskClient, **query: str) -> list[dict[str, Any]]:
    return list(client.get(f"{BASE}/transfers", query_string=query).get_json()["items"])


def rows(client: FlaskClient) -> dict[str, int]:
    """Return how many rows each figure opens."""
    tray = client.get(f"{BASE}/placements/unplaced").get_json()["items"]
    states = ("due", "sent", "accepted", "returned", "overtaken")
    return {"unplaced": len(tray), **{state: len(listed(client, state=state)) for state in states}}


def opened(shown: dict[str, Any]) -> dict[str, int]:
    return {"unplaced": shown["unplaced"], **shown["transfers"]}


def grid(client: FlaskClient, code: str = "a", **changes: Any) -> Any:
    ring = [[121.40, 28.60], [121.42, 28.60], [121.42, 28.62], [121.40, 28.62], [121.40, 28.60]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    body = {"code": code, "name": code, "division": HONGJIA, "geometry": outline, **changes}
    return client.post(f"{BASE}/grids", json=body).get_json()


class TestFigures:
    def test_add_up_to_all_and_open_their_rows_at_every_step(self, officer: FlaskClient) -> None:
        """product, registry: placed + unplaced = all, beside the transfer list."""
        registered(officer, 1, HERE)
        lost = registered(officer, 2, NOWHERE)
        away, gone, back = (registered(officer, number, ELSEWHERE) for number in (3, 4, 5))
        steps = [figures(officer)]
        assert placed(officer, lost, division=HONGJIA).status_code == 200
        steps.append(figures(officer))
        ids = sent(officer, gone, back).get_json()["ids"]
        steps.append(figures(officer))
        officer.post(f"{BASE}/transfers/{ids[0]}/accept")
        officer.post(f"{BASE}/transfers/{ids[1]}/return", json={"reason": "不在辖区"})
        steps.append(figures(officer))

        whole = [step["placed"] + step["unplaced"] + step["other_county"] for step in steps]
        elsewhere = [sum(step["transfers"][state] for state in ("due", "sent", "accepted")) for step in steps]
        assert whole == [step["enterprises"] for step in steps] == [5] * 4
        assert elsewhere == [step["other_county"] for step in steps] == [3, 3, 3, 2]
        assert rows(officer) == opened(steps[-1])
        assert [row["id"] for row in listed(officer, state="due")] == [away]

    def test_count_by_county(self, officer: FlaskClient) -> None:
        registered(officer, 1, ELSEWHERE)
        registered(officer, 2, "黄岩区样例路")

        counties = figures(officer)["counties"]

        assert [(row["county"], row["name"], row["due"]) for row in counties] == [
            ("331003", "黄岩区", 1),
            (LUQIAO, "路桥区", 1),
        ]

    def test_leave_out_what_is_gone(self, officer: FlaskClient) -> None:
        one = read(officer, registered(officer, 1, ELSEWHERE))
        gone = {"If-Match": f'"{one["version"]}"'}
        officer.patch(f"{BASE}/enterprises/{one['id']}", json={"status": "deregistered"}, headers=gone)

        assert (figures(officer)["enterprises"], rows(officer)["due"]) == (0, 0)


class TestList:
    def test_reads_only_what_lies_elsewhere_or_was_sent(self, officer: FlaskClient, database: Database) -> None:
        """No figure of the list is paid for by the enterprises of the district, of which there are many more."""
        away, here = registered(officer, 1, ELSEWHERE), registered(officer, 2, HERE)
        with database.transaction() as session:
            one = dict(session.execute(select(enterprise).where(enterprise.c.id == here)).mappings().one())
            insert_rows(session, enterprise, [{**one, "id": new_id(), "uscc": str(number)} for number in range(MANY)])
        with database.transaction() as session:
            session.execute(text("ANALYZE"))
            statement = transfers(Principal("a", divisions=("331002",)), {}).order_by(*NAMED).limit(50)
            plan = plan_of(session, statement)

        assert "ix__enterprise__placement" in plan
        assert "Seq Scan on enterprise" not in plan
        assert [row["id"] for row in listed(officer)] == [away]


def plan_of(session: Session, statement: Select[Any]) -> str:
    """Return how the database is going to read."""
    compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if session.get_bind().dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(
        str(row) for row in session.connection().exec_driver_sql(f"{explain} {compiled}".replace("%", "%%"))
    )


@ON_SQLITE
class TestPlacing:
    def test_in_a_subdistrict_is_confirmed_and_told(self, officer: FlaskClient, database: Database) -> None:
        one, other = (registered(officer, number, NOWHERE) for number in (1, 2))
        answer = placed(officer, one, other, division="洪家街道").get_json()["items"]

        assert [(row["placement"], row["subdistrict"]) for row in answer] == [("placed", HONGJIA)] * 2
        assert read(officer, one)["origins"]["division"] == "person"
        assert [body["division"] for body in told(database)] == [HONGJIA] * 2

    def test_in_a_grid_places_in_its_division_too(self, officer: FlaskClient) -> None:
        grid(officer)
        one = registered(officer, 1, NOWHERE)
        placed(officer, one, grid="a")

        now = read(officer, one)
        assert (now["placement"], now["subdistrict"], now["grid"]) == ("placed", HONGJIA, "a")

    def test_at_a_point_places_in_the_grid_round_it(self, officer: FlaskClient) -> None:
        grid(officer)
        one, other = (registered(officer, number, NOWHERE) for number in (1, 2))
        placed(officer, one, location={"longitude": 121.41, "latitude": 28.61})
        placed(officer, other, location={"longitude": 121.61, "latitude": 28.61})

        inside, outside = read(officer, one), read(officer, other)
        assert (inside["subdistrict"], inside["grid"], inside["location_precision"]) == (HONGJIA, "a", "exact")
        assert (outside["placement"], outside["subdistrict"], outside["grid"]) == ("placed", "", "")

    @pytest.mark.parametrize(
        ("where", "code"),
        [
            ({}, "place_missing"),
            ({"grid": "none"}, "place_missing"),
            ({"grid": "shut"}, "place_missing"),
            ({"division": "331003001"}, "division_unknown"),
        ],
    )
    def test_refuses_what_is_no_place(self, officer: FlaskClient, where: dict[str, str], code: str) -> None:
        shut = grid(officer, "shut")
        closed = {"If-Match": f'"{shut["version"]}"'}
        officer.patch(f"{BASE}/grids/{shut['id']}", json={"status": "closed"}, headers=closed)

        assert placed(officer, registered(officer, 1, NOWHERE), **where).get_json()["code"] == code

    def test_refuses_what_is_placed_already(self, officer: FlaskClient) -> None:
        answer = placed(officer, registered(officer, 1, HERE), division=HONGJIA)

        assert (answer.status_code, answer.get_json()["code"]) == (409, "enterprise_not_unplaced")

    def test_is_for_those_who_see_the_tray(self, officer: FlaskClient, street: FlaskClient) -> None:
        one = registered(officer, 1, NOWHERE)

        assert placed(street, one, division=HONGJIA).status_code == 404
        assert street.get(f"{BASE}/placements/unplaced").get_json()["items"] == []


class TestTransfer:
    def test_is_recorded_with_its_day_and_county(self, officer: FlaskClient) -> None:
        sent(officer, registered(officer, 1, ELSEWHERE), note="第1号函")

        row = listed(officer, county=LUQIAO)[0]
        assert (row["transfer_state"], row["county"]) == ("sent", LUQIAO)
        assert (row["sent_on"], row["note"]) == (today(), "第1号函")

    def test_that_is_accepted_ends_supervision_here(self, officer: FlaskClient, database: Database) -> None:
        one = registered(officer, 1, ELSEWHERE)
        ids = sent(officer, one).get_json()["ids"]
        answer = officer.post(f"{BASE}/transfers/{ids[0]}/accept")

        assert (answer.get_json()["supervision"], listed(officer)[0]["answered_on"]) == ("transferred", today())
        assert (read(officer, one)["supervision"], told(database)[-1]["supervision"]) == ("transferred", "transferred")

    def test_that_comes_back_lies_in_the_tray_with_the_reason(self, officer: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE)
        ids = sent(officer, one, county="331003").get_json()["ids"]
        officer.post(f"{BASE}/transfers/{ids[0]}/return", json={"reason": "地址有误"})

        tray = officer.get(f"{BASE}/placements/unplaced").get_json()["items"]
        assert [(row["id"], row["county"], row["reason"]) for row in tray] == [(one, "331003", "地址有误")]
        assert (read(officer, one)["placement"], read(officer, one)["neighbour"]) == ("unplaced", "")
        history = officer.get(f"{BASE}/enterprises/{one}/history").get_json()["items"]
        assert history[0]["reason"] == "transfer_returned"

    def test_that_comes_back_is_supervised_here_again(self, officer: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE, supervision="transferred")
        ids = sent(officer, one).get_json()["ids"]
        officer.post(f"{BASE}/transfers/{ids[0]}/return", json={"reason": "地址有误"})

        assert read(officer, one)["supervision"] == "unverified"

    def test_that_came_back_is_not_sent_again_from_the_tray(self, officer: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE)
        ids = sent(officer, one).get_json()["ids"]
        officer.post(f"{BASE}/transfers/{ids[0]}/return", json={"reason": "地址有误"})
        again = sent(officer, one)

        assert (again.status_code, again.get_json()["code"]) == (409, "enterprise_not_elsewhere")
        assert len(listed(officer)) == 1

    def test_that_was_placed_here_meanwhile_is_overtaken(self, officer: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE)
        ids = sent(officer, one).get_json()["ids"]
        seen = {"If-Match": f'"{read(officer, one)["version"]}"'}
        officer.patch(f"{BASE}/enterprises/{one}", json={"division": HONGJIA}, headers=seen)
        refused = officer.post(f"{BASE}/transfers/{ids[0]}/accept")
        before = opened(figures(officer))["overtaken"]
        officer.post(f"{BASE}/transfers/{ids[0]}/return", json={"reason": "已在本区"})

        assert (refused.get_json()["code"], before) == ("enterprise_not_elsewhere", 1)
        assert (listed(officer)[0]["transfer_state"], read(officer, one)["placement"]) == ("returned", "placed")

    def test_is_refused_twice_and_answered_once(self, officer: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE)
        ids = sent(officer, one).get_json()["ids"]
        officer.post(f"{BASE}/transfers/{ids[0]}/accept")
        again = officer.post(f"{BASE}/transfers/{ids[0]}/return", json={"reason": "地址有误"})

        assert sent(officer, one).get_json()["code"] == "transfer_running"
        assert again.get_json()["code"] == "transfer_answered"

    def test_goes_to_another_county_only(self, officer: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE)

        assert sent(officer, one, county="331002").get_json()["code"] == "county_unfit"

    def test_concerns_the_whole_district(self, officer: FlaskClient, street: FlaskClient) -> None:
        one = registered(officer, 1, ELSEWHERE)
        ids = sent(officer, one).get_json()["ids"]

        assert sent(street, one).get_json()["code"] == "whole_district_only"
        assert street.post(f"{BASE}/transfers/{ids[0]}/accept").status_code == 403
        assert listed(street) == []

    def test_is_told_from_one_that_does_not_exist(self, officer: FlaskClient) -> None:
        nobody = "0192f0a0-0000-7000-8000-00000000ffff"

        assert officer.post(f"{BASE}/transfers/{nobody}/accept").get_json()["code"] == "transfer_not_found"
        assert sent(officer, nobody).get_json()["code"] == "enterprise_not_found"


@ON_SQLITE
class TestExport:
    def test_holds_the_rows_of_the_filter_in_words(self, officer: FlaskClient) -> None:
        sent(officer, registered(officer, 1, ELSEWHERE))
        registered(officer, 2, ELSEWHERE)

        lines = downloaded(officer, "exports/transfers.csv?state=sent").decode("utf-8-sig").splitlines()

        assert (len(lines), lines[0][:11]) == (2, "接收县区代码,接收县区")
        assert lines[1].startswith(f"331004,路桥区,样例1厂,{code_of(1)},{ELSEWHERE},已移送,{today()}")

    def test_is_a_workbook_too(self, officer: FlaskClient) -> None:
        assert downloaded(officer, "exports/transfers.xlsx")[:2] == b"PK"


@ON_SQLITE
class TestCounties:
    def test_are_those_of_the_table(self, officer: FlaskClient) -> None:
        items = officer.get(f"{BASE}/transfers/counties").get_json()["items"]

        assert {"code": LUQIAO, "name": "路桥区"} in items


def told(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        wanted = outbox.c.type == "registry.enterprise_updated.v1"
        bodies = session.scalars(select(outbox.c.body).where(wanted).order_by(outbox.c.id))
        return [orjson.loads(body)["data"] for body in bodies]
