"""GeoJSON becomes checked areas; points lie in them or not."""

import math
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry import shape

from services.registry.domain.coordinates import Point, wgs84_to_gcj02
from services.registry.domain.geometry import AreaInvalid, area_from, as_geojson, bounds_of, holds, size_of

SQUARE = [[121.40, 28.60], [121.44, 28.60], [121.44, 28.64], [121.40, 28.64], [121.40, 28.60]]
HOLE = [[121.41, 28.61], [121.43, 28.61], [121.43, 28.63], [121.41, 28.63], [121.41, 28.61]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


class TestReading:
    @pytest.mark.parametrize(
        "geojson",
        [
            polygon(SQUARE),
            {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
            {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)},
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon(SQUARE)}]},
            polygon(SQUARE[:-1]),
        ],
        ids=["polygon", "multi", "feature", "collection", "open ring"],
    )
    def test_takes_every_kind_of_polygon(self, geojson: Any) -> None:
        assert area_from(geojson) == [[SQUARE]]

    @pytest.mark.parametrize(
        ("geojson", "reason"),
        [
            ({"type": "Point", "coordinates": [121, 28]}, "kind"),
            ({"type": "Feature", "geometry": None}, "kind"),
            ({}, "kind"),
            ({"type": "FeatureCollection", "features": []}, "empty"),
            (polygon(), "coordinates"),
            ({"type": "Polygon"}, "coordinates"),
            (polygon([]), "coordinates"),
            (polygon([[121.4, 28.6], [121.5, 28.6]]), "too_few_positions"),
            (polygon([[121.4], [121.5, 28.6], [121.5, 28.7], [121.4, 28.6]]), "position"),
            (polygon([["121.4", 28.6], [121.5, 28.6], [121.5, 28.7]]), "position"),
            (polygon([[True, 28.6], [121.5, 28.6], [121.5, 28.7]]), "position"),
            (polygon([[28.6, 121.4], [28.6, 121.5], [28.7, 121.5]]), "outside"),
            (polygon([[121.4, 28.6], [121.5, 28.6], [121.4, 28.6], [121.5, 28.6]]), "no_extent"),
            (polygon([[121.4, 28.6], [121.5, 28.75], [121.5, 28.6], [121.4, 28.7]]), "crosses_itself"),
        ],
    )
    def test_refuses_what_is_no_area(self, geojson: Any, reason: str) -> None:
        with pytest.raises(AreaInvalid) as refusal:
            area_from(geojson)

        assert refusal.value.facts == {"reason": reason}

    def test_refuses_more_positions_than_a_map_needs(self) -> None:
        ring = [[121 + number / 10_000, 28.0] for number in range(2_001)]

        with pytest.raises(AreaInvalid, match="simplify"):
            area_from(polygon(ring))

    def test_turns_other_coordinate_systems_into_wgs84(self) -> None:
        ring = [list(wgs84_to_gcj02(Point(*position))) for position in SQUARE]

        area = area_from(polygon(ring), "GCJ-02")

        assert bounds_of(area) == pytest.approx((121.40, 28.60, 121.44, 28.64), abs=1e-6)

    def test_is_undone_by_writing(self) -> None:
        both = {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}

        assert (as_geojson(area_from(polygon(SQUARE, HOLE))), as_geojson(area_from(both))) == (
            polygon(SQUARE, HOLE),
            both,
        )


class TestHolding:
    def test_leaves_holes_out(self) -> None:
        area = area_from(polygon(SQUARE, HOLE))

        assert [holds(area, Point(x, 28.62)) for x in (121.405, 121.42, 121.435, 121.45)] == [True, False, True, False]
        assert size_of(area) == pytest.approx(0.0016 - 0.0004)

    def test_gives_a_point_on_a_common_border_to_exactly_one(self) -> None:
        east = area_from(polygon([[x + 0.04, y] for x, y in SQUARE]))
        west = area_from(polygon(SQUARE))

        assert [holds(area, Point(121.44, 28.61)) for area in (west, east)].count(True) == 1

    @seed(331002)
    @settings(max_examples=150, deadline=None, database=None)
    @given(st.lists(st.integers(5, 40), min_size=4, max_size=12), st.integers(-42, 42), st.integers(-42, 42))
    def test_agrees_with_a_geometry_library(self, radii: list[int], x: int, y: int) -> None:
        turn = 2 * math.pi / len(radii)
        star = [
            [121.4 + r / 1000 * math.cos(n * turn), 28.6 + r / 1000 * math.sin(n * turn)] for n, r in enumerate(radii)
        ]
        place = Point(121.4 + (x + 0.5) / 1000, 28.6 + (y + 0.37) / 1000)
        reference = shape(polygon([*star, star[0]]))

        is_near = reference.boundary.distance(ShapelyPoint(*place)) < 1e-6
        assert is_near or holds(area_from(polygon(star)), place) == reference.contains(ShapelyPoint(*place))
