"""Cells of the map: a place as one number, ordered so that every tile is one range of numbers.

A place is a cell of the web mercator square at zoom 26 (0.6 m at the equator). The bits of its column and row are
interleaved (Z-order), so that cutting off two bits gives the cell one zoom lower, and all places of a tile lie
between two numbers. One plain index therefore serves every tile query on both databases.
"""

from dataclasses import dataclass
from math import asinh, atan, degrees, pi, radians, sinh, tan

PLACE_ZOOM = 26
LARGEST_LATITUDE = 85.05112878  # web mercator ends here
DETAIL = 3  # a tile shows 2**3 x 2**3 clusters
COUNTED_ZOOMS = (9, 11, 13)  # the zooms between and below add up the cells of the next one
SPREAD_STEPS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
GATHER_STEPS = tuple(
    zip(
        (shift for shift, _ in reversed(SPREAD_STEPS)),
        (*(mask for _, mask in reversed(SPREAD_STEPS[:-1])), 0x00000000FFFFFFFF),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A map tile; column ``x`` and row ``y`` count from the north-west corner."""

    z: int
    x: int
    y: int

    @property
    def is_on_the_map(self) -> bool:
        """Whether such a tile exists: zoom 0 to 22, column and row inside it."""
        return 0 <= self.z <= 22 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def counted_zoom(self) -> int:
        """The zoom whose counters this tile is drawn from; beyond the last one points are drawn if not too many."""
        return next((zoom for zoom in COUNTED_ZOOMS if zoom >= self.z), COUNTED_ZOOMS[-1])

    def cells(self, cell_zoom: int) -> tuple[int, int]:
        """Return the half-open range of cells at ``cell_zoom`` that the tile covers or, when smaller, lies in."""
        here = interleave(self.x, self.y)
        return cells_below(here, self.z, cell_zoom=cell_zoom)

    def places(self) -> tuple[int, int]:
        """Return the half-open range of places inside the tile."""
        return self.cells(PLACE_ZOOM)


def position_of(longitude: float, latitude: float) -> tuple[int, int]:
    """Return column and row at zoom 26 of a WGS-84 place in degrees; beyond the poles of the map is its edge."""
    latitude = min(max(latitude, -LARGEST_LATITUDE), LARGEST_LATITUDE)
    size = 1 << PLACE_ZOOM
    column = int((longitude + 180.0) / 360.0 * size)
    row = int((1.0 - asinh(tan(radians(latitude))) / pi) / 2.0 * size)
    return min(max(column, 0), size - 1), min(max(row, 0), size - 1)


def degrees_of(column: float, row: float) -> tuple[float, float]:
    """Return longitude and latitude in degrees of a position at zoom 26."""
    size = 1 << PLACE_ZOOM
    longitude = column / size * 360.0 - 180.0
    latitude = degrees(atan(sinh(pi * (1.0 - 2.0 * row / size))))
    return longitude, latitude


def interleave(column: int, row: int) -> int:
    """Return the Z-order number of a cell: bits of ``row`` and ``column`` in turn, the row first."""
    return _spread(row) << 1 | _spread(column)


def position_in(place: int) -> tuple[int, int]:
    """Return column and row at zoom 26 of a place, the inverse of ``interleave``."""
    return _gathered(place), _gathered(place >> 1)


def cells_below(cell: int, zoom: int, *, cell_zoom: int) -> tuple[int, int]:
    """Return the half-open range of cells at ``cell_zoom`` inside ``cell`` of ``zoom``, or the one around it."""
    shift = 2 * (cell_zoom - zoom)
    if shift < 0:
        around = cell >> -shift
        return around, around + 1
    return cell << shift, (cell + 1) << shift


def cell_of(place: int, zoom: int) -> int:
    """Return the cell in which ``place`` is counted for tiles of ``zoom``."""
    return place >> 2 * (PLACE_ZOOM - zoom - DETAIL)


def _spread(number: int) -> int:
    for shift, mask in SPREAD_STEPS:
        number = (number | number << shift) & mask
    return number


def _gathered(number: int) -> int:
    number &= SPREAD_STEPS[-1][1]
    for shift, mask in GATHER_STEPS:
        number = (number | number >> shift) & mask
    return number
