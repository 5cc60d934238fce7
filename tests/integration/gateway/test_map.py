"""The map answers from counters what the rows say, within the caller's area."""

from typing import Any

import mapbox_vector_tile
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.domain.cells import PLACE_ZOOM, position_of
from shared import ids
from tests.integration.gateway.builders import BAIYUN, HAIMEN, at, enterprise, grade, yes
from tests.integration.gateway.conftest import ACTIONS, Tell
from tests.support.callers import Signer

HARBOUR = (121.424, 28.680)


def tile_at(zoom: int, place: tuple[float, float] = HARBOUR) -> str:
    column, row = position_of(*place)
    return f"/api/v1/map/tiles/{zoom}/{column >> (PLACE_ZOOM - zoom)}/{row >> (PLACE_ZOOM - zoom)}"


def layers(client: FlaskClient, address: str) -> dict[str, list[dict[str, Any]]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    decoded = mapbox_vector_tile.decode(answer.data)
    return {name: [each["properties"] for each in layer["features"]] for name, layer in decoded.items()}


def count_of(tile: dict[str, list[dict[str, Any]]]) -> int:
    return sum(each["enterprises"] for each in tile.get("clusters", [])) + len(tile.get("points", []))


def crowd(count: int, **facts: Any) -> list[Any]:
    return [at(HARBOUR[0] + 0.0001 * number, HARBOUR[1], name=f"Works {number}", **facts) for number in range(count)]


class TestSummary:
    def test_counts_enterprises_by_level_and_place(self, officer: FlaskClient, tell: Tell) -> None:
        red, grey = enterprise(), enterprise(placement="unplaced", division="", subdistrict="")
        tell(red, grey, grade(red.enterprise_id, 1, is_provisional=False))

        answer = officer.get("/api/v1/map/summary").get_json()

        facts = {name: answer[name] for name in ("enterprises", "by_level", "provisional", "placed", "unplaced")}
        assert facts == {
            "enterprises": 2,
            "by_level": {"1": 1, "2": 0, "3": 0, "4": 0, "none": 1},
            "provisional": 1,
            "placed": 1,
            "unplaced": 1,
        }

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("level=1", 1),
            ("level=1,none", 3),
            ("division=331002002", 1),
            ("section=none", 1),
            ("section=C&flag=casting", 1),
            ("flag=coating", 0),
            ("provisional=false", 1),
            ("placement=placed", 3),
        ],
    )
    def test_obeys_filters(self, officer: FlaskClient, tell: Tell, query: str, count: int) -> None:
        red = enterprise(features=yes("casting"))
        tell(red, enterprise(subdistrict=BAIYUN), enterprise(industry_section=""))
        tell(grade(red.enterprise_id, 1, is_provisional=False))

        assert officer.get(f"/api/v1/map/summary?{query}").get_json()["enterprises"] == count

    def test_refuses_a_filter_it_does_not_know(self, officer: FlaskClient) -> None:
        assert officer.get("/api/v1/map/summary?colour=red").status_code == 422

    def test_forgets_a_deregistered_enterprise(self, officer: FlaskClient, tell: Tell) -> None:
        known = enterprise()
        tell(known)
        tell(enterprise(enterprise_id=known.enterprise_id, status="deregistered"), sequence=2)

        assert officer.get("/api/v1/map/summary").get_json()["enterprises"] == 0


class TestScope:
    @pytest.mark.parametrize(
        ("claims", "count"),
        [
            ({"divisions": [HAIMEN]}, 2),
            ({"grids": ["grid-7"]}, 1),
            ({"enterprise_id": ids.new_id()}, 0),
            ({"divisions": ["331003"]}, 0),
            ({"divisions": ["331002001001"]}, 1),
            ({}, 0),
        ],
    )
    def test_limits_summary_list_search_and_tiles(
        self, app: Flask, signer: Signer, tell: Tell, claims: dict[str, Any], count: int
    ) -> None:
        tell(
            at(*HARBOUR, grid="grid-7", division="331002001001"),
            at(*HARBOUR),
            at(*HARBOUR, subdistrict=BAIYUN),
        )
        client = signer.client(app, actions=ACTIONS, **claims)

        summary = client.get("/api/v1/map/summary").get_json()["enterprises"]
        listed = len(client.get("/api/v1/registry/enterprises").get_json()["items"])
        found = len(client.get("/api/v1/search?q=Casting").get_json()["items"])
        drawn = len(layers(client, tile_at(15)).get("points", []))

        assert (summary, listed, found, drawn) == (count, count, count, count)

    def test_needs_the_action(self, app: Flask, signer: Signer) -> None:
        assert signer.client(app, divisions=["331002"]).get("/api/v1/map/summary").status_code == 403


class TestTiles:
    def test_draw_single_points_when_near(self, officer: FlaskClient, tell: Tell) -> None:
        works = at(*HARBOUR)
        tell(works, grade(works.enterprise_id, 2))

        assert layers(officer, tile_at(15)) == {
            "points": [{"id": works.enterprise_id, "name": works.name, "level": 2, "provisional": True}]
        }

    def test_lose_nobody_at_any_zoom(self, officer: FlaskClient, tell: Tell) -> None:
        tell(*crowd(100))
        places = [(HARBOUR[0] + 0.0001 * number, HARBOUR[1]) for number in range(100)]

        drawn = {
            zoom: sum(count_of(layers(officer, address)) for address in {tile_at(zoom, place) for place in places})
            for zoom in range(19)
        }

        assert drawn == dict.fromkeys(range(19), 100)

    def test_show_the_mix_of_a_cluster(self, officer: FlaskClient, tell: Tell) -> None:
        works = crowd(80)
        tell(*works, *(grade(each.enterprise_id, 1, is_provisional=False) for each in works[:20]))

        (cluster,) = layers(officer, tile_at(5))["clusters"]

        assert (cluster["enterprises"], cluster["l1"], cluster["p1"], cluster["l5"], cluster["p5"]) == (
            80,
            20,
            0,
            60,
            60,
        )
        assert cluster["provisional"] == 0.75

    def test_obey_filters(self, officer: FlaskClient, tell: Tell) -> None:
        tell(*crowd(80), *crowd(70, industry_section="G", features=yes("lpg")))

        tile = layers(officer, tile_at(9) + "?section=G&flag=lpg&level=none")

        assert sum(each["enterprises"] for each in tile["clusters"]) == 70

    def test_answer_304_to_who_has_it(self, officer: FlaskClient, tell: Tell) -> None:
        tell(at(*HARBOUR))
        etag = officer.get(tile_at(12)).headers["ETag"]

        again = officer.get(tile_at(12), headers={"If-None-Match": etag})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, "private, no-cache")

    def test_refuse_a_tile_off_the_map(self, officer: FlaskClient) -> None:
        assert officer.get("/api/v1/map/tiles/1/2/0").status_code == 404
