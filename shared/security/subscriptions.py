"""Ready-made subscription of services without an enterprise table: named in ``Declarations`` beside their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from shared.contracts.registry import EnterpriseDeregistered, EnterpriseRegistered, EnterpriseState, EnterpriseUpdated
from shared.database.bulk import upsert_rows
from shared.database.chassis import scope_enterprise
from shared.declarations import subscribes
from shared.events.received import Received


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def keep_scope(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep division and grid of every enterprise in ``scope_enterprise``; the newest version wins."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    rows = [
        {
            "enterprise_id": enterprise_id,
            "division": one.data.division,
            "grid": one.data.grid,
            "sequence": one.sequence,
        }
        for enterprise_id, one in sorted(newest.items())
    ]
    upsert_rows(session, scope_enterprise, rows, key=["enterprise_id"], newer="sequence")
