"""inspections/joint-checks: several agencies come together, counted once, each with its part of one record."""

from typing import Any

from services.inspections.api.acting import acting_tier
from services.inspections.domain.caps import Part
from services.inspections.queries import joint_checks as reading
from services.inspections.queries.caps import acting_authority
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.schemas.joint_checks import JointCheck, JointChecks, JointQuery, JointResult, NewJointCheck
from services.inspections.tables import joint_check
from services.inspections.use_cases import joint_checks
from services.inspections.use_cases.checks import Visit
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, etag_of, now, page, paging_of, principal, reads, writes

blp = Blueprint("joint-checks", __name__, url_prefix="/api/v1/inspections", description="Joint checks")


@blp.route("/joint-checks", methods=["GET"])
@reads("task:read")
@blp.arguments(JointQuery, location="query")
@blp.response(200, JointChecks)
def list_joint_checks(session: Session, query: dict[str, Any]) -> Any:
    """Joint checks of the own area with the part of every agency, the newest first."""
    paging = paging_of(query)
    wanted = reading.joint_checks(principal(), wanted=as_text(query))
    rows, next_cursor = page(session, wanted, key=[joint_check.c.id], descending=True, **paging)
    return {"items": reading.joint_views(session, rows), "next_cursor": next_cursor}


@blp.route("/joint-checks", methods=["POST"])
@writes("task:work")
@blp.arguments(NewJointCheck)
@blp.response(201, JointCheck)
def begin_joint_check(session: Session, body: dict[str, Any]) -> Any:
    """Begin a joint check today; for the cap of the enterprise it is one on-site check."""
    wanted, caller = as_text(body), principal()
    here = visible_enterprise(session, caller, wanted["enterprise_id"])
    authority = acting_authority(session, caller.divisions, here.enterprise_id, year=business_date(now()).year)
    parts = [Part(**part) for part in wanted.pop("parts")]
    asked = joint_checks.JointCheck(Visit(**wanted, authority=authority), parts)
    joint_id = joint_checks.begin_joint_check(session, asked, by=caller.subject, tier=acting_tier(), now=now())
    return _shown(session, joint_id, event="begin")


@blp.route("/joint-checks/<id:joint_id>", methods=["GET"])
@reads("task:read")
@blp.response(200, JointCheck)
def show_joint_check(session: Session, joint_id: str) -> Any:
    """One joint check; its version is the ETag."""
    row = reading.visible_joint_check(session, principal(), joint_id)
    return reading.joint_views(session, [row])[0], 200, etag_of(row.version)


@blp.route("/joint-checks/<id:joint_id>/parts", methods=["POST"])
@writes("task:work")
@blp.arguments(JointResult)
@blp.response(200, JointCheck)
def enter_part(session: Session, body: dict[str, Any], joint_id: str) -> Any:
    """Write down what an agency found."""
    row = reading.visible_joint_check(session, principal(), joint_id)
    part = Part(body["agency"], "", body["result"])
    joint_checks.enter_part(session, row, part, by=principal().subject, tier=acting_tier(), now=now())
    return _shown(session, joint_id, event="enter")


def _shown(session: Session, joint_id: str, *, event: str) -> Any:
    row = reading.visible_joint_check(session, principal(), joint_id)
    audit_note(session, entity=f"joint_check:{joint_id}", details={"event": event})
    return reading.joint_views(session, [row])[0], etag_of(row.version)
