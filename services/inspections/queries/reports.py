"""Reports from the public: what the reporter may read with the receipt, and what those who decide see."""

from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from services.inspections.queries.enterprises import in_area
from services.inspections.tables import enterprise, public_report
from shared.errors import NotFound
from shared.security.principal import Principal

COUNTY_DIGITS = 6


class ReportNotFound(NotFound):
    code = "report_not_found"


def report_by_receipt(session: Session, receipt: str) -> Row[Any]:
    """Return the report with this receipt; raises ``ReportNotFound``."""
    row = session.execute(select(public_report).where(public_report.c.receipt == receipt.upper())).one_or_none()
    if row is None:
        raise ReportNotFound("No report has this receipt: check the letters.")
    return row


def reports(principal: Principal, *, state: str | None = None) -> Select[Any]:
    """Return the statement that reads reports about enterprises of the area; who sees a county sees the others too."""
    joined = public_report.outerjoin(enterprise, enterprise.c.enterprise_id == public_report.c.enterprise_id)
    ways = [in_area(principal)]
    if any(len(prefix) <= COUNTY_DIGITS for prefix in principal.divisions if prefix):
        ways.append(enterprise.c.enterprise_id.is_(None))
    wanted = select(public_report, enterprise.c.name).select_from(joined).where(or_(*ways))
    return wanted.where(public_report.c.state == state) if state else wanted


def visible_report(session: Session, principal: Principal, report_id: str) -> Row[Any]:
    """Return one report; raises ``ReportNotFound`` outside the area."""
    row = session.execute(reports(principal).where(public_report.c.id == report_id)).one_or_none()
    if row is None:
        raise ReportNotFound("There is no such report in your area.")
    return row
