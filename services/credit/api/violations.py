"""credit/violations: the catalogue of what the law punishes."""

from typing import Any

from services.credit.queries import violations as reading
from services.credit.schemas.violations import ViolationTable
from shared.database import Session
from shared.http import Blueprint, public_reads

blp = Blueprint("violations", __name__, url_prefix="/api/v1/credit", description="Violations")


@blp.route("/violations/table", methods=["GET"])
@public_reads()
@blp.response(200, ViolationTable)
def show_violation_table(_session: Session) -> Any:
    """The acts that the law punishes, what follows for each, and its clause."""
    return reading.violation_table()
