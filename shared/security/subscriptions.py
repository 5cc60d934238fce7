"""Ready-made subscriptions: a service names this module in its ``Declarations`` to keep its scope tables current."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shared.contracts.identity import AccountDisabled
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseRegistered, EnterpriseState, EnterpriseUpdated
from shared.database.bulk import upsert_rows
from shared.database.chassis import scope_enterprise, token_deny
from shared.declarations import subscribes
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def keep_scope(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep division and grid of every enterprise in ``scope_enterprise``; the newest version wins."""
    rows = [
        {
            "enterprise_id": one.data.enterprise_id,
            "division": one.data.division,
            "grid": one.data.grid,
            "sequence": one.sequence,
        }
        for one in _newest(received)
    ]
    upsert_rows(session, scope_enterprise, rows, key=["enterprise_id"], newer="sequence")


@subscribes(AccountDisabled, batch=True)
def keep_denials(session: Session, received: Sequence[Received[AccountDisabled]], *, now: datetime) -> None:
    """Keep the accounts whose tokens count no more, or only those issued after their return."""
    rows = [
        {
            "subject": one.data.subject,
            "denied_at": one.time,
            "lifted_at": None if one.data.is_denied else one.time,
            "sequence": one.sequence,
        }
        for one in _newest(received)
    ]
    upsert_rows(session, token_deny, rows, key=["subject"], newer="sequence")


def _newest(received: Sequence[Received[Any]]) -> list[Received[Any]]:
    """Return the last version of each subject, in the order of the subjects."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    return [newest[subject] for subject in sorted(newest)]
