"""inspections/enterprises/…/cap: how often the authorities may still come on site this year."""

from typing import Any

from services.inspections.queries.caps import cap_view
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.schemas.caps import Cap, CapQuery
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, principal, reads

blp = Blueprint("caps", __name__, url_prefix="/api/v1/inspections", description="Caps of on-site checks")


@blp.route("/enterprises/<id:enterprise_id>/cap", methods=["GET"])
@reads("task:read")
@blp.arguments(CapQuery, location="query")
@blp.response(200, Cap)
def show_cap(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """The on-site checks of government supervision of a year: how many count, which are apart, and the cap.

    On what a check is based, for example a complaint, only the authorities are told.
    """
    row, someone = visible_enterprise(session, principal(), enterprise_id), principal()
    year = query.get("year", business_date(now()).year)
    is_authority = not (someone.enterprise_id or someone.intermediary_id)
    return cap_view(session, row.enterprise_id, year=year, with_basis=is_authority)
