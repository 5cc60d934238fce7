"""Enterprises as the projection knows them: the list, the search, the file of one."""

from typing import Any

from flask import current_app
from werkzeug.sansio.response import Response

from services.gateway.composition import composer
from services.gateway.neighbours import neighbours
from services.gateway.queries.enterprises import (
    SORTS,
    best_matches,
    enterprise_seen,
    enterprises_asked,
    facets_of,
    item_of,
)
from services.gateway.schemas import EnterpriseFile, EnterprisePage, Facets, ListQuery, SearchPage, SearchQuery
from shared.http import Blueprint, now, page, principal
from shared.http.admission import admits
from shared.http.chassis import chassis

INSTANT = 20  # so few are wanted while somebody types
BY_NAME = "name"

blp = Blueprint("enterprises", __name__, url_prefix="/api/v1", description="Lists, search and the whole file")


@blp.route("/registry/enterprises", methods=["GET"])
@admits("enterprise:read")
@blp.arguments(ListQuery, location="query")
@blp.response(200, EnterprisePage)
def list_enterprises(query: dict[str, Any]) -> dict[str, Any]:
    """The active enterprises of the caller's area, filtered, sorted and paged."""
    return _page(query)


@blp.route("/search", methods=["GET"])
@admits("search:read")
@blp.arguments(SearchQuery, location="query")
@blp.response(200, SearchPage)
def search(query: dict[str, Any]) -> dict[str, Any]:
    """Enterprises by words of name, code or address; few at once are sorted by how well they match."""
    is_instant = query["limit"] <= INSTANT and query["q"] and not (query["sort"] or query["cursor"])
    found = _matches(query) if is_instant else _page(query)
    if query["facets"] if query["facets"] is not None else query["limit"] > INSTANT:
        found["facets"] = _facets(query)
        found["total"] = found["facets"]["total"]
    return found


@blp.route("/overview/facets", methods=["GET"])
@admits("enterprise:read")
@blp.arguments(ListQuery, location="query")
@blp.response(200, Facets)
def facets(query: dict[str, Any]) -> dict[str, Any]:
    """How many enterprises each value of each filter has."""
    return _facets(query)


@blp.route("/enterprises/<id:enterprise_id>/file", methods=["GET"])
@admits("enterprise:read")
@blp.response(200, EnterpriseFile)
def enterprise_file(enterprise_id: str) -> Response:
    """The whole file of one enterprise (一企一档), asked of all services at once."""
    divisions = neighbours().directory.divisions(now=now())
    with chassis().database.reading() as session:
        seen = enterprise_seen(session, principal(), enterprise_id=enterprise_id)
    known = {"enterprise": item_of(seen, divisions)}  # shown when registry does not answer
    return current_app.json.response({**known, **composer().enterprise_file(principal(), seen)})


def _page(query: dict[str, Any]) -> dict[str, Any]:
    divisions = neighbours().directory.divisions(now=now())
    sort = query["sort"] or BY_NAME
    with chassis().database.reading() as session:
        words = f"{query['q']} {query['uscc']}"
        rows, next_cursor = page(
            session,
            enterprises_asked(session, principal(), question=query["question"], words=words),
            key=SORTS[sort.removeprefix("-")],
            descending=sort.startswith("-"),
            limit=query["limit"],
            cursor=query["cursor"],
        )
    return {"items": [item_of(row, divisions) for row in rows], "next_cursor": next_cursor}


def _matches(query: dict[str, Any]) -> dict[str, Any]:
    divisions = neighbours().directory.divisions(now=now())
    with chassis().database.reading() as session:
        rows = best_matches(session, principal(), question=query["question"], words=query["q"], limit=query["limit"])
    return {"items": [item_of(row, divisions) for row in rows], "next_cursor": None}


def _facets(query: dict[str, Any]) -> dict[str, Any]:
    divisions = neighbours().directory.divisions(now=now())
    with chassis().database.reading() as session:
        return facets_of(session, principal(), question=query["question"], words=query["q"], divisions=divisions)
