"""Distances on the ground between places in degrees (WGS-84)."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS = 6_371_009  # metres, mean


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places (longitude, latitude in degrees) in metres."""
    (east, north), (east_2, north_2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((north_2 - north) / 2) ** 2 + cos(north) * cos(north_2) * sin((east_2 - east) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(half))
