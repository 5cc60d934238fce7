"""What happens elsewhere changes grades here; a bureau review lets red go; an officer may set a level by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.risk.domain.dynamics import REVIEW, Phase
from services.risk.domain.levels import Level
from services.risk.domain.occurrences import Occurrence
from services.risk.queries import present_ids
from services.risk.rules import dynamic_rules
from services.risk.tables import applied_rule, override
from services.risk.use_cases.adjusting import APPROVED, adjust, lock_enterprises, merge_occurrences
from services.risk.use_cases.grading import grade_enterprises
from shared.errors import Conflict, Forbidden, NotYet, Refused
from shared.events.received import Received
from shared.ids import new_id

REQUESTED, REJECTED, WITHDRAWN = "requested", "rejected", "withdrawn"
LONGEST_OVERRIDE = timedelta(days=366)


class NothingToReview(Conflict):
    code = "nothing_to_review"


class OverrideDecided(Conflict):
    code = "override_decided"


class OwnRequest(Forbidden):
    code = "own_request"


class UnsuitableExpiry(Refused):
    code = "unsuitable_expiry"


def note_occurrences(session: Session, received: Sequence[Received[Any]], *, now: datetime) -> None:
    """Keep what events of other services tell, and grade those enterprises; raises ``NotYet`` for an unknown one."""
    rules = dynamic_rules()
    told = [
        (one.data.enterprise_id, found)
        for one in received
        for found in rules.read(one.type, one.data, time=one.time, sequence=one.sequence)
    ]
    present = present_ids(session, {enterprise_id for enterprise_id, _ in told})
    told = [(present[enterprise_id], found) for enterprise_id, found in told]
    enterprise_ids = sorted(set(present.values()))
    if missing := set(enterprise_ids) - lock_enterprises(session, enterprise_ids):
        raise NotYet(f"enterprise:{min(missing)}")
    merge_occurrences(session, told)
    adjust_and_grade(session, enterprise_ids, now=now)


def adjust_and_grade(session: Session, enterprise_ids: Sequence[str], *, now: datetime) -> None:
    """Compute anew what counts for these enterprises, and grade them; a timer calls it when a cause runs out."""
    lock_enterprises(session, enterprise_ids)
    adjust(session, enterprise_ids, now=now)
    grade_enterprises(session, enterprise_ids, now=now)


def review_red(session: Session, *, enterprise_id: str, reason: str, by: str, now: datetime) -> None:
    """Let an enterprise whose cause of red is gone rise again, one level per period (DY-14).

    Raises ``NothingToReview`` unless a rule waits for the review.
    """
    lock_enterprises(session, [enterprise_id])
    columns = applied_rule.c
    waiting = select(columns.id).where(
        columns.enterprise_id == enterprise_id,
        columns.lifted_at.is_(None),
        columns.phase == Phase.AWAITING_REVIEW.value,
    )
    if session.scalar(waiting) is None:
        raise NothingToReview("No cause of red waits for a review: either it still holds or there is none.")
    review = Occurrence(REVIEW, new_id(), began_at=now, details={"reason": reason, "by": by})
    merge_occurrences(session, [(enterprise_id, review)])
    adjust_and_grade(session, [enterprise_id], now=now)


@dataclass(frozen=True, slots=True)
class Wish:
    """The level that an enterprise should have by hand, why, and until when."""

    enterprise_id: str
    level: Level
    reason: str
    expires_at: datetime


def request_override(session: Session, wish: Wish, *, by: str, now: datetime) -> str:
    """Ask for what ``wish`` says and return the request's id; raises ``UnsuitableExpiry`` beyond one year."""
    if not now < wish.expires_at <= now + LONGEST_OVERRIDE:
        raise UnsuitableExpiry("An override must end, at the latest after one year.", field="expires_at")
    override_id = new_id()
    session.execute(
        insert(override).values(
            id=override_id,
            enterprise_id=wish.enterprise_id,
            level=wish.level,
            reason=wish.reason,
            state=REQUESTED,
            requested_by=by,
            requested_at=now,
            expires_at=wish.expires_at,
        )
    )
    return override_id


def decide_override(
    session: Session, *, override_id: str, is_approved: bool, note: str, by: str, now: datetime
) -> None:
    """Approve or reject a request; an approved level counts at once.

    Raises ``OverrideDecided``, and ``OwnRequest`` for the person who asked.
    """
    row = session.execute(select(override).where(override.c.id == override_id).with_for_update()).one()
    if row.state != REQUESTED:
        raise OverrideDecided("This request has been decided already.", state=row.state)
    if row.requested_by == by:
        raise OwnRequest("Somebody else has to decide what you have asked for.")
    _decide(session, override_id, state=APPROVED if is_approved else REJECTED, note=note, by=by, now=now)
    adjust_and_grade(session, [row.enterprise_id], now=now)


def withdraw_override(session: Session, *, override_id: str, note: str, by: str, now: datetime) -> None:
    """End an override before its time, or take a request back; raises ``OverrideDecided``."""
    row = session.execute(select(override).where(override.c.id == override_id).with_for_update()).one()
    if row.state not in (REQUESTED, APPROVED) or row.expires_at <= now:
        raise OverrideDecided("This override has ended already.", state=row.state)
    _decide(session, override_id, state=WITHDRAWN, note=note, by=by, now=now)
    adjust_and_grade(session, [row.enterprise_id], now=now)


def _decide(session: Session, override_id: str, *, state: str, note: str, by: str, now: datetime) -> None:
    decision = {"state": state, "decided_by": by, "decided_at": now, "decision_note": note}
    session.execute(update(override).where(override.c.id == override_id).values(**decision))
