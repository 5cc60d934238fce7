"""permits/statistics: hazardous work of some days in figures, each with the rows behind it, and as a file."""

from typing import Any

from flask import Response

from services.permits.queries import statistics as reading
from services.permits.rules.statistics import statistics_rules
from services.permits.schemas.statistics import WorkStatistics, WorkStatisticsQuery
from shared.database import Session
from shared.http import Blueprint, principal, reads
from shared.sheets import csv_lines

BINARY = {"type": "string", "format": "binary"}
CSV = "text/csv"
PARTS = {  # what is counted, and who may see it
    "permits": ("permit:read", reading.permits_in_figures),
    "suspensions": ("permit:read", reading.suspensions_in_figures),
    "endings": ("permit:read", reading.endings_in_figures),
    "approvals": ("permit:read", reading.approvals_in_figures),
    "orders": ("declaration:read", reading.orders_in_figures),
    "commitments": ("commitment:read", reading.commitments_in_figures),
    "reviews": ("declaration:read", reading.reviews_in_figures),
}

blp = Blueprint("statistics", __name__, url_prefix="/api/v1/permits", description="Hazardous work in figures")


@blp.route("/statistics", methods=["GET"])
@reads("permit:read")
@blp.arguments(WorkStatisticsQuery, location="query")
@blp.response(200, WorkStatistics)
def show_statistics(session: Session, query: dict[str, Any]) -> Any:
    """Permits, reasons, approval times, commitments and pilot reviews of the own area from one day to another."""
    found = _found(session, query)
    cube = found.pop("permits")
    tables = {"by_level": ("kind", "level"), "by_month": ("month",), "by_subdistrict": ("subdistrict",)}
    return {
        "from": query["from"],
        "to": query["to"],
        "groups": statistics_rules().groups,
        "total": sum(row["count"] for row in cube),
        **{name: reading.tallied(cube, *columns) for name, columns in tables.items()},
        **found,
    }


@blp.route("/statistics.csv", methods=["GET"])
@reads("permit:read")
@blp.arguments(WorkStatisticsQuery, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_statistics(session: Session, query: dict[str, Any]) -> Any:
    """The same figures as a file; permits by month, kind, level, state and subdistrict at once."""
    rows = reading.figures_as_rows(_found(session, query))
    text = "".join(csv_lines(list(statistics_rules().columns.values()), rows))
    return Response(text.encode(), mimetype=CSV, headers={"Content-Disposition": "attachment; filename=permits.csv"})


def _found(session: Session, query: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the parts that the caller may read; who acts for another agency asks for each under its own grant."""
    caller = principal()
    may = caller.actions if caller.grants is None else {"permit:read"}
    return {name: part(session, caller, wanted=query) for name, (action, part) in PARTS.items() if action in may}
