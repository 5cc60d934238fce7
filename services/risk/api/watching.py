"""Frequencies, dynamic supervision of levels 1 and 2, what-if, and information codes."""

from typing import Any

from flask import Response

from services.risk import queries, use_cases
from services.risk.domain.levels import Level
from services.risk.schemas.grades import HistoryQuery
from services.risk.schemas.watching import (
    Code,
    Codes,
    FiledReports,
    Frequency,
    FrequencyProfiles,
    PublicFacts,
    Revocation,
    RiskReport,
    ScannedToken,
    Scans,
    SheetsQuery,
    SupervisedList,
    SupervisionQuery,
    Supervisors,
    WhatIf,
    WhatIfQuery,
)
from services.risk.tables import code_scan, enterprise, grade, information_code, risk_report
from shared.database import Session
from shared.http import Blueprint, audit_note, now, page, principal, public_reads, public_writes, reads, writes
from shared.http.chassis import chassis
from shared.qr import qr_code

blp = Blueprint("watching", __name__, url_prefix="/api/v1/risk", description="Supervision, what-if and codes")


@blp.route("/frequencies", methods=["GET"])
@public_reads()
@blp.response(200, FrequencyProfiles)
def list_frequencies(session: Session) -> Any:
    """How often each level is inspected, and the cap that bounds every profile."""
    return queries.frequency_profiles()


@blp.route("/grades/<id:enterprise_id>/frequency", methods=["GET"])
@reads("grade:read")
@blp.response(200, Frequency)
def get_frequency(session: Session, enterprise_id: str) -> Any:
    """How often this enterprise is inspected at its present level."""
    return queries.frequency_of(_visible(session, enterprise_id).level)


