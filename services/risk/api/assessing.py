"""Assessments of cards, from draft to confirmation, and the ledger of risk points."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from services.risk import queries, use_cases
from services.risk.api.grades import known
from services.risk.schemas.watching import (
    Answers,
    Assessment,
    AssessmentDraft,
    Assessments,
    AssessmentsQuery,
    LedgerConfirmed,
    LedgerOf,
    NewPoint,
    PointBody,
    Returned,
    RiskPoint,
    RiskPoints,
    RiskPointsQuery,
)
from services.risk.tables import assessment, risk_point
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, audit_note, etag_of, now, page, principal, reads, require_version, writes

blp = Blueprint("assessing", __name__, url_prefix="/api/v1/risk", description="Assessments and risk points")


@blp.route("/assessments", methods=["GET"])
@reads("grade:read")
@blp.arguments(AssessmentsQuery, location="query")
@blp.response(200, Assessments)
def list_assessments(session: Session, query: dict[str, Any]) -> Any:
    """Assessments of the own area, the newest first."""
    wanted = {name: str(query.pop(name)) for name in ("state", "enterprise_id") if name in query}
    key = [assessment.c.drafted_at, assessment.c.id]
    rows, next_cursor = page(session, queries.assessments(principal(), **wanted), key=key, descending=True, **query)
    today = business_date(now())
    return {"items": [queries.assessment_view(row, today=today) for row in rows], "next_cursor": next_cursor}


@blp.route("/assessments", methods=["POST"])
@writes("assessment:write")
@blp.arguments(AssessmentDraft)
@blp.response(201, Assessment)
def draft_assessment(session: Session, body: dict[str, Any]) -> Any:
    """Begin the assessment of an enterprise's card."""
    enterprise_id = str(body["enterprise_id"])
    queries.visible_standing(session, principal(), enterprise_id=enterprise_id)
    assessment_id = use_cases.draft_assessment(
        session, enterprise_id=enterprise_id, answers=_answers(body), by=principal().subject, now=now()
    )
    return _shown(session, assessment_id)


@blp.route("/assessments/<id:assessment_id>", methods=["GET"])
@reads("grade:read")
@blp.response(200, Assessment)
def get_assessment(session: Session, assessment_id: str) -> Any:
    """One assessment with its answers and evidence; its version is the ETag."""
    row = queries.visible_assessment(session, principal(), assessment_id)
    return queries.assessment_view(row, today=business_date(now())), 200, etag_of(row.version)


@blp.route("/assessments/<id:assessment_id>", methods=["PUT"])
@writes("assessment:write")
@blp.arguments(Answers)
@blp.response(200, Assessment)
def answer_assessment(session: Session, body: dict[str, Any], assessment_id: str) -> Any:
    """Replace the answers of a draft."""
    row = queries.visible_assessment(session, principal(), assessment_id)
    require_version(row.version)
    use_cases.answer_assessment(session, row, answers=_answers(body), now=now())
    return _shown(session, assessment_id)


@blp.route("/assessments/<id:assessment_id>/submit", methods=["POST"])
@writes("assessment:write")
@blp.response(200, Assessment)
def submit_assessment(session: Session, assessment_id: str) -> Any:
    """Hand a draft in; the bureau has 30 working days."""
    return _moved(session, assessment_id, lambda row: use_cases.submit_assessment(session, row, now=now()))


@blp.route("/assessments/<id:assessment_id>/review", methods=["POST"])
@writes("assessment:review")
@blp.response(200, Assessment)
def review_assessment(session: Session, assessment_id: str) -> Any:
    """Say that the subdistrict agrees."""
    by = principal().subject
    return _moved(session, assessment_id, lambda row: use_cases.review_assessment(session, row, by=by, now=now()))


@blp.route("/assessments/<id:assessment_id>/confirm", methods=["POST"])
@writes("assessment:confirm")
@blp.response(200, Assessment)
def confirm_assessment(session: Session, assessment_id: str) -> Any:
    """Confirm for the bureau: the answers become confirmed facts and the enterprise is graded."""
    by = principal().subject
    return _moved(session, assessment_id, lambda row: use_cases.confirm_assessment(session, row, by=by, now=now()))


@blp.route("/assessments/<id:assessment_id>/return", methods=["POST"])
@writes("assessment:review")
@blp.arguments(Returned)
@blp.response(200, Assessment)
def return_assessment(session: Session, body: dict[str, Any], assessment_id: str) -> Any:
    """Give it back to be answered better."""
    reason = body["reason"]
    return _moved(session, assessment_id, lambda row: use_cases.return_assessment(session, row, reason=reason))


