"""Check what was promised against what is known, and tell of what was not disputed before."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.permits.domain.commitment_checks import computed_grade, disputes
from services.permits.domain.commitments import PUBLISHED
from services.permits.queries.commitment_checks import works_of_day
from services.permits.queries.enterprises import circumstances
from services.permits.rules import commitment_rules
from services.permits.tables import commitment
from shared.clock import business_date
from shared.contracts.permits import CommitmentDisputed
from shared.events.outbox import publish


def check_today(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """Check what an enterprise has published today, because a permit was approved since."""
    columns = commitment.c
    own = (columns.enterprise_id == enterprise_id, columns.day == business_date(now), columns.state == PUBLISHED)
    for commitment_id in session.scalars(select(columns.id).where(*own)).all():
        check_commitment(session, commitment_id, now=now)


def check_day(session: Session, day: date, *, now: datetime) -> None:
    """Check what was promised for a day that is over, where there was special work."""
    columns = commitment.c
    promised = (columns.day == day, columns.state == PUBLISHED, ~columns.is_nil)
    for commitment_id in session.scalars(select(columns.id).where(*promised).order_by(columns.id)).all():
        check_commitment(session, commitment_id, now=now, is_over=True)


def check_commitment(session: Session, commitment_id: str, *, now: datetime, is_over: bool = False) -> None:
    """Check one published commitment anew: its disputes are those of now, each told of once."""
    columns, rules = commitment.c, commitment_rules()
    row = session.execute(select(commitment).where(columns.id == commitment_id).with_for_update()).one()
    known = circumstances(session, row.enterprise_id)
    works = works_of_day(session, row.enterprise_id, day=row.day)
    found = disputes(row.content, circumstances=known, works=works, is_over=is_over)
    before = {(one["check"], one["field"]) for one in row.disputes}
    fresh = sorted({one.check for one in found if (one.check, one.field) not in before})
    changes = {
        "disputes": [asdict(one) for one in found],
        "is_disputed": bool(found),
        "computed_grade": computed_grade(rules, row.content, circumstances=known),
        "told": row.told + bool(fresh),
    }
    session.execute(update(commitment).where(columns.id == commitment_id).values(**changes))
    if fresh:
        event = CommitmentDisputed(
            commitment_id=row.id,
            enterprise_id=row.enterprise_id,
            day=row.day.isoformat(),
            checks=tuple(fresh),
            is_high=any(rules.checks[check]["is_high"] for check in fresh),
        )
        publish(session, event, sequence=row.told + 1, at=now)
