"""Record an accident, and correct its figures as they become known."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.accidents import Accident, check_accident
from services.credit.rules.accidents import accident_rules
from services.credit.tables import accident, enterprise
from shared.clock import business_date
from shared.contracts.credit import AccidentRecorded
from shared.errors import Conflict
from shared.events.outbox import publish
from shared.ids import new_id

TOLD = ("deaths", "serious_injuries", "is_mainly_responsible", "has_social_impact", "is_concealed", "grade")


class AccidentKnown(Conflict):
    code = "accident_known"


class AccidentChanged(Conflict):
    code = "accident_changed"


def record_accident(session: Session, told: Accident, *, by: str, now: datetime) -> str:
    """Record an accident, tell of it, and return its id; raises ``AccidentRefused``, ``AccidentKnown``."""
    check_accident(told, today=business_date(now))
    _require_new(session, told)
    accident_id = new_id()
    recorded = {"version": 1, "recorded_by": by, "recorded_at": now}
    session.execute(insert(accident).values(id=accident_id, **_values(told), **recorded))
    _tell(session, accident_id, now=now)
    return accident_id


def correct_accident(session: Session, row: Row[Any], told: Accident, *, now: datetime) -> None:
    """Put the figures of an accident right and tell of them again.

    Raises ``AccidentChanged`` when it is not as in ``row`` any more, and what recording one raises.
    """
    held = session.execute(select(accident).where(accident.c.id == row.id).with_for_update()).one()
    if held.version != row.version:
        raise AccidentChanged("Somebody else has changed this: look at it again.", version=held.version)
    check_accident(told, today=business_date(now))
    _require_new(session, told, but=held.id)
    changed = _values(told) | {"version": held.version + 1}
    session.execute(update(accident).where(accident.c.id == held.id).values(**changed))
    _tell(session, held.id, now=now)


def _values(told: Accident) -> dict[str, Any]:
    figures = {name: getattr(told, name) for name in ("deaths", "serious_injuries", "loss")}
    values = {name: getattr(told, name) for name in told.__slots__}
    return values | {"grade": accident_rules().grade_of(**figures).id}


def _require_new(session: Session, told: Accident, *, but: str | None = None) -> None:
    entry = enterprise.c.enterprise_id
    session.execute(select(entry).where(entry == told.enterprise_id).with_for_update()).all()  # one at a time
    same = [accident.c[name] == getattr(told, name) for name in ("enterprise_id", "occurred_on", "kind")]
    known = session.scalar(select(accident.c.id).where(*same))
    if known not in (None, but):
        sentence = "An accident of this kind on this day is recorded already at this enterprise."
        raise AccidentKnown(sentence, field="occurred_on", accident_id=known)


def _tell(session: Session, accident_id: str, *, now: datetime) -> None:
    row = session.execute(select(accident).where(accident.c.id == accident_id)).one()
    facts = {name: getattr(row, name) for name in TOLD}
    named = {"accident_id": row.id, "enterprise_id": row.enterprise_id, "occurred_on": row.occurred_on.isoformat()}
    publish(session, AccidentRecorded(**named, **facts), sequence=row.version, at=now)
