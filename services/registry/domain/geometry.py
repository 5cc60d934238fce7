"""Areas on the ground: GeoJSON becomes checked WGS-84 polygons, and a point lies in one or not (RFC 7946)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.registry.domain.coordinates import CoordinateSystem, Point, to_wgs84
from shared.errors import Refused

Ring = list[list[float]]  # closed: the first position is the last one
Polygon = list[Ring]  # the outer ring, then holes
Area = list[Polygon]

MOST_POSITIONS = 2_000
_DIGITS = 7  # about a centimetre
_WEST, _SOUTH, _EAST, _NORTH = 73, 3, 136, 54
_LEAST_SIZE = 1e-9  # square degrees, about ten square metres


class AreaInvalid(Refused):
    """The GeoJSON is no area that can be used; `facts.reason` is the stable code of the cause."""

    code = "area_invalid"


class Bounds(NamedTuple):
    """The box round an area, in degrees."""

    west: float
    south: float
    east: float
    north: float


def area_from(geojson: Mapping[str, Any], system: CoordinateSystem = "WGS-84", *, most: int = MOST_POSITIONS) -> Area:
    """Return the area of a Polygon, MultiPolygon, or a Feature (collection) of such, in WGS-84.

    Rings are closed if they are open. Raises `AreaInvalid` for other geometry, positions outside China, too many
    positions, rings without extent and rings that cross themselves.
    """
    area = [[_ring(ring, system) for ring in polygon] for polygon in _polygons(geojson)]
    if not area:
        raise _invalid("empty", "The file holds no polygon: draw at least one.")
    if positions_of(area) > most:
        raise _invalid("too_many_positions", f"Use at most {most} positions: simplify the outline.")
    for polygon in area:
        for ring in polygon:
            _check_shape(ring)
    return area


def as_geojson(area: Area) -> dict[str, Any]:
    """Return an area as a GeoJSON geometry."""
    if len(area) == 1:
        return {"type": "Polygon", "coordinates": area[0]}
    return {"type": "MultiPolygon", "coordinates": area}


def positions_of(area: Area) -> int:
    """Return how many positions the rings of an area have."""
    return sum(len(ring) for polygon in area for ring in polygon)


def bounds_of(area: Area) -> Bounds:
    """Return the box round all outer rings."""
    positions = [position for polygon in area for position in polygon[0]]
    east, north = [one[0] for one in positions], [one[1] for one in positions]
    return Bounds(min(east), min(north), max(east), max(north))


def size_of(area: Area) -> float:
    """Return the size of an area in square degrees, holes taken out; good for comparing neighbours only."""
    return sum(_size(polygon[0]) - sum(_size(hole) for hole in polygon[1:]) for polygon in area)


def holds(area: Area, point: Point) -> bool:
    """True when `point` lies in the area; of two areas with a common border exactly one holds a point on it."""
    return any(
        sum(_crossings(ring, point) for ring in polygon) % 2  # a hole's crossing cancels the outer ring's
        for polygon in area
    )


def _polygons(geojson: Any) -> Iterator[Any]:
    kind = geojson.get("type") if isinstance(geojson, Mapping) else None
    if kind == "FeatureCollection" and isinstance(geojson.get("features"), list):
        for feature in geojson["features"]:
            yield from _polygons(feature)
    elif kind == "Feature":
        yield from _polygons(geojson.get("geometry"))
    elif kind == "Polygon":
        yield _list(geojson.get("coordinates"))
    elif kind == "MultiPolygon":
        for polygon in _list(geojson.get("coordinates")):
            yield _list(polygon)
    else:
        raise _invalid("kind", "Send a GeoJSON Polygon or MultiPolygon, alone or as a Feature.")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _invalid("coordinates", "The coordinates are missing or no lists: export the polygon again.")
    return value


def _ring(positions: Any, system: CoordinateSystem) -> Ring:
    ring = [_position(position, system) for position in _list(positions)]
    if ring[0] != ring[-1]:
        ring.append(list(ring[0]))
    if len(ring) < 4:
        raise _invalid("too_few_positions", "A ring needs at least three different corners.")
    return ring


def _position(position: Any, system: CoordinateSystem) -> list[float]:
    is_pair = isinstance(position, list) and len(position) >= 2
    if not is_pair or not all(type(one) in (int, float) for one in position[:2]):
        raise _invalid("position", "A position is [longitude, latitude] in decimal degrees.")
    longitude, latitude = position[:2]
    if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
        raise _invalid("outside", "A position lies outside China: longitude comes first, then latitude.")
    point = to_wgs84(Point(float(longitude), float(latitude)), system)
    return [round(point.longitude, _DIGITS), round(point.latitude, _DIGITS)]


def _check_shape(ring: Ring) -> None:
    if _size(ring) < _LEAST_SIZE:
        raise _invalid("no_extent", "A ring encloses nothing: draw it again.")
    if _crosses_itself(ring):
        raise _invalid("crosses_itself", "An outline crosses itself: draw it again without a loop.")


def _size(ring: Ring) -> float:
    """The shoelace formula, from the first corner so that nothing is lost in rounding."""
    x0, y0 = ring[0]
    total = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
        total += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    return abs(total) / 2


def _crosses_itself(ring: Ring) -> bool:
    """Compare each side with those that begin before it ends, from west to east."""
    sides = [(number, one, other) for number, (one, other) in enumerate(zip(ring, ring[1:], strict=False))]
    sides.sort(key=lambda side: min(side[1][0], side[2][0]))
    last = len(sides) - 1
    for at, (number, start, end) in enumerate(sides):
        east = max(start[0], end[0])
        for other, begin, finish in sides[at + 1 :]:
            if min(begin[0], finish[0]) > east:
                break
            is_neighbour = abs(number - other) in (1, last)
            if not is_neighbour and _cross(start, end, others=(begin, finish)):
                return True
    return False


def _cross(start: Sequence[float], end: Sequence[float], *, others: tuple[Sequence[float], Sequence[float]]) -> bool:
    begin, finish = others
    return (
        _turn(start, end, begin) * _turn(start, end, finish)
        < 0
        > _turn(begin, finish, start) * _turn(begin, finish, end)
    )


def _turn(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _crossings(ring: Ring, point: Point) -> int:
    """Count the sides that a ray from `point` to the east meets; a side owns its lower end, not its upper one."""
    x, y = point
    count = 0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            count += 1
    return count


def _invalid(reason: str, detail: str) -> AreaInvalid:
    return AreaInvalid(detail, reason=reason)
