"""What credit tells of an enterprise: penalties, listings and accidents that put it into the annual plan."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from services.inspections.domain.plans import ACCIDENT, ENDED, HAPPENED, LISTING, PENALTY
from services.inspections.queries.enterprises import held_id
from services.inspections.tables import credit_fact
from shared.contracts.credit import AccidentRecorded, PenaltyDecided, PenaltyWithdrawn, SubjectDelisted, SubjectListed
from shared.database.bulk import upsert_rows

CreditFact = AccidentRecorded | PenaltyDecided | PenaltyWithdrawn | SubjectDelisted | SubjectListed


@dataclass(frozen=True, slots=True)
class Telling:
    """What an event tells, and which of its fields hold the id, the day and the last day."""

    kind: str
    id: str
    step: int = HAPPENED
    happened: str = ""
    ends: str = ""


TELLINGS = {
    AccidentRecorded: Telling(ACCIDENT, "accident_id", happened="occurred_on"),
    PenaltyDecided: Telling(PENALTY, "penalty_id", happened="decided_on"),
    PenaltyWithdrawn: Telling(PENALTY, "penalty_id", ENDED),
    SubjectListed: Telling(LISTING, "listing_id", ends="managed_until"),
    SubjectDelisted: Telling(LISTING, "listing_id", ENDED),
}


def keep_credit_fact(session: Session, told: CreditFact) -> None:
    """Keep what happened, or that it counts no more: it may come twice, and the end before the beginning.

    An accident is told again when its figures were put right.
    """
    telling = TELLINGS[type(told)]
    row = {
        "id": getattr(told, telling.id),
        "enterprise_id": held_id(session, told.enterprise_id),
        "kind": telling.kind,
        "step": telling.step,
        "happened_on": _day(told, telling.happened),
        "ends_on": _day(told, telling.ends),
        "deaths": getattr(told, "deaths", 0),
    }
    newer = None if isinstance(told, AccidentRecorded) else "step"
    upsert_rows(session, credit_fact, [row], key=["id"], newer=newer)


def _day(told: CreditFact, field: str) -> date | None:
    text = getattr(told, field) if field else ""
    return date.fromisoformat(text) if text else None
