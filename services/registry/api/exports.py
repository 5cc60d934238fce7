"""registry/exports: the enterprises of one's area in the columns that can be imported again."""

from __future__ import annotations

from services.registry.api.downloads import BINARY, CSV, XLSX, csv_download, xlsx_download
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.enterprises import EXPORTED, exported_rows
from services.registry.schemas import ExportFilter
from shared.http import Blueprint, principal, reads

blp = Blueprint("exports", __name__, url_prefix="/api/v1/registry", description="Exports")


@blp.route("/exports/enterprises.csv", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(ExportFilter, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_csv(session, query):
    """The filtered enterprises as CSV."""
    return csv_download("enterprises.csv", _header(session), exported_rows(session, principal(), query))


@blp.route("/exports/enterprises.xlsx", methods=["GET"])
@reads("enterprise:export")
@blp.arguments(ExportFilter, location="query")
@blp.response(200, BINARY, content_type=XLSX)
def export_xlsx(session, query):
    """The filtered enterprises as a workbook."""
    return xlsx_download("enterprises.xlsx", _header(session), exported_rows(session, principal(), query))


def _header(session) -> list[str]:
    titles = rules_in_force(session).columns.titles
    return [titles[name] for name in EXPORTED]
