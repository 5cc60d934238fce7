"""Coordinate systems; vectors of risk-grading §5.4."""

import math

import pytest

from services.registry.domain.coordinates import (
    Point,
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_gcj02,
)

BEIJING = Point(116.404, 39.915)
HOME = Point(121.442, 28.673)


def close(point: Point, tolerance: float = 1e-9) -> object:
    return pytest.approx(point, abs=tolerance, rel=0)


class TestVectors:
    def test_wgs84_to_gcj02(self) -> None:
        assert wgs84_to_gcj02(BEIJING) == close(Point(116.41024449916938, 39.91640428150164))

    def test_shift_of_gcj02_in_the_home_district_is_430_m_east_and_329_m_south(self) -> None:
        shown = wgs84_to_gcj02(HOME)
        metres_of_a_degree = 111_320

        east = (shown.longitude - HOME.longitude) * metres_of_a_degree * math.cos(math.radians(HOME.latitude))
        north = (shown.latitude - HOME.latitude) * metres_of_a_degree

        assert (east, north) == (pytest.approx(430, abs=2), pytest.approx(-329, abs=2))

    def test_bd09_to_gcj02(self) -> None:
        assert bd09_to_gcj02(BEIJING) == close(Point(116.39762729119315, 39.90865673957631))

    def test_gcj02_to_bd09(self) -> None:
        assert gcj02_to_bd09(BEIJING) == close(Point(116.41036949371029, 39.92133699351021))

    def test_the_one_step_inverse_is_near_the_exact_one(self) -> None:
        assert gcj02_to_wgs84(BEIJING) == close(Point(116.39775550083061, 39.91359571849836), 1e-5)


class TestToWgs84:
    def test_leaves_wgs84_alone(self) -> None:
        assert to_wgs84(HOME, "WGS-84") == HOME

    def test_undoes_gcj02_exactly(self) -> None:
        assert to_wgs84(wgs84_to_gcj02(HOME), "GCJ-02") == close(HOME)

    def test_undoes_bd09_exactly(self) -> None:
        assert to_wgs84(gcj02_to_bd09(wgs84_to_gcj02(HOME)), "BD-09") == close(HOME)

    def test_stays_near_where_the_shift_begins_and_no_exact_answer_exists(self) -> None:
        at_the_border = Point(73.66287207768214, 44.998971558953514)

        assert to_wgs84(at_the_border, "GCJ-02") == close(at_the_border, 0.01)

    def test_knows_no_shift_outside_china(self) -> None:
        assert wgs84_to_gcj02(Point(2.35, 48.85)) == Point(2.35, 48.85)
