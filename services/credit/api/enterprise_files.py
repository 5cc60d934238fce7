"""credit/enterprises: what credit adds to the file of an enterprise."""

from typing import Any

from services.credit.queries.enterprise_files import credit_in_file
from services.credit.queries.enterprises import visible_enterprise
from services.credit.schemas.enterprise_files import CreditOfEnterprise
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, principal, reads

blp = Blueprint("credit_enterprises", __name__, url_prefix="/api/v1/credit", description="Credit of an enterprise")


@blp.route("/enterprises/<id:enterprise_id>", methods=["GET"])
@reads("credit:read")
@blp.response(200, CreditOfEnterprise)
def show_enterprise(session: Session, enterprise_id: str) -> Any:
    """Penalties of an enterprise, its place on the list, cases, accidents and exposures."""
    row = visible_enterprise(session, principal(), enterprise_id)
    return credit_in_file(session, principal(), enterprise_id=row.enterprise_id, today=business_date(now()))
