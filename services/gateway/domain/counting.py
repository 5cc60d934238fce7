"""What one enterprise adds to the counters of the map, and what a change of it adds or takes away.

A counter is a small table by colour, kept for each question that a map may be asked: some zooms, one industry
section or all, one hazard feature or all. Its key names the question, so a filtered tile is read as fast as an
unfiltered one, and never from the enterprises themselves.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from services.gateway.domain.cells import COUNTED_ZOOMS, cell_of, position_in
from services.gateway.domain.flags import features_in

COLOURS = ("red", "orange", "yellow", "blue", "grey")
GREY = len(COLOURS)  # how "no level" is stored: it sorts behind blue (4)
ALL = "*"  # the section or the feature of a counter that does not ask for one
FIGURES = -1  # the zoom of the counters without a map: their cell is the kind of place
AREA_DIGITS = 9
POINT_PRECISIONS = frozenset({"exact", "address"})

# Counts of certain grades, of provisional (hatched) ones, then sums of positions from which the middle follows.
SOLID = COLOURS
HATCHED = tuple(f"{colour}_hatched" for colour in COLOURS)
SUMS = (*SOLID, *HATCHED, "column_sum", "row_sum")
KEY = ("zoom", "section", "flag", "cell", "area")

CounterKey = tuple[int, str, str, int, str]
Totals = dict[CounterKey, list[int]]


class Place(IntEnum):
    """How well the place of an enterprise is known."""

    POINT = 0
    SUBDISTRICT = 1
    UNPLACED = 2
    OTHER_COUNTY = 3


class Spot(NamedTuple):
    """What decides in which counters an enterprise counts; ``place`` is the cell at zoom 26, only of points."""

    area: str
    section: str
    flags: int
    kind: Place
    place: int | None


class Counted(NamedTuple):
    """An enterprise as the counters see it; ``level`` is 1 to 4, or ``GREY``."""

    spot: Spot
    level: int
    is_provisional: bool

    @property
    def column(self) -> int:
        """The place of its colour in ``SUMS``."""
        return self.level - 1 + (len(SOLID) if self.is_provisional else 0)


def area_of(division: str) -> str:
    """Return the subdistrict (9 digits) of a division code, or the coarser code when no better one is known.

    Whoever may see a division of up to nine digits may see exactly the areas that begin with it, so that the
    scope of a principal can be applied to counters as to rows.
    """
    return division[:AREA_DIGITS]


def counted(enterprise: Any) -> Counted | None:
    """Return how a row with the columns of ``enterprise_view`` counts; only active enterprises do."""
    if enterprise.status != "active":
        return None
    spot = Spot(
        area_of(enterprise.division),
        enterprise.section,
        enterprise.flags,
        Place(enterprise.kind),
        enterprise.place,
    )
    return Counted(spot, enterprise.level, enterprise.is_provisional)


def kind_of_place(placement: str, precision: str, *, has_position: bool) -> Place:
    """Return how an enterprise is drawn; only a position exact to the address is ever drawn as a point."""
    if placement == "other_county":
        return Place.OTHER_COUNTY
    if placement != "placed":
        return Place.UNPLACED
    return Place.POINT if has_position and precision in POINT_PRECISIONS else Place.SUBDISTRICT


def counters_of(spot: Spot) -> list[CounterKey]:
    """Return the keys of all counters in which an enterprise at ``spot`` counts once."""
    cells = [(FIGURES, int(spot.kind))]
    if spot.place is not None:
        cells += [(zoom, cell_of(spot.place, zoom)) for zoom in COUNTED_ZOOMS]
    questions = _questions(spot.section, spot.flags)
    return [(zoom, section, flag, cell, spot.area) for zoom, cell in cells for section, flag in questions]


def differences(changes: Iterable[tuple[Counted | None, Counted | None]]) -> Totals:
    """Return what (before, after) pairs add to each counter; ``None`` is an enterprise that does not count."""
    totals: Totals = {}
    for before, after in changes:
        if before == after:
            continue
        if before and after and before.spot == after.spot:
            _add(totals, after.spot, ((before.column, -1), (after.column, 1)))
            continue
        if before:
            _add(totals, before.spot, ((before.column, -1), *_position(before.spot, -1)))
        if after:
            _add(totals, after.spot, ((after.column, 1), *_position(after.spot, 1)))
    return {key: sums for key, sums in totals.items() if any(sums)}


def _add(totals: Totals, spot: Spot, steps: Sequence[tuple[int, int]]) -> None:
    for key in counters_of(spot):
        sums = totals.get(key)
        if sums is None:
            sums = totals[key] = [0] * len(SUMS)
        for column, step in steps:
            sums[column] += step


def _position(spot: Spot, sign: int) -> tuple[tuple[int, int], ...]:
    if spot.place is None:
        return ()
    column, row = position_in(spot.place)
    return (len(SUMS) - 2, sign * column), (len(SUMS) - 1, sign * row)


@lru_cache(maxsize=10_000)
def _questions(section: str, flags: int) -> tuple[tuple[str, str], ...]:
    return tuple(product((ALL, section), (ALL, *features_in(flags))))
