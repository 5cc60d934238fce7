"""Map tiles: what of the counters and points lies in one, at a cost that does not grow with the enterprises."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.domain.cells import COUNTED_ZOOMS, DETAIL, PLACE_ZOOM, Tile, position_in, position_of
from services.gateway.domain.counting import AREA_DIGITS, GREY, Place
from services.gateway.domain.divisions import Divisions
from services.gateway.domain.tally import Tally
from services.gateway.queries.counters import Counter, cells, figures
from services.gateway.queries.questions import Question, rows_asked_for, rows_in_scope
from services.gateway.queries.vector_tile import EXTENT, Feature, encode_tile
from services.gateway.tables import enterprise_view
from shared.security.principal import Principal

MOST_POINTS = 2_000
FEW_POINTS = 60  # so few are drawn singly at any zoom
SMALLER_THAN_A_CELL = COUNTED_ZOOMS[-1] + DETAIL + 1  # tiles of this zoom lie inside one counted cell


def draw_tile(session: Session, principal: Principal, *, tile: Tile, question: Question, divisions: Divisions) -> bytes:
    """Return the Mapbox vector tile with the layers clusters, points and subdistricts.

    Clusters and subdistricts carry ``enterprises``, ``l1`` … ``l5`` (by level, 5 is grey), ``p1`` … ``p5`` (the
    provisional ones among them) and ``provisional`` (their share, 0 to 1); points carry ``id``, ``name``,
    ``level`` and ``provisional``. At most 2,000 points are drawn; more are clusters.
    """
    zoom = tile.counted_zoom
    counters = cells(session, principal, question=question, zoom=zoom, within=tile.cells(zoom + DETAIL))
    count = sum(counter.enterprises for counter in counters)
    is_by_point = count <= FEW_POINTS or (tile.z > zoom and count <= MOST_POINTS) or tile.z >= SMALLER_THAN_A_CELL
    layers = {
        "clusters": [] if is_by_point else _clusters(tile, counters),
        "points": _points(session, principal, tile=tile, question=question) if is_by_point and count else [],
        "subdistricts": _subdistricts(session, principal, tile=tile, question=question, divisions=divisions),
    }
    return encode_tile(layers)


@dataclass(slots=True)
class _Cluster:
    tally: Tally = field(default_factory=Tally)
    members: int = 0
    columns: int = 0
    rows: int = 0


def _clusters(tile: Tile, counters: Iterable[Counter]) -> list[Feature]:
    shift = max(0, 2 * (tile.counted_zoom - tile.z))
    clusters: dict[int, _Cluster] = defaultdict(_Cluster)
    for counter in counters:
        cluster = clusters[counter.cell >> shift]
        cluster.tally.add(counter.sums)
        cluster.members += counter.members
        cluster.columns += counter.positions[0]
        cluster.rows += counter.positions[1]
    return [_cluster(tile, cluster) for cluster in clusters.values()]


def _cluster(tile: Tile, cluster: _Cluster) -> Feature:
    """Stand a cluster in the middle of its members, not of its cell."""
    middle = (cluster.columns / cluster.members, cluster.rows / cluster.members)
    return Feature(*_in_tile(tile, *middle), _mix(cluster.tally))


def _mix(tally: Tally) -> dict[str, Any]:
    mix: dict[str, Any] = {"enterprises": tally.enterprises}
    for number, (solid, hatched) in enumerate(zip(tally.solid, tally.hatched, strict=True), start=1):
        mix[f"l{number}"] = solid + hatched
        mix[f"p{number}"] = hatched
    return mix | {"provisional": round(tally.provisional / tally.enterprises, 3)}


def _points(session: Session, principal: Principal, *, tile: Tile, question: Question) -> list[Feature]:
    view = enterprise_view.c
    first, after = tile.places()
    rows = session.execute(
        select(view.id, view.name, view.level, view.is_provisional, view.place)
        .where(view.place >= first, view.place < after, rows_in_scope(principal), rows_asked_for(question))
        .order_by(view.place)
        .limit(MOST_POINTS)
    )
    return [
        Feature(
            *_in_tile(tile, *position_in(row.place)),
            {
                "id": row.id,
                "name": row.name,
                "level": 0 if row.level == GREY else row.level,
                "provisional": row.is_provisional,
            },
        )
        for row in rows
    ]


def _subdistricts(
    session: Session, principal: Principal, *, tile: Tile, question: Question, divisions: Divisions
) -> list[Feature]:
    inside = {code: at for code, at in _points_of(divisions) if _is_inside(tile, at)}
    if not inside:
        return []
    groups: dict[str, Tally] = defaultdict(Tally)
    for counter in figures(session, principal, question=question):
        if counter.cell == Place.SUBDISTRICT and counter.area in inside:
            groups[counter.area].add(counter.sums)
    return [
        Feature(*_in_tile(tile, *inside[code]), {"division": code, "name": divisions[code].name, **_mix(tally)})
        for code, tally in sorted(groups.items())
    ]


def _points_of(divisions: Divisions) -> Iterable[tuple[str, tuple[int, int]]]:
    for code, division in divisions.items():
        if len(code) == AREA_DIGITS and division.longitude is not None and division.latitude is not None:
            yield code, position_of(division.longitude, division.latitude)


def _is_inside(tile: Tile, position: tuple[int, int]) -> bool:
    shift = PLACE_ZOOM - tile.z
    return (position[0] >> shift, position[1] >> shift) == (tile.x, tile.y)


def _in_tile(tile: Tile, column: float, row: float) -> tuple[int, int]:
    size = 1 << (PLACE_ZOOM - tile.z)
    x = int((column / size - tile.x) * EXTENT)
    y = int((row / size - tile.y) * EXTENT)
    return min(max(x, 0), EXTENT - 1), min(max(y, 0), EXTENT - 1)
