"""The four-colour map: figures, tiles, subdistricts."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from werkzeug.wrappers import Response

from services.gateway.domain.cells import Tile
from services.gateway.neighbours import neighbours
from services.gateway.queries.questions import Question
from services.gateway.queries.summaries import summary
from services.gateway.queries.tiles import draw_tile
from services.gateway.queries.works import work_counts
from services.gateway.schemas import MapQuery, MapSummary, Overview, SubdistrictFeatures
from shared.errors import NotFound
from shared.http import Blueprint, now, principal
from shared.http.admission import admits
from shared.http.chassis import chassis

TILE_TYPE = "application/vnd.mapbox-vector-tile"
ROWS, WORK_ROWS = "/enterprises", "/permits/now"

blp = Blueprint("map", __name__, url_prefix="/api/v1", description="The four-colour map and its figures")


class TileUnknown(NotFound):
    code = "tile_unknown"


@blp.route("/map/summary", methods=["GET"])
@admits("map:read")
@blp.arguments(MapQuery, location="query")
@blp.response(200, MapSummary)
def map_summary(query: dict[str, Any]) -> dict[str, Any]:
    """The figures of the map under the given filters, within the caller's area."""
    return _summary(query["question"])


@blp.route("/map/subdistricts", methods=["GET"])
@admits("map:read")
@blp.arguments(MapQuery, location="query")
@blp.response(200, SubdistrictFeatures)
def map_subdistricts(query: dict[str, Any]) -> dict[str, Any]:
    """The subdistricts as GeoJSON points with their mix of colours."""
    return {"features": [_feature(row) for row in _summary(query["question"])["subdistricts"]]}


@blp.route("/map/tiles/<int:z>/<int:x>/<int:y>", methods=["GET"])
@admits("map:read")
@blp.arguments(MapQuery, location="query")
@blp.response(200, content_type=TILE_TYPE)
def map_tile(query: dict[str, Any], z: int, x: int, y: int) -> Response:
    """A Mapbox vector tile with the layers clusters, points (at most 2,000) and subdistricts."""
    tile = Tile(z, x, y)
    if not tile.is_on_the_map:
        raise TileUnknown("There is no such tile: zoom 0 to 22, column and row below two to the power of it.")
    divisions = neighbours().directory.divisions(now=now())
    with chassis().database.reading() as session:
        content = draw_tile(session, principal(), tile=tile, question=query["question"], divisions=divisions)
    response = Response(content, content_type=TILE_TYPE)
    response.headers["Cache-Control"] = (
        "private, no-cache"  # an event says that it changed: then it is asked for, and answered 304 if not
    )
    response.vary.update(["Authorization", "Cookie"])
    response.add_etag()
    return response.make_conditional(request)


@blp.route("/overview", methods=["GET"])
@admits("map:read")
@blp.arguments(MapQuery, location="query")
@blp.response(200, Overview)
def overview(query: dict[str, Any]) -> dict[str, Any]:
    """The figures of the cockpit, each with the address of the rows that it counts."""
    found = _summary(query["question"])
    with chassis().database.reading() as session:
        going_on = (
            work_counts(session, principal(), question=query["question"]) if principal().may("permit:read") else {}
        )
    works = [_figure(f"work_{state}", count, WORK_ROWS, state=state) for state, count in going_on.items()]
    levels = [_figure(f"level_{name}", count, level=name) for name, count in found["by_level"].items()]
    return {
        "figures": [
            _figure("enterprises", found["enterprises"]),
            *levels,
            _figure("provisional", found["provisional"], provisional="true"),
            *(_figure(name, found[name], placement=name) for name in ("placed", "unplaced", "other_county")),
            *works,
        ]
    }


def _summary(question: Question) -> dict[str, Any]:
    divisions = neighbours().directory.divisions(now=now())
    with chassis().database.reading() as session:
        return summary(session, principal(), question=question, divisions=divisions)


def _figure(name: str, value: int, path: str = ROWS, **chosen: str) -> dict[str, Any]:
    """Name a figure and its rows: the filters of the request, and the one that makes the figure."""
    query = urlencode({**request.args.to_dict(), **chosen})
    return {"name": name, "value": value, "rows": f"{path}?{query}" if query else path}


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    has_point = row["longitude"] is not None and row["latitude"] is not None
    point = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]} if has_point else None
    properties = {name: value for name, value in row.items() if name not in ("longitude", "latitude")}
    return {"type": "Feature", "id": row["division"], "geometry": point, "properties": properties}
