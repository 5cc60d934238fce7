"""Joint checks of the caller's area, each with the part of every agency."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.inspections.domain.caps import Part, is_complete
from services.inspections.queries.enterprises import in_area
from services.inspections.tables import enterprise, joint_check, joint_part, task
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]
LEADING_FIRST = (joint_part.c.is_lead.desc(), joint_part.c.agency)


class JointCheckNotFound(NotFound):
    code = "joint_check_not_found"


def joint_checks(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads joint checks of the area; ``wanted`` names joint check, task or enterprise."""
    joined = joint_check.join(task, task.c.id == joint_check.c.task_id)
    joined = joined.join(enterprise, enterprise.c.enterprise_id == task.c.enterprise_id)
    named = {"id": joint_check.c.id, "task_id": task.c.id, "enterprise_id": task.c.enterprise_id}
    conditions = [named[name] == value for name, value in wanted.items() if value is not None]
    about = (task.c.enterprise_id, task.c.cause, task.c.first_day, task.c.state, enterprise.c.name)
    return select(joint_check, *about).select_from(joined).where(in_area(principal), *conditions)


def visible_joint_check(session: Session, principal: Principal, joint_id: str) -> Row[Any]:
    """Return one joint check; raises ``JointCheckNotFound`` outside the area."""
    row = session.execute(joint_checks(principal, wanted={"id": joint_id})).one_or_none()
    if row is None:
        raise JointCheckNotFound("There is no such joint check in your area.")
    return row


def joint_views(session: Session, rows: Sequence[Row[Any]]) -> list[Document]:
    """Return joint checks with their parts, the leading agency first."""
    parts: dict[str, list[Row[Any]]] = {row.id: [] for row in rows}
    wanted = select(joint_part).where(joint_part.c.joint_id.in_(list(parts)))
    for part in session.execute(wanted.order_by(*LEADING_FIRST)):
        parts[part.joint_id].append(part)
    return [
        {**row._asdict(), "parts": parts[row.id], "is_complete": is_complete([_part(one) for one in parts[row.id]])}
        for row in rows
    ]


def parts_of(session: Session, task_id: str) -> list[Part]:
    """Return the part of each agency in the joint check that a task is; none of any other task."""
    joined = joint_part.join(joint_check, joint_check.c.id == joint_part.c.joint_id)
    wanted = select(joint_part).select_from(joined).where(joint_check.c.task_id == task_id)
    return [_part(row) for row in session.execute(wanted.order_by(*LEADING_FIRST))]


def _part(row: Row[Any]) -> Part:
    return Part(row.agency, row.subject, row.result)
