"""Boundaries of divisions: loaded by the administrator, checked, kept in WGS-84, drawn by whoever sees the map."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from services.registry.api.divisions import MOST_POSITIONS
from services.registry.domain.coordinates import Point, to_wgs84
from tests.integration.registry.conftest import BASE

CODE = "331002001"
SQUARE = [[121.4, 28.6], [121.5, 28.6], [121.5, 28.7], [121.4, 28.7], [121.4, 28.6]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def put(client: FlaskClient, geometry: Any, *, code: str = CODE, **more: str) -> Any:
    return client.put(f"{BASE}/divisions/{code}/boundary", json={"geometry": geometry, **more})


def drawn(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{BASE}/divisions/boundaries{query}").get_json()["features"]
    return found


class TestBoundary:
    def test_is_drawn_with_the_name_of_its_division(self, bureau: FlaskClient) -> None:
        answer = put(bureau, polygon(SQUARE))

        assert (answer.status_code, answer.get_json()["boundary_positions"]) == (200, 5)
        assert drawn(bureau) == [
            {
                "type": "Feature",
                "id": CODE,
                "properties": {"code": CODE, "name": "海门街道", "level": 4},
                "geometry": polygon(SQUARE),
            }
        ]

    @pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
    def test_of_another_system_is_kept_in_wgs84(self, bureau: FlaskClient, crs: Any) -> None:
        put(
            bureau,
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon(SQUARE)}]},
            crs=crs,
        )

        corner = drawn(bureau)[0]["geometry"]["coordinates"][0][0]
        assert corner == pytest.approx(to_wgs84(Point(121.4, 28.6), crs), abs=1e-7)
        assert corner != pytest.approx((121.4, 28.6), abs=1e-3)

    def test_replaces_the_one_before(self, bureau: FlaskClient) -> None:
        put(bureau, polygon(SQUARE))
        put(bureau, polygon(SQUARE[:3]))

        assert [len(feature["geometry"]["coordinates"][0]) for feature in drawn(bureau)] == [4]

    def test_is_listed_by_area(self, bureau: FlaskClient) -> None:
        put(bureau, polygon(SQUARE))
        put(bureau, polygon(SQUARE), code="331002")

        assert [feature["id"] for feature in drawn(bureau)] == ["331002", CODE]
        assert [feature["id"] for feature in drawn(bureau, f"?within={CODE}")] == [CODE]

    def test_can_be_taken_away(self, bureau: FlaskClient) -> None:
        put(bureau, polygon(SQUARE))

        answers = [bureau.delete(f"{BASE}/divisions/{CODE}/boundary") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [204, 404]
        assert (drawn(bureau), answers[1].get_json()["code"]) == ([], "boundary_not_found")

    @pytest.mark.parametrize(
        ("geometry", "reason"),
        [
            ({"type": "Point", "coordinates": [121, 28]}, "kind"),
            (polygon([[28.6, 121.4], [28.7, 121.4], [28.7, 121.5]]), "outside"),
            (polygon([SQUARE[0], SQUARE[2], [121.5, 28.63], SQUARE[3]]), "crosses_itself"),
            (
                polygon([[121 + number * 1e-6, 28 + number % 2] for number in range(MOST_POSITIONS)]),
                "too_many_positions",
            ),
        ],
    )
    def test_is_refused_with_what_is_wrong(self, bureau: FlaskClient, geometry: Any, reason: str) -> None:
        answer = put(bureau, geometry)

        assert (answer.status_code, answer.get_json()["facts"]["reason"], drawn(bureau)) == (422, reason, [])

    def test_of_an_unknown_division_is_refused(self, bureau: FlaskClient) -> None:
        answer = put(bureau, polygon(SQUARE), code="331002999")

        assert (answer.status_code, answer.get_json()["code"]) == (404, "division_not_found")

    def test_larger_than_four_megabytes_is_refused(self, bureau: FlaskClient) -> None:
        answer = put(bureau, {"type": "Polygon", "coordinates": [], "note": "x" * (4 << 20)})

        assert (answer.status_code, answer.get_json()["code"]) == (413, "body_too_large")

    def test_is_for_those_who_see_the_whole_district(self, subdistrict: FlaskClient) -> None:
        assert put(subdistrict, polygon(SQUARE)).get_json()["code"] == "whole_district_only"
