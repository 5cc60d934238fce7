"""permits/enterprises: what permits adds to the file of an enterprise."""

from typing import Any

from services.permits.domain.profiles import profile_of
from services.permits.queries.commitments import commitment_of, commitment_view, misses_in_month, owing_on
from services.permits.queries.enterprises import visible_enterprise
from services.permits.rules import commitment_rules, scope_rules
from services.permits.schemas.enterprises import WorkAtEnterprise
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, principal, reads

blp = Blueprint("permit_enterprises", __name__, url_prefix="/api/v1/permits", description="Work at an enterprise")


@blp.route("/enterprises/<id:enterprise_id>", methods=["GET"])
@reads("commitment:read")
@blp.response(200, WorkAtEnterprise)
def show_enterprise(session: Session, enterprise_id: str) -> Any:
    """Today's commitment of an enterprise, and how many it has missed this month."""
    row, today = visible_enterprise(session, principal(), enterprise_id), business_date(now())
    made = commitment_of(session, principal(), row.enterprise_id, day=today)
    misses = misses_in_month(session, row.enterprise_id, day=today)
    return {
        "enterprise_id": row.enterprise_id,
        "owes_commitment": bool(owing_on(session, today, among_ids=[row.enterprise_id])),
        "commitment": made and commitment_view(made),
        "misses_this_month": misses,
        "ruleset": profile_of(row.industry, row.features, rules=scope_rules()),
        "suggests_credit_entry": misses >= commitment_rules().misses_for_credit,
    }
