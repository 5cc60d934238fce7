"""registry/placements and registry/transfers: the unplaced placed by hand, rows of other counties handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.api.downloads import BINARY, CSV, XLSX, csv_download, xlsx_download
from services.registry.domain.coordinates import degrees_of
from services.registry.domain.places import transfer_words
from services.registry.queries.divisions import require_whole_district
from services.registry.queries.places import (
    NAMED,
    county_names,
    locked_enterprises,
    placement_figures,
    transfer_in_scope,
    transfer_rows,
    transfers,
    unplaced,
)
from services.registry.schemas.enterprises import EnterpriseRow
from services.registry.schemas.places import (
    Counties,
    Placed,
    PlacementFigures,
    Placing,
    Returning,
    Sending,
    Sent,
    TransferExport,
    TransferFilter,
    TransferPage,
    Tray,
    UnplacedPage,
)
from services.registry.use_cases.transfers import accept_transfer, place_enterprises, return_transfer, send_transfers
from shared.clock import business_date
from shared.http import Blueprint, audit_note, now, page, principal, reads, writes

blp = Blueprint("places", __name__, url_prefix="/api/v1/registry", description="The unplaced and the transfer list")


@blp.route("/placements", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, PlacementFigures)
def show_placements(session):
    """How many active enterprises of one's area are placed, unplaced and of another county."""
    return placement_figures(session, principal())


@blp.route("/placements/unplaced", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(Tray, location="query")
@blp.response(200, UnplacedPage)
def list_unplaced(session, query):
    """The tray of the unplaced, by name."""
    rows, next_cursor = page(
        session, unplaced(principal(), query), key=NAMED, limit=query["limit"], cursor=query["cursor"]
    )
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/placements", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(Placing)
@blp.response(200, Placed)
def place(session, body):
    """Place enterprises of the tray: in a subdistrict, in a grid, or at a point."""
    rows = locked_enterprises(session, principal(), _ids(body))
    placed = place_enterprises(session, rows, _with_point(body), actor=principal().subject, now=now())
    audit_note(session, entity="enterprise:place", details={"enterprises": [row["uscc"] for row in placed]})
    return {"items": placed}


@blp.route("/transfers", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(TransferFilter, location="query")
@blp.response(200, TransferPage)
def list_transfers(session, query):
    """The enterprises of other counties by name, with what became of handing them over."""
    rows, next_cursor = page(
        session, transfers(principal(), query), key=NAMED, limit=query["limit"], cursor=query["cursor"]
    )
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/transfers", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(Sending)
@blp.response(201, Sent)
def send(session, body):
    """Record that enterprises were handed over to the county that their address names, or to `county`."""
    require_whole_district(session, principal())
    rows = locked_enterprises(session, principal(), _ids(body))
    ids = send_transfers(session, rows, body, actor=principal().subject, today=business_date(now()))
    audit_note(session, entity="transfer:send", details={"transfers": ids})
    return {"ids": ids}


@blp.route("/transfers/counties", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, Counties)
def list_counties(session):
    """The counties around the home district."""
    return {"items": [{"code": code, "name": name} for code, name in county_names(session).items()]}


@blp.route("/transfers/<id:transfer_id>/accept", methods=["POST"])
@writes("enterprise:write")
@blp.response(200, EnterpriseRow)
def accept(session, transfer_id):
    """Record that the county took an enterprise over: its supervision state becomes `transferred`."""
    current, row = _for_answer(session, transfer_id)
    moment = now()
    return accept_transfer(session, current, row, actor=principal().subject, now=moment, today=business_date(moment))


@blp.route("/transfers/<id:transfer_id>/return", methods=["POST"])
@writes("enterprise:write")
@blp.arguments(Returning)
@blp.response(200, EnterpriseRow)
def send_back(session, body, transfer_id):
    """Record that the county sent an enterprise back, and why: it comes into the tray of the unplaced."""
    current, row = _for_answer(session, transfer_id)
    moment = now()
    answer = {"reason": body["reason"], "actor": principal().subject, "today": business_date(moment)}
    return return_transfer(session, current, row, answer=answer, now=moment)


@blp.route("/exports/transfers.csv", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(TransferExport, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_transfers_csv(session, query):
    """The filtered transfer list as CSV."""
    return csv_download("transfers.csv", _titles(), rows=transfer_rows(session, principal(), query))


@blp.route("/exports/transfers.xlsx", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(TransferExport, location="query")
@blp.response(200, BINARY, content_type=XLSX)
def export_transfers_xlsx(session, query):
    """The filtered transfer list as a workbook."""
    return xlsx_download("transfers.xlsx", _titles(), rows=transfer_rows(session, principal(), query))


def _for_answer(session: Any, transfer_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    require_whole_district(session, principal())
    found = transfer_in_scope(session, principal(), transfer_id)
    audit_note(session, entity=f"transfer:{transfer_id}")
    return found


def _titles() -> list[str]:
    return list(transfer_words()["titles"].values())


def _ids(body: Mapping[str, Any]) -> list[str]:
    return [str(one) for one in body["enterprise_ids"]]


def _with_point(body: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(body)
    if place := given.get("location"):
        given["location"] = degrees_of(place)
    return given
