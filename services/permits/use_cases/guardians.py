"""Keep where the guardian of a work is: who has left it for a minute has left it (GB 30871-2022 4.10 f)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import GUARDIAN, READY
from services.permits.domain.permits import is_away
from services.permits.rules.permitting import permit_rules
from services.permits.tables import permit_person
from services.permits.use_cases.permits import locked_permit, set_clock
from shared.ground import metres_between
from shared.machines import NotAllowed, require


@dataclass(frozen=True, slots=True)
class Seen:
    """Where somebody is by its own phone, in degrees (WGS-84), true within ``accuracy_m``."""

    person_id: str
    longitude: float
    latitude: float
    accuracy_m: float


def report_position(session: Session, permit_id: str, seen: Seen, *, now: datetime) -> None:
    """Keep where a guardian who has checked in is; the clock suspends the work when nobody guards it for too long.

    Raises ``NotAllowed`` for work that does not go on, for somebody else, and where nobody knows where the work is.
    """
    row, columns = locked_permit(session, permit_id), permit_person.c
    own = (columns.permit_id == row.id, columns.person_id == seen.person_id, columns.role == GUARDIAN)
    guardian = session.execute(select(permit_person).where(*own)).one_or_none()
    is_guarding = row.state in READY and guardian is not None and guardian.is_in
    sentence = "Only a guardian who has checked in tells where it is, while the work may go on."
    require(is_guarding, NotAllowed("not_guarding", sentence, field="person_id"))
    distance, accuracy = _distance(row, seen)
    before = guardian.away_since if guardian else None
    since = (before or now) if is_away(permit_rules(), distance, accuracy_m=accuracy) else None
    session.execute(update(permit_person).where(*own).values(seen_at=now, distance_m=distance, away_since=since))
    if (since is None) != (before is None):
        set_clock(session, row.id)


def _distance(row: Row[Any], seen: Seen) -> tuple[float, float]:
    """Return how far from the work that is, and how wrong that may be, in metres."""
    sentence = "Nobody has said where this work is: the distance of its guardian is not known."
    is_placed = row.longitude is not None and row.latitude is not None
    require(is_placed, NotAllowed("work_not_placed", sentence))
    metres = metres_between((seen.longitude, seen.latitude), (row.longitude, row.latitude))
    return round(metres, 1), seen.accuracy_m + (row.accuracy_m or 0)