@blp.route("/risk-points", methods=["GET"])
@reads("grade:read")
@blp.arguments(RiskPointsQuery, location="query")
@blp.response(200, RiskPoints)
def list_risk_points(session: Session, query: dict[str, Any]) -> Any:
    """Risk points in use of the own area, the worst first."""
    enterprise_id, is_overdue = str(query.pop("enterprise_id", "")), query.pop("overdue")
    wanted = queries.risk_points(principal(), enterprise_id=enterprise_id, is_overdue=is_overdue)
    rows, next_cursor = page(session, wanted, key=[risk_point.c.level, risk_point.c.id], **query)
    return {"items": [queries.risk_point_view(row) for row in rows], "next_cursor": next_cursor}


@blp.route("/risk-points", methods=["POST"])
@writes("risk_point:write")
@blp.arguments(NewPoint)
@blp.response(201, RiskPoint)
def add_risk_point(session: Session, body: dict[str, Any]) -> Any:
    """Enter a risk point; its colour is computed from the judged values."""
    enterprise_id = str(body.pop("enterprise_id"))
    queries.visible_standing(session, principal(), enterprise_id=enterprise_id)
    point = _judgement(body)
    point_id = use_cases.add_risk_point(
        session, enterprise_id=enterprise_id, point=point, by=principal().subject, now=now()
    )
    return _point(session, point_id)


@blp.route("/risk-points/confirmations", methods=["POST"])
@writes("risk_point:write")
@blp.arguments(LedgerOf)
@blp.response(200, LedgerConfirmed)
def confirm_risk_points(session: Session, body: dict[str, Any]) -> Any:
    """Confirm for this quarter that an enterprise's ledger is true."""
    enterprise_id = str(body["enterprise_id"])
    queries.visible_standing(session, principal(), enterprise_id=enterprise_id)
    confirmed = {"points": use_cases.confirm_risk_points(session, enterprise_id=enterprise_id, now=now())}
    audit_note(session, entity=f"enterprise:{enterprise_id}", after=confirmed)
    return confirmed


@blp.route("/risk-points/<id:point_id>", methods=["PUT"])
@writes("risk_point:write")
@blp.arguments(PointBody)
@blp.response(200, RiskPoint)
def judge_risk_point(session: Session, body: dict[str, Any], point_id: str) -> Any:
    """Judge a risk point anew; its version is the ETag."""
    row = queries.visible_risk_point(session, principal(), point_id)
    require_version(row.version)
    use_cases.judge_risk_point(session, row, point=_judgement(body), based_on=row.version, now=now())
    return _point(session, point_id)


@blp.route("/risk-points/<id:point_id>/retire", methods=["POST"])
@writes("risk_point:write")
@blp.response(204)
def retire_risk_point(session: Session, point_id: str) -> None:
    """Take a risk point out of the ledger."""
    row = queries.visible_risk_point(session, principal(), point_id)
    use_cases.retire_risk_point(session, row, now=now())
    audit_note(session, entity=f"enterprise:{row.enterprise_id}", after={"retired": point_id})


def _answers(body: dict[str, Any]) -> use_cases.Answers:
    return use_cases.Answers(known(body["facts"]), body["evidence"], body["note"])


def _judgement(body: dict[str, Any]) -> use_cases.Point:
    judged = {name: Decimal(str(value)) for name, value in body.pop("judged").items()}
    return use_cases.Point(judged=judged, **body)


def _moved(session: Session, assessment_id: str, move: Callable[[Any], None]) -> Any:
    move(queries.visible_assessment(session, principal(), assessment_id))
    return _shown(session, assessment_id)


def _shown(session: Session, assessment_id: str) -> Any:
    row = queries.visible_assessment(session, principal(), assessment_id)
    told = {"assessment": assessment_id, "state": row.state, "version": row.version}
    audit_note(session, entity=f"enterprise:{row.enterprise_id}", after=told)
    return queries.assessment_view(row, today=business_date(now())), None, etag_of(row.version)


def _point(session: Session, point_id: str) -> Any:
    row = queries.visible_risk_point(session, principal(), point_id)
    told = {"risk_point": point_id, "level": row.level, "version": row.version}
    audit_note(session, entity=f"enterprise:{row.enterprise_id}", after=told)
    return queries.risk_point_view(row), None, etag_of(row.version)
