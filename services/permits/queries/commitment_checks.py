"""What a commitment is checked against: the permits of its day."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.permits.rules import commitment_rules
from services.permits.tables import permit
from shared.clock import BUSINESS_ZONE

NEVER_CARRIED_OUT = ("void", "withdrawn", "rejected")


def works_of_day(session: Session, enterprise_id: str, *, day: date) -> Mapping[str, int] | None:
    """Return how many approved permits of each field of the commitment are valid on a day.

    None when the enterprise has never applied for one here: nobody knows what it does (docs/adr/0005).
    """
    columns = permit.c
    if session.scalar(select(columns.id).where(columns.enterprise_id == enterprise_id).limit(1)) is None:
        return None
    begins = datetime.combine(day, time(), tzinfo=BUSINESS_ZONE)
    valid = (columns.starts_at < begins + timedelta(days=1), columns.ends_at > begins)
    own = (columns.enterprise_id == enterprise_id, columns.approved_at.is_not(None))
    counted = select(columns.kind, columns.level, func.count()).where(
        *own, *valid, columns.state.not_in(NEVER_CARRIED_OUT)
    )
    rows = session.execute(counted.group_by(columns.kind, columns.level)).all()
    return {
        one.id: sum(number for kind, level, number in rows if kind == one.work and one.level in ("", level))
        for one in commitment_rules().works
    }
