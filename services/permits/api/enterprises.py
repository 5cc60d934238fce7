"""permits/enterprises: what permits adds to the file of an enterprise."""

from typing import Any

from services.permits.domain.profiles import profile_of
from services.permits.queries import enterprise_files as files
from services.permits.queries.commitments import commitment_of, commitment_view, misses_in_month, owing_on
from services.permits.queries.enterprises import visible_enterprise
from services.permits.rules import commitment_rules, scope_rules
from services.permits.schemas.enterprises import WorkAtEnterprise
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, principal, reads
from shared.security.principal import Principal

PARTS = {  # what else is in the file, and who may see it
    "permits": ("permit:read", files.work_in_file),
    "stop_orders": ("declaration:read", files.orders_in_file),
    "places": ("place:read", files.places_in_file),
}

blp = Blueprint("permit_enterprises", __name__, url_prefix="/api/v1/permits", description="Work at an enterprise")


@blp.route("/enterprises/<id:enterprise_id>", methods=["GET"])
@reads("commitment:read")
@blp.response(200, WorkAtEnterprise)
def show_enterprise(session: Session, enterprise_id: str) -> Any:
    """The hazardous work of an enterprise: today's commitment and those of a month, permits, stop orders, places."""
    caller = principal()
    row, today = visible_enterprise(session, caller, enterprise_id), business_date(now())
    made = commitment_of(session, caller, row.enterprise_id, day=today)
    misses = misses_in_month(session, row.enterprise_id, day=today)
    return {
        "enterprise_id": row.enterprise_id,
        "owes_commitment": bool(owing_on(session, today, among_ids=[row.enterprise_id])),
        "commitment": made and commitment_view(made),
        "misses_this_month": misses,
        "ruleset": profile_of(row.industry, row.features, rules=scope_rules()),
        "suggests_credit_entry": misses >= commitment_rules().misses_for_credit,
        "month": files.month_in_file(session, caller, row.enterprise_id, today=today),
        **_others(session, caller, row.enterprise_id),
    }


def _others(session: Session, caller: Principal, enterprise_id: str) -> dict[str, Any]:
    """Return the parts that the caller may read; who acts for another agency asks for each under its own grant."""
    if caller.grants is not None:
        return {}
    return {name: part(session, caller, enterprise_id) for name, (action, part) in PARTS.items() if caller.may(action)}
