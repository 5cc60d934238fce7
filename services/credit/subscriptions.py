"""What credit listens to, and what its clocks do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.credit.use_cases import enterprises
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseUpdated,
)
from shared.declarations import subscribes
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep the register's state; the three events carry the same whole state."""
    enterprises.keep_register_state(session, received)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    """Let what hangs on merged entries go over to the one that stays."""
    enterprises.follow_merge(session, received.data)
