"""inspections/reports and public/reports: anyone may report, and see with the receipt what came of it."""

from typing import Any

from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.queries.reports import report_by_receipt, reports, visible_report
from services.inspections.schemas.reports import (
    Decision,
    Report,
    ReportBody,
    Reports,
    ReportsQuery,
    ReportStatus,
)
from services.inspections.tables import public_report
from services.inspections.use_cases.reports import decide_report, receive_report
from shared.database import Session
from shared.http import Blueprint, audit_note, now, page, principal, public_reads, public_writes, reads, writes

blp = Blueprint("reports", __name__, url_prefix="/api/v1/inspections", description="Reports from the public")
public = Blueprint("public-reports", __name__, url_prefix="/api/v1/public", description="For the public")


@public.route("/reports", methods=["POST"])
@public_writes()
@public.arguments(ReportBody)
@public.response(201, ReportStatus)
def report(session: Session, body: dict[str, Any]) -> Any:
    """Report a hazard without a name; the receipt number shows what becomes of it."""
    enterprise_id = str(body["enterprise_id"]) if body["enterprise_id"] else None
    receipt = receive_report(session, {**body, "enterprise_id": enterprise_id}, now=now())
    return report_by_receipt(session, receipt)


@public.route("/reports/<string:receipt>", methods=["GET"])
@public_reads()
@public.response(200, ReportStatus)
def show_status(session: Session, receipt: str) -> Any:
    """What became of a report: its state, when an answer is expected, and the answer."""
    return report_by_receipt(session, receipt)


@blp.route("/reports", methods=["GET"])
@reads("report:read")
@blp.arguments(ReportsQuery, location="query")
@blp.response(200, Reports)
def list_reports(session: Session, query: dict[str, Any]) -> Any:
    """Reports about enterprises of the own area, and in a county those about nobody known; the newest first."""
    wanted = reports(principal(), state=query.pop("state", None))
    rows, next_cursor = page(session, wanted, key=[public_report.c.id], descending=True, **query)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/reports/<id:report_id>", methods=["GET"])
@reads("report:read")
@blp.response(200, Report)
def show_report(session: Session, report_id: str) -> Any:
    """One report, without its receipt."""
    return visible_report(session, principal(), report_id)


@blp.route("/reports/<id:report_id>/decide", methods=["POST"])
@writes("report:decide")
@blp.arguments(Decision)
@blp.response(200, Report)
def decide(session: Session, body: dict[str, Any], report_id: str) -> Any:
    """Say whether a report is true, and about which enterprise; the reply is what the reporter reads."""
    row = visible_report(session, principal(), report_id)
    decision = {**body, "enterprise_id": str(body["enterprise_id"]) if body["enterprise_id"] else None}
    if decision["enterprise_id"]:
        visible_enterprise(session, principal(), decision["enterprise_id"])
    decide_report(session, row, decision, by=principal().subject, now=now())
    audit_note(session, entity=f"report:{report_id}", after=decision)
    return visible_report(session, principal(), report_id)
