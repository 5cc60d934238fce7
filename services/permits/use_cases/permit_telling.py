"""What others hear of a step of a permit: one event for each word of the row's ``tells``."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import MovedPermit
from shared.contracts.permits import (
    PermitApproved,
    PermitClosed,
    PermitExpired,
    PermitFinished,
    PermitRejected,
    PermitResumed,
    PermitRevoked,
    PermitStarted,
    PermitSubmitted,
    PermitSuspended,
)
from shared.events.outbox import publish
from shared.machines import Step

Row = Mapping[str, Any]
EVENTS: Mapping[str, type[Any]] = {
    "submitted": PermitSubmitted,
    "approved": PermitApproved,
    "started": PermitStarted,
    "suspended": PermitSuspended,
    "resumed": PermitResumed,
    "finished": PermitFinished,
    "closed": PermitClosed,
    "expired": PermitExpired,
    "revoked": PermitRevoked,
    "rejected": PermitRejected,
}
SAME = (
    "enterprise_id", "kind", "number", "level", "longitude", "latitude", "accuracy_m",
    "ruleset", "ruleset_version", "reason",
)  # fmt: skip


def tell_of_permit(session: Session, row: Row, moved: MovedPermit, *, step: Step) -> None:
    """Publish what the transition tells; ``row`` is the permit as it is now."""
    for word in moved.transition.tells:
        cause = {"cause": row["cause"]} if word == "suspended" else {}
        told = EVENTS[word](
            permit_id=row["id"],
            place_id=row["place_id"] or "",
            starts_at=row["starts_at"].isoformat(),
            ends_at=row["ends_at"].isoformat(),
            **{name: row[name] for name in SAME},
            **cause,
        )
        publish(session, told, sequence=row["told"], at=step.now)
