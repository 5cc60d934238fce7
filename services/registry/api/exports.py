"""registry/exports of lists: grids, members, intermediaries, contracts, transfers; people in full, written down."""

from __future__ import annotations

from services.registry.api.downloads import BINARY, CSV, XLSX, csv_download, xlsx_download
from services.registry.domain.places import transfer_words
from services.registry.queries.lists import list_header, list_rows
from services.registry.queries.places import transfer_rows
from services.registry.schemas.imports import ListKind
from services.registry.schemas.places import TransferExport
from shared.http import Blueprint, audit_note, principal, reads, writes

blp = Blueprint("exports", __name__, url_prefix="/api/v1/registry", description="Lists as files")


@blp.route("/exports/lists.csv", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(ListKind, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_list_csv(session, query):
    """A list of one's area as CSV, with the columns that its import takes."""
    kind = query["kind"]
    return csv_download(f"{kind}.csv", list_header(session, kind), rows=list_rows(session, principal(), kind=kind))


@blp.route("/exports/lists.xlsx", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(ListKind, location="query")
@blp.response(200, BINARY, content_type=XLSX)
def export_list_xlsx(session, query):
    """A list of one's area as a workbook."""
    kind = query["kind"]
    return xlsx_download(f"{kind}.xlsx", list_header(session, kind), rows=list_rows(session, principal(), kind=kind))


@blp.route("/exports/persons.csv", methods=["GET"])
@writes("personal_data:read")
@blp.response(200, BINARY, content_type=CSV)
def export_persons(session):
    """The people of one's area in full; that it was exported is written down."""
    audit_note(session, entity="person:export")
    rows = list_rows(session, principal(), kind="persons")
    return csv_download("persons.csv", list_header(session, "persons"), rows=rows)


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


def _titles() -> list[str]:
    return list(transfer_words()["titles"].values())
