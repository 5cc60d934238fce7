"""Points of WGS-84, GCJ-02 and BD-09 become WGS-84 (rules: risk-grading §5.4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

CoordinateSystem = Literal["WGS-84", "GCJ-02", "BD-09"]

_AXIS = 6378245.0  # Krasovsky 1940, as the GCJ-02 transformation uses it
_ECCENTRICITY = 0.00669342162296594323
_BD_PI = math.pi * 3000.0 / 180.0
_CHINA = (73.66, 3.86, 135.05, 53.55)  # west, south, east, north: outside, GCJ-02 is WGS-84
_STEPS = 30
_CLOSE_ENOUGH = 1e-12


class Point(NamedTuple):
    """Degrees east and north."""

    longitude: float
    latitude: float


def to_wgs84(point: Point, system: CoordinateSystem) -> Point:
    """Return `point` of `system` as WGS-84, exact to about 1e-12 degrees."""
    if system == "BD-09":
        return gcj02_to_wgs84(bd09_to_gcj02_exact(point))
    return gcj02_to_wgs84(point) if system == "GCJ-02" else point


def degrees_of(place: Mapping[str, Any]) -> tuple[float, float]:
    """Return longitude and latitude of a `place` in the system `crs` as WGS-84, rounded to about a centimetre."""
    point = to_wgs84(Point(place["longitude"], place["latitude"]), place["crs"])
    return round(point.longitude, 7), round(point.latitude, 7)


def wgs84_to_gcj02(point: Point) -> Point:
    """Return the GCJ-02 point that maps of China show for a WGS-84 point."""
    if not _is_in_china(point):
        return point
    east, north = _shift(point)
    return Point(point.longitude + east, point.latitude + north)


def gcj02_to_wgs84(point: Point) -> Point:
    """Return the WGS-84 point whose GCJ-02 image is `point` (fixed-point iteration)."""
    return _inverse(point, wgs84_to_gcj02)


def gcj02_to_bd09(point: Point) -> Point:
    """Return the BD-09 point for a GCJ-02 point."""
    x, y = point
    radius = math.hypot(x, y) + 0.00002 * math.sin(y * _BD_PI)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BD_PI)
    return Point(radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006)


def bd09_to_gcj02(point: Point) -> Point:
    """Return the GCJ-02 point for a BD-09 point by the published one-step formula."""
    x, y = point.longitude - 0.0065, point.latitude - 0.006
    radius = math.hypot(x, y) - 0.00002 * math.sin(y * _BD_PI)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * _BD_PI)
    return Point(radius * math.cos(angle), radius * math.sin(angle))


def bd09_to_gcj02_exact(point: Point) -> Point:
    """Return the GCJ-02 point whose BD-09 image is `point` (fixed-point iteration)."""
    return _inverse(point, gcj02_to_bd09)


def _inverse(image: Point, forward: Callable[[Point], Point]) -> Point:
    guess = image
    for _ in range(_STEPS):
        reached = forward(guess)
        error = Point(reached.longitude - image.longitude, reached.latitude - image.latitude)
        guess = Point(guess.longitude - error.longitude, guess.latitude - error.latitude)
        if max(abs(error.longitude), abs(error.latitude)) < _CLOSE_ENOUGH:
            break
    return guess


def _is_in_china(point: Point) -> bool:
    west, south, east, north = _CHINA
    return west < point.longitude < east and south < point.latitude < north


def _shift(point: Point) -> tuple[float, float]:
    x, y = point.longitude - 105.0, point.latitude - 35.0
    radians = math.radians(point.latitude)
    magic = 1 - _ECCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = _northward(x, y) * 180.0 / ((_AXIS * (1 - _ECCENTRICITY)) / (magic * root) * math.pi)
    east = _eastward(x, y) * 180.0 / (_AXIS / root * math.cos(radians) * math.pi)
    return east, north


def _northward(x: float, y: float) -> float:
    metres = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    metres += _waves(x, (6.0, 20.0), (2.0, 20.0))
    metres += _waves(y, (1.0, 20.0), (1 / 3, 40.0))
    return metres + _waves(y, (1 / 12, 160.0), (1 / 30, 320.0))


def _eastward(x: float, y: float) -> float:
    metres = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    metres += _waves(x, (6.0, 20.0), (2.0, 20.0))
    metres += _waves(x, (1.0, 20.0), (1 / 3, 40.0))
    return metres + _waves(x, (1 / 12, 150.0), (1 / 30, 300.0))


def _waves(value: float, *terms: tuple[float, float]) -> float:
    return sum(height * math.sin(frequency * value * math.pi) for frequency, height in terms) * 2.0 / 3.0
