"""Complaints about intermediaries within the caller's area."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select, true
from sqlalchemy.orm import Session

from services.inspections.domain.complaints import Complaint, allowed_complaint_steps
from services.inspections.domain.reviews import moments_of
from services.inspections.queries import in_state
from services.inspections.queries.enterprises import in_area
from services.inspections.rules import complaint_rules
from services.inspections.tables import complaint, enterprise
from shared.errors import NotFound
from shared.machines import Step
from shared.security.principal import Principal

Document = dict[str, Any]


class ComplaintNotFound(NotFound):
    code = "complaint_not_found"


def complaints(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the complaints of the area, of an intermediary those about itself.

    ``wanted`` filters by column, ``half_year`` by the receipt.
    """
    joined = complaint.join(enterprise, enterprise.c.enterprise_id == complaint.c.enterprise_id)
    conditions = [_condition(name, value) for name, value in wanted.items() if value is not None]
    own = complaint.c.intermediary_id == principal.intermediary_id if principal.intermediary_id else true()
    columns = (complaint, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), own, *conditions)


def _condition(name: str, value: Any) -> ColumnElement[bool]:
    if name == "half_year":
        first, after = moments_of(value)
        return and_(complaint.c.received_at >= first, complaint.c.received_at < after)
    return complaint.c[name] == value


def visible_complaint(session: Session, principal: Principal, complaint_id: str) -> Row[Any]:
    """Return one complaint; raises ``ComplaintNotFound`` outside the area."""
    row = session.execute(complaints(principal, wanted={"id": complaint_id})).one_or_none()
    if row is None:
        raise ComplaintNotFound("There is no such complaint in your area.")
    return row


def known_complaint(row: Row[Any]) -> Complaint:
    """Return what the steps look at."""
    return Complaint(row.state, row.received_at, row.due_at, row.is_overdue)


def complaint_view(row: Row[Any], *, asked: Step) -> Document:
    """Return a complaint with the names of its state and subject, and the steps that who ``asked`` may take."""
    rules = complaint_rules()
    subject = rules.subjects[row.subject]
    return {
        **in_state(row, rules.machine),
        "subject_zh": subject.zh,
        "subject_en": subject.en,
        "allowed": allowed_complaint_steps(rules, known_complaint(row), asked=asked),
    }
