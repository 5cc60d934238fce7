"""permits/permits/{id}/conflicts: what stands between a work and the others of its enterprise."""

from typing import Any

from services.permits.queries.conflicts import conflict_views
from services.permits.queries.permits import visible_permit
from services.permits.schemas.conflicts import PermitConflicts
from shared.database import Session
from shared.http import Blueprint, principal, reads

blp = Blueprint("conflicts", __name__, url_prefix="/api/v1/permits", description="Works in each other's way")


@blp.route("/permits/<id:permit_id>/conflicts", methods=["GET"])
@reads("permit:read")
@blp.response(200, PermitConflicts)
def show_conflicts(session: Session, permit_id: str) -> Any:
    """What other work forbids a permit, asks for a coordinator, or has to be there beside it (I1–I19)."""
    return conflict_views(session, visible_permit(session, principal(), permit_id))
