"""What risk listens to, and what it tells a consumer that asks again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.risk import queries, use_cases
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterpriseState,
    EnterpriseUpdated,
)
from shared.contracts.risk import EnterpriseGraded
from shared.declarations import Reemitted, reemits, subscribes
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state and grade anew; the three events carry the same whole state."""
    use_cases.keep_register_state(session, [(one.data, one.sequence) for one in received], now=now)


@reemits(EnterpriseGraded)
def current_grades(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Return present grades by enterprise id, for a consumer that builds its copy anew."""
    return [
        Reemitted(
            key=row.enterprise_id,
            event=use_cases.graded_event(row._asdict()),
            sequence=row.sequence,
            at=row.graded_at,
        )
        for row in queries.grades_after(session, after, limit=limit)
    ]
