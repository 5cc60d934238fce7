"""Work that goes on under a permit: for the map all of it at once, as rows page by page."""

from typing import Any

from services.gateway.neighbours import neighbours
from services.gateway.queries.works import commitments_of, work_item, works, works_on_the_map
from services.gateway.schemas import MapQuery, WorkMap, WorkPage, WorkQuery
from services.gateway.tables import live_work
from shared.clock import business_date
from shared.http import Blueprint, now, page, principal
from shared.http.admission import admits
from shared.http.chassis import chassis

blp = Blueprint("works", __name__, url_prefix="/api/v1/map", description="Work that goes on under a permit")


@blp.route("/work", methods=["GET"])
@admits("permit:read")
@blp.arguments(MapQuery, location="query")
@blp.response(200, WorkMap)
def work_map(query: dict[str, Any]) -> dict[str, Any]:
    """The works of the caller's area with the closest place known, their counts, and the commitments of today."""
    divisions, question, today = neighbours().directory.divisions(now=now()), query["question"], business_date(now())
    with chassis().database.reading() as session:
        items, counts = works_on_the_map(session, principal(), question=question, divisions=divisions)
        marks = commitments_of(session, principal(), question=question, day=today)
    left_off = sum(counts.values()) - len(items)
    found = {"items": items, "counts": counts, "left_off": left_off, "day": today}
    return found | ({"commitments": marks} if principal().may("commitment:read") else {})


@blp.route("/work/rows", methods=["GET"])
@admits("permit:read")
@blp.arguments(WorkQuery, location="query")
@blp.response(200, WorkPage)
def work_rows(query: dict[str, Any]) -> dict[str, Any]:
    """The same works as rows, those that end first before the others; ``state`` and ``kind`` filter further."""
    divisions = neighbours().directory.divisions(now=now())
    chosen = {name: query[name] for name in ("question", "state", "kind")}
    with chassis().database.reading() as session:
        rows, next_cursor = page(
            session,
            works(principal(), **chosen),
            key=[live_work.c.ends_at, live_work.c.permit_id],
            limit=query["limit"],
            cursor=query["cursor"],
        )
    return {"items": [work_item(row, divisions) for row in rows], "next_cursor": next_cursor}
