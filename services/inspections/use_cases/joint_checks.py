"""Joint checks begun and written down: one task, which the cap counts once, and a part for each agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.caps import Part, check_parts, check_writer
from services.inspections.domain.plans import PLAN
from services.inspections.queries.caps import planned_task
from services.inspections.queries.enterprises import held_id
from services.inspections.tables import joint_check, joint_part
from services.inspections.use_cases.checks import Visit, begin_check
from shared.clock import business_date
from shared.errors import Conflict, NotFound
from shared.ids import new_id


class AgencyUnknown(NotFound):
    code = "agency_unknown"


class JointAlready(Conflict):
    code = "joint_already"


@dataclass(frozen=True, slots=True)
class JointCheck:
    """``visit`` says where and why; the agency of the first part leads."""

    visit: Visit
    parts: Sequence[Part]


def begin_joint_check(session: Session, wanted: JointCheck, *, by: str, tier: int, now: datetime) -> str:
    """Begin a joint check and return its id; it is one on-site check.

    The planned check of this month is done jointly, any other one is begun today. Raises ``NotAllowed``,
    ``JointAlready``.
    """
    check_parts(wanted.parts, tier=tier)
    planned = _planned(session, wanted.visit, now=now)
    task_id = planned or begin_check(session, wanted.visit, by=by, tier=tier, now=now)
    joint_id = new_id()
    session.execute(insert(joint_check).values(id=joint_id, task_id=task_id, version=1, begun_by=by, begun_at=now))
    unwritten = {"joint_id": joint_id, "result": "", "entered_by": "", "entered_at": None}
    rows = [
        {**unwritten, "agency": part.agency.strip(), "subject": part.subject, "is_lead": place == 0}
        for place, part in enumerate(wanted.parts)
    ]
    session.execute(insert(joint_part), rows)
    return joint_id


def _planned(session: Session, visit: Visit, *, now: datetime) -> str | None:
    """Return the planned check that waits, when it is the one that is meant; raises ``JointAlready``."""
    if visit.cause != PLAN:
        return None
    waiting = planned_task(session, held_id(session, visit.enterprise_id), day=business_date(now))
    if found := session.scalar(select(joint_check.c.id).where(joint_check.c.task_id == waiting)):
        raise JointAlready("The planned check of this month is a joint one already: open it.", id=found)
    return waiting


def enter_part(session: Session, row: Row[Any], part: Part, *, by: str, tier: int, now: datetime) -> None:
    """Write down what an agency found; raises ``NotAllowed``, ``AgencyUnknown``."""
    check_writer(tier)
    found = update(joint_check).where(joint_check.c.id == row.id).values(version=joint_check.c.version + 1)
    session.execute(found)
    own = (joint_part.c.joint_id == row.id, joint_part.c.agency == part.agency)
    written = update(joint_part).where(*own).values(result=part.result, entered_by=by, entered_at=now)
    if not session.execute(written.returning(joint_part.c.agency)).all():
        raise AgencyUnknown("This agency has no part in the check.")
