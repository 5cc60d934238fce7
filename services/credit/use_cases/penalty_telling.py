"""What others hear of a penalty: its decision, and what each step of its publication tells.

A decision against a person is not the enterprise's: nobody counts it against the enterprise, so nothing is told.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.credit.domain.penalties import NATURAL, without_persons
from shared.contracts.credit import (
    PenaltyDecided,
    PenaltyPublicityEnded,
    PenaltyPublished,
    PenaltySettled,
    PenaltyWithdrawn,
)
from shared.events.outbox import publish
from shared.machines import Step, Transition


def tell_of_decision(session: Session, row: Row[Any], *, at: datetime) -> None:
    """Publish that a penalty was decided."""
    if row.subject_kind == NATURAL:
        return
    event = PenaltyDecided(
        **_named(row),
        decided_on=row.decided_on.isoformat(),
        clause=without_persons(row.basis),
        amount=row.fine,
        act=row.act,
        penalty_class=row.penalty_class,
        kinds=tuple(row.kinds),
    )
    publish(session, event, sequence=row.version, at=at)


def tell_of_step(session: Session, row: Row[Any], transition: Transition, *, step: Step) -> None:
    """Publish what the row of the table tells; ``row`` is the penalty as it is now."""
    for word in transition.tells if row.subject_kind != NATURAL else ():
        publish(session, EVENTS[word](row, step), sequence=row.version, at=step.now)


def _named(row: Row[Any]) -> dict[str, str]:
    return {"penalty_id": row.id, "enterprise_id": row.enterprise_id}


def _published(row: Row[Any], step: Step) -> PenaltyPublished:
    days = {"published_on": step.today.isoformat(), "shown_until": row.shown_until.isoformat()}
    return PenaltyPublished(**_named(row), **days, penalty_class=row.penalty_class, is_late=row.is_late)


def _settled(row: Row[Any], _step: Step) -> PenaltySettled:
    return PenaltySettled(**_named(row), settled_on=row.settled_on.isoformat())


def _ended(row: Row[Any], step: Step) -> PenaltyPublicityEnded:
    return PenaltyPublicityEnded(**_named(row), ended_on=step.today.isoformat(), reason=row.state)


def _withdrawn(row: Row[Any], _step: Step) -> PenaltyWithdrawn:
    return PenaltyWithdrawn(**_named(row))


EVENTS: Mapping[str, Callable[[Row[Any], Step], Any]] = {
    "published": _published,
    "settled": _settled,
    "ended": _ended,
    "withdrawn": _withdrawn,
}
