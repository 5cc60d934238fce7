"""Works under a permit as the map shows them: where a word of permits leaves one, and how well its place is known."""

from collections.abc import Mapping
from typing import NamedTuple

APPROVED, ACTIVE, SUSPENDED = "approved", "active", "suspended"
SHOWN = (ACTIVE, SUSPENDED, APPROVED)  # what goes on, what may go on again, what may begin
STATES: Mapping[str, str] = {  # by what happened
    "permit_submitted": "planned",
    "permit_approved": APPROVED,
    "permit_started": ACTIVE,
    "permit_suspended": SUSPENDED,
    "permit_resumed": ACTIVE,
    "permit_finished": "finished",
    "permit_closed": "closed",
    "permit_expired": "expired",
    "permit_revoked": "revoked",
    "permit_rejected": "rejected",
}


class Spot(NamedTuple):
    """A position in WGS-84 degrees; ``precision`` says whose: the work's own, the enterprise's, the subdistrict's."""

    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    precision: str = "none"


def state_after(event_type: str) -> str:
    """Return the state in which an event such as ``permits.permit_started.v1`` leaves the work."""
    return STATES[event_type.split(".")[1]]


def first_known(*spots: Spot) -> Spot:
    """Return the first of ``spots`` that has degrees, else an empty one."""
    return next((one for one in spots if one.longitude is not None), Spot())
