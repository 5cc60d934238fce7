"""What a case rests on: the penalty decision, and the accidents on record."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.credit.domain.case_conditions import Accident
from services.credit.domain.case_facts import Penalty
from services.credit.domain.penalties import NATURAL
from services.credit.rules import case_rules
from services.credit.tables import accident, penalty
from shared.errors import NotFound

WITHDRAWN = "withdrawn"


class GroundsNotFound(NotFound):
    code = "grounds_not_found"


def penalty_behind(session: Session, enterprise_id: str, *, penalty_id: str) -> Penalty:
    """Return the penalty decision against an enterprise as a case sees it; raises ``GroundsNotFound``."""
    own = select(penalty).where(penalty.c.id == penalty_id, penalty.c.enterprise_id == enterprise_id)
    row = session.execute(own.with_for_update()).one_or_none()
    if row is None:
        raise GroundsNotFound("There is no such penalty decision against this enterprise.")
    return Penalty(
        number=row.document_number,
        clause=row.act,
        decided_on=row.decided_on,
        is_ours=case_rules().department in row.authority,
        is_effective=row.state != WITHDRAWN,
        is_against_person=row.subject_kind == NATURAL,
    )


def accidents_behind(session: Session, enterprise_id: str) -> tuple[Accident, ...]:
    """Return the accidents on record of an enterprise."""
    own = select(accident).where(accident.c.enterprise_id == enterprise_id).order_by(accident.c.occurred_on)
    return tuple(Accident(row.grade, row.occurred_on) for row in session.execute(own))
