"""permits/places: the ledger of the places of an enterprise at which work is permitted."""

from functools import partial
from typing import Any

from flask import Response

from services.permits.queries import places as reading
from services.permits.queries.enterprises import visible_enterprise
from services.permits.rules.places import place_rules
from services.permits.schemas.places import (
    LedgerQuery,
    NewPlace,
    PlaceChange,
    PlaceQuery,
    PlaceTable,
    WorkPlace,
    WorkPlaceList,
)
from services.permits.tables import place
from services.permits.use_cases import places
from shared.clock import business_date
from shared.database import Session
from shared.http import (
    Blueprint,
    as_text,
    audit_note,
    etag_of,
    listed,
    now,
    paging_of,
    principal,
    public_reads,
    reads,
    require_version,
    writes,
)
from shared.sheets import csv_lines

BINARY = {"type": "string", "format": "binary"}
CSV = "text/csv"

blp = Blueprint("places", __name__, url_prefix="/api/v1/permits", description="Places at which work is permitted")


@blp.route("/places", methods=["GET"])
@reads("place:read")
@blp.arguments(PlaceQuery, location="query")
@blp.response(200, WorkPlaceList)
def list_places(session: Session, query: dict[str, Any]) -> Any:
    """The places of the own area."""
    paging = paging_of(query)
    wanted = reading.places(principal(), wanted=as_text(query))
    view = partial(reading.place_view, today=business_date(now()))
    return listed(session, wanted, view=view, key=[place.c.number, place.c.id], **paging)


@blp.route("/places", methods=["POST"])
@writes("place:write")
@blp.arguments(NewPlace)
@blp.response(201, WorkPlace)
def enter_place(session: Session, body: dict[str, Any]) -> Any:
    """Enter a place of an enterprise."""
    given = as_text(body)
    firm = visible_enterprise(session, principal(), given.pop("enterprise_id"))
    place_id = places.enter_place(session, firm.enterprise_id, given, by=principal().subject, now=now())
    return _shown(session, place_id, event="enter")


@blp.route("/places/table", methods=["GET"])
@public_reads()
@blp.response(200, PlaceTable)
def show_place_table(_session: Session) -> Any:
    """Kinds of places and what may harm people there, with their sources."""
    return reading.place_table()


@blp.route("/places/export.csv", methods=["GET"])
@reads("place:read")
@blp.arguments(LedgerQuery, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_ledger(session: Session, query: dict[str, Any]) -> Any:
    """The ledger of one enterprise as a file (Order 13 Art. 6)."""
    firm = visible_enterprise(session, principal(), str(query["enterprise_id"]))
    rows = reading.ledger_rows(session, principal(), enterprise_id=firm.enterprise_id)
    text = "".join(csv_lines(list(place_rules().columns.values()), rows))
    return Response(text.encode(), mimetype=CSV, headers={"Content-Disposition": "attachment; filename=places.csv"})


@blp.route("/places/<id:place_id>", methods=["GET"])
@reads("place:read")
@blp.response(200, WorkPlace)
def show_place(session: Session, place_id: str) -> Any:
    """One place; its version is the ETag."""
    row = reading.visible_place(session, principal(), place_id)
    return reading.place_view(row, today=business_date(now())), etag_of(row.version)


@blp.route("/places/<id:place_id>", methods=["PATCH"])
@writes("place:write")
@blp.arguments(PlaceChange)
@blp.response(200, WorkPlace)
def change_place(session: Session, body: dict[str, Any], place_id: str) -> Any:
    """Change a place; `If-Match` names the version that was read."""
    row = reading.visible_place(session, principal(), place_id)
    require_version(row.version)
    places.change_place(session, row, as_text(body), by=principal().subject, now=now())
    return _shown(session, place_id, event="change")


@blp.route("/places/<id:place_id>", methods=["DELETE"])
@writes("place:write")
@blp.response(204)
def remove_place(session: Session, place_id: str) -> None:
    """Take a place out of the ledger; not while work is permitted there."""
    row = reading.visible_place(session, principal(), place_id)
    require_version(row.version)
    places.remove_place(session, row, by=principal().subject, now=now())
    audit_note(session, entity=f"place:{place_id}", details={"event": "remove"})


def _shown(session: Session, place_id: str, *, event: str) -> Any:
    row = reading.visible_place(session, principal(), place_id)
    audit_note(session, entity=f"place:{place_id}", details={"event": event})
    return reading.place_view(row, today=business_date(now())), etag_of(row.version)
