"""What inspections listens to, and what its clocks do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.inspections.use_cases import enterprises, hazards
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterpriseState,
    EnterpriseUpdated,
)
from shared.declarations import subscribes, timer
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state; the three events carry the same whole state."""
    enterprises.keep_register_state(session, [(one.data, one.sequence) for one in received])


@timer(hazards.DEADLINE)
def on_hazard_deadline(session: Session, hazard_id: str, *, now: datetime) -> None:
    """The last day for putting a hazard right is over."""
    hazards.note_overdue(session, hazard_id, now=now)