@blp.route("/grades/<id:enterprise_id>/what-if", methods=["GET"])
@reads("grade:read")
@blp.arguments(WhatIfQuery, location="query")
@blp.response(200, WhatIf)
def what_if(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """The smallest set of changed facts that would give another level."""
    row = _visible(session, enterprise_id)
    wanted = Level(query["level"] or min((row.level or Level.YELLOW) + 1, Level.BLUE))
    return queries.what_if(queries.rulebook_in_force(session, now()), row, wanted=wanted)


@blp.route("/supervision", methods=["GET"])
@reads("grade:read")
@blp.arguments(SupervisionQuery, location="query")
@blp.response(200, SupervisedList)
def list_supervised(session: Session, query: dict[str, Any]) -> Any:
    """Enterprises of level 1 and 2 in the own area with the clocks of their reports."""
    moment, is_overdue = now(), query.pop("overdue")
    wanted = queries.supervised(principal(), now=moment, is_overdue=is_overdue)
    rows, next_cursor = page(session, wanted, key=[grade.c.level, enterprise.c.enterprise_id], **query)
    return {"items": [queries.supervision_view(row, now=moment) for row in rows], "next_cursor": next_cursor}


@blp.route("/supervision/<id:enterprise_id>", methods=["PUT"])
@writes("supervision:write")
@blp.arguments(Supervisors)
@blp.response(204)
def name_supervisors(session: Session, body: dict[str, Any], enterprise_id: str) -> None:
    """Name who watches over the enterprise for the bureau and for the subdistrict."""
    _visible(session, enterprise_id)
    named = {post: str(account_id) for post, account_id in body.items()}
    use_cases.name_supervisors(session, enterprise_id=enterprise_id, by=principal().subject, now=now(), **named)
    audit_note(session, entity=f"enterprise:{enterprise_id}", details=named)


@blp.route("/supervision/<id:enterprise_id>/reports", methods=["GET"])
@reads("grade:read")
@blp.arguments(HistoryQuery, location="query")
@blp.response(200, FiledReports)
def list_reports(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """The risk reports of an enterprise, the newest first."""
    _visible(session, enterprise_id)
    key = [risk_report.c.reported_at, risk_report.c.id]
    rows, next_cursor = page(session, queries.reports_of(enterprise_id), key=key, descending=True, **query)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/supervision/<id:enterprise_id>/reports", methods=["POST"])
@writes("supervision:report")
@blp.arguments(RiskReport)
@blp.response(204)
def file_report(session: Session, body: dict[str, Any], enterprise_id: str) -> None:
    """File the periodic risk report, or the one about a new level-1 risk point."""
    _visible(session, enterprise_id)
    report = {"enterprise_id": enterprise_id, **body}
    report_id = use_cases.file_report(session, report, by=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", after={"report": report_id, "kind": body["kind"]})


@blp.route("/codes/<id:enterprise_id>", methods=["GET"])
@reads("grade:read")
@blp.arguments(HistoryQuery, location="query")
@blp.response(200, Codes)
def list_codes(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """The codes that an enterprise has had, the newest first."""
    _visible(session, enterprise_id)
    key = [information_code.c.issued_at, information_code.c.id]
    rows, next_cursor = page(session, queries.codes_of(enterprise_id), key=key, descending=True, **query)
    return {"items": [_code(row) for row in rows], "next_cursor": next_cursor}


@blp.route("/codes/<id:enterprise_id>", methods=["POST"])
@writes("code:write")
@blp.response(201, Code)
def issue_code(session: Session, enterprise_id: str) -> Any:
    """Give an enterprise a new code; the one before shows nothing any more."""
    _visible(session, enterprise_id)
    use_cases.issue_code(session, enterprise_id=enterprise_id, by=principal().subject, now=now())
    shown = _code(queries.code_of(session, enterprise_id))
    audit_note(session, entity=f"enterprise:{enterprise_id}", after={"code": shown["id"]})
    return shown


@blp.route("/codes/<id:enterprise_id>/revoke", methods=["POST"])
@writes("code:write")
@blp.arguments(Revocation)
@blp.response(204)
def revoke_code(session: Session, body: dict[str, Any], enterprise_id: str) -> None:
    """Let the printed code show nothing any more."""
    _visible(session, enterprise_id)
    by, reason = principal().subject, body["reason"]
    use_cases.revoke_code(session, enterprise_id=enterprise_id, reason=reason, by=by, now=now())
    audit_note(session, entity=f"enterprise:{enterprise_id}", after=body)


@blp.route("/codes/<id:enterprise_id>.svg", methods=["GET"])
@reads("grade:read")
@blp.response(200, content_type="image/svg+xml")
def draw_code(session: Session, enterprise_id: str) -> Any:
    """The code as a picture to print."""
    return Response(_picture(session, enterprise_id, "svg"), mimetype="image/svg+xml")


@blp.route("/codes/<id:enterprise_id>.png", methods=["GET"])
@reads("grade:read")
@blp.response(200, content_type="image/png")
def paint_code(session: Session, enterprise_id: str) -> Any:
    """The code as a picture for the screen."""
    return Response(_picture(session, enterprise_id, "png"), mimetype="image/png")


@blp.route("/codes/sheets.pdf", methods=["GET"])
@reads("code:write")
@blp.arguments(SheetsQuery, location="query")
@blp.response(200, content_type="application/pdf")
def print_sheets(session: Session, query: dict[str, Any]) -> Any:
    """Sheets of codes of a grid or a subdistrict, twelve on a page."""
    queries.code_address(_public_url(), "")
    rows = queries.printable(session, principal(), **query)
    title = f"企业信息码 {query['grid'] or query['division']}"
    return Response(queries.sheets(rows, public_url=_public_url(), title=title), mimetype="application/pdf")


@blp.route("/codes/scans", methods=["POST"])
@writes("grade:read")
@blp.arguments(ScannedToken)
@blp.response(204)
def record_scan(session: Session, body: dict[str, Any]) -> None:
    """Write down that the caller scanned this code."""
    code = queries.scanned_code(session, body["token"])
    _visible(session, code.enterprise_id)
    use_cases.record_scan(session, code, by=principal().subject, now=now())
    audit_note(session, entity=f"enterprise:{code.enterprise_id}", after={"scanned": code.id})


@blp.route("/codes/<id:enterprise_id>/scans", methods=["GET"])
@reads("code:write")
@blp.arguments(HistoryQuery, location="query")
@blp.response(200, Scans)
def list_scans(session: Session, query: dict[str, Any], enterprise_id: str) -> Any:
    """Who scanned the codes of an enterprise, the newest first, and how often the public did."""
    _visible(session, enterprise_id)
    key = [code_scan.c.scanned_at, code_scan.c.id]
    rows, next_cursor = page(session, queries.scans_of(enterprise_id), key=key, descending=True, **query)
    return {"items": rows, "next_cursor": next_cursor, "public": queries.public_scans(session, enterprise_id)}


@blp.route("/codes/public/<string:token>/scans", methods=["POST"])
@public_writes()
@blp.response(204)
def count_scan(session: Session, token: str) -> None:
    """Count a scan by somebody who is not signed in."""
    use_cases.count_scan(session, queries.scanned_code(session, token), now=now())


@blp.route("/codes/public/<string:token>", methods=["GET"])
@public_reads()
@blp.response(200, PublicFacts)
def read_code(session: Session, token: str) -> Any:
    """What anyone may know who scans a valid code: who it is and the present colour."""
    return queries.public_facts(session, token)


def _visible(session: Session, enterprise_id: str) -> Any:
    return queries.visible_standing(session, principal(), enterprise_id=enterprise_id)


def _picture(session: Session, enterprise_id: str, kind: str) -> bytes:
    _visible(session, enterprise_id)
    token = queries.code_of(session, enterprise_id).token
    return qr_code(queries.code_address(_public_url(), token), kind)


def _code(row: Any) -> dict[str, Any]:
    shows = row.revoked_at is None and _public_url()
    return {**row._asdict(), "address": queries.code_address(_public_url(), row.token) if shows else ""}


def _public_url() -> str:
    return chassis().settings.public_url
