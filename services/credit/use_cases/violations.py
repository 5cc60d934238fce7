"""Record what an enterprise did wrong."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.credit.domain.violations import check_violation
from services.credit.rules import catalogue
from services.credit.tables import violation
from shared.clock import business_date
from shared.contracts.credit import ViolationRecorded
from shared.events.outbox import publish
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Breach:
    """What somebody did wrong: an act of the catalogue, how severe, and what was seen on which day.

    ``cause`` and ``cause_id`` name the suggestion that it was confirmed from.
    """

    enterprise_id: str
    act: str
    severity: str
    facts: str
    found_on: date
    cause: str = ""
    cause_id: str | None = None


def record_violation(session: Session, breach: Breach, *, by: str, now: datetime) -> str:
    """Record a violation, tell of it, and return its id; raises ``NotAllowed`` for an unknown act or a day to come."""
    today, violation_id = business_date(now), new_id()
    act = check_violation(catalogue(), breach.act, found_on=breach.found_on, today=today)
    values = {name: getattr(breach, name) for name in breach.__slots__}
    recorded = {"recorded_on": today, "recorded_by": by, "recorded_at": now}
    session.execute(insert(violation).values(id=violation_id, **values, **recorded))
    event = ViolationRecorded(
        violation_id=violation_id,
        enterprise_id=breach.enterprise_id,
        severity=breach.severity,
        recorded_on=today.isoformat(),
        clause=act.basis,
        act=act.code,
    )
    publish(session, event, sequence=1, at=now)
    return violation_id
