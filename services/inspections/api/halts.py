"""inspections/halts: orders to halt production, and which of them wait for a review."""

from typing import Any

from services.inspections.queries import halts as reading
from services.inspections.schemas.halts import HaltList, HaltQuery
from services.inspections.tables import halt_order
from shared.database import Session
from shared.http import Blueprint, as_text, listed, paging_of, principal, reads

blp = Blueprint("halts", __name__, url_prefix="/api/v1/inspections", description="Halts of production")


@blp.route("/halts", methods=["GET"])
@reads("hazard:read")
@blp.arguments(HaltQuery, location="query")
@blp.response(200, HaltList)
def list_halts(session: Session, query: dict[str, Any]) -> Any:
    """The orders to halt production in the own area, the newest first."""
    paging = paging_of(query)
    wanted = reading.halts(principal(), wanted=as_text(query))
    return listed(session, wanted, view=reading.halt_view, key=[halt_order.c.id], descending=True, **paging)
