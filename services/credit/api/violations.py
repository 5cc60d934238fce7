"""credit/violations: the catalogue of what the law punishes, and what was recorded."""

from typing import Any

from services.credit.api.acting import shown_to_caller
from services.credit.queries import violations as reading
from services.credit.queries.enterprises import visible_enterprise
from services.credit.schemas.violations import NewViolation, Violation, ViolationList, ViolationQuery, ViolationTable
from services.credit.tables import violation
from services.credit.use_cases.violations import Breach
from services.credit.use_cases.violations import record_violation as record
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, listed, now, paging_of, principal, public_reads, reads, writes

blp = Blueprint("violations", __name__, url_prefix="/api/v1/credit", description="Violations")


@blp.route("/violations/table", methods=["GET"])
@public_reads()
@blp.response(200, ViolationTable)
def show_violation_table(_session: Session) -> Any:
    """The acts that the law punishes, what follows for each, and its clause."""
    return reading.violation_table()


@blp.route("/violations", methods=["GET"])
@reads("credit:read")
@blp.arguments(ViolationQuery, location="query")
@blp.response(200, ViolationList)
def list_violations(session: Session, query: dict[str, Any]) -> Any:
    """The violations of the own area, of an enterprise its own, the newest first."""
    paging = paging_of(query)
    wanted = reading.violations(principal(), wanted=as_text(query))
    return listed(session, wanted, view=_shown, key=[violation.c.id], descending=True, **paging)


@blp.route("/violations", methods=["POST"])
@writes("credit:write")
@blp.arguments(NewViolation)
@blp.response(201, Violation)
def record_violation(session: Session, body: dict[str, Any]) -> Any:
    """Record what an enterprise did wrong: an act of the catalogue."""
    given = as_text(body)
    row = visible_enterprise(session, principal(), given["enterprise_id"])
    breach = Breach(**given | {"enterprise_id": row.enterprise_id})
    violation_id = record(session, breach, by=principal().subject, now=now())
    audit_note(session, entity=f"violation:{violation_id}", details={"act": breach.act, "severity": breach.severity})
    return _shown(reading.visible_violation(session, principal(), violation_id))


@blp.route("/violations/<id:violation_id>", methods=["GET"])
@reads("credit:read")
@blp.response(200, Violation)
def show_violation(session: Session, violation_id: str) -> Any:
    """One violation with its clause."""
    return _shown(reading.visible_violation(session, principal(), violation_id))


def _shown(row: Any) -> Any:
    return shown_to_caller(reading.violation_view(row))
