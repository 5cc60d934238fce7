"""Switch a pilot review on and off, wait for the answer to declared work, and let silence release it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.permits.domain.reviews import OUTCOMES, RELEASED, WAITING, Pilot, check_pilot
from services.permits.rules.reviews import review_rules
from services.permits.tables import enterprise, pilot, review
from shared.clock import business_date
from shared.contracts.permits import PermitReviewed
from shared.errors import Conflict
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step
from shared.work.timers import cancel, schedule

REVIEW_DUE = "review_due"


class PilotEnded(Conflict):
    code = "pilot_ended"


@dataclass(frozen=True, slots=True)
class Decided:
    """A pilot as the bureau decides it; ``document`` is what it rests on."""

    division: str
    document: str
    starts_on: date
    ends_on: date
    colours: Sequence[str] = ()
    kinds: Sequence[str] = ()


def begin_pilot(session: Session, decided: Decided, *, by: str, now: datetime) -> str:
    """Switch the review on for an area until a day, and return the pilot's id; raises ``PilotRefused``."""
    area = Pilot(decided.division, decided.starts_on, decided.ends_on, decided.colours, decided.kinds)
    check_pilot(review_rules(), area, document=decided.document, today=business_date(now))
    pilot_id = new_id()
    values = {name: getattr(decided, name) for name in decided.__slots__}
    lists = {"colours": list(decided.colours), "kinds": list(decided.kinds)}
    unended = {"is_ended": False, "ended_by": "", "ended_because": ""}
    session.execute(insert(pilot).values(id=pilot_id, decided_by=by, decided_at=now, **values | lists | unended))
    return pilot_id


def end_pilot(session: Session, pilot_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Switch a pilot off before its end; what is waiting is still answered or released. Raises ``PilotEnded``."""
    row = session.execute(select(pilot).where(pilot.c.id == pilot_id).with_for_update()).one()
    if row.is_ended or row.ends_on < business_date(now):
        raise PilotEnded("This pilot is over.")
    ended = {"is_ended": True, "ended_by": by, "ended_because": reason, "ended_at": now}
    session.execute(update(pilot).where(pilot.c.id == pilot_id).values(**ended))


def ask_for_review(session: Session, job: Mapping[str, Any], *, now: datetime) -> None:
    """Let declared work wait for an answer where a pilot covers it; elsewhere nothing is asked."""
    place = select(enterprise.c.division).where(enterprise.c.enterprise_id == job["enterprise_id"])
    division = session.scalar(place) or ""
    facts = {"division": division, "day": business_date(now), "colour": job["colour"], "kind": job["kind"]}
    running = session.execute(select(pilot).where(~pilot.c.is_ended).order_by(pilot.c.id)).all()
    found = next((row for row in running if _area(row).covers(**facts)), None)
    if found is None:
        return
    due_at = review_rules().due_at(now)
    same = {name: job[name] for name in ("permit_id", "enterprise_id", "kind", "colour")}
    values = {"id": new_id(), "pilot_id": found.id, "job_id": job["id"], "asked_at": now, "due_at": due_at, **same}
    session.execute(insert(review).values(**values, outcome=WAITING, answered_by="", reason=""))
    schedule(session, REVIEW_DUE, job["id"], due_at=due_at)


def _area(row: Row[Any]) -> Pilot:
    return Pilot(row.division, row.starts_on, row.ends_on, row.colours, row.kinds)


def answer_review(session: Session, job_id: str, *, step: Step) -> None:
    """Take a step with a job as the answer that is awaited, or as the end of waiting."""
    if step.event in OUTCOMES:
        _conclude(session, job_id, OUTCOMES[step.event], by=step.by, now=step.now, reason=step.given.get("reason", ""))


def release(session: Session, job_id: str, *, now: datetime) -> None:
    """Let silence release declared work: nobody has answered in time."""
    _conclude(session, job_id, RELEASED, by="clock", now=now)


def _conclude(session: Session, job_id: str, outcome: str, *, by: str, now: datetime, reason: str = "") -> None:
    waiting = select(review).where(review.c.job_id == job_id, review.c.outcome == WAITING)
    row = session.execute(waiting.with_for_update()).one_or_none()
    if row is None:
        return
    answered = {"outcome": outcome, "answered_by": by, "answered_at": now, "reason": reason}
    session.execute(update(review).where(review.c.id == row.id).values(**answered))
    cancel(session, REVIEW_DUE, job_id)
    told = PermitReviewed(
        review_id=row.id,
        job_id=row.job_id,
        permit_id=row.permit_id or "",
        enterprise_id=row.enterprise_id,
        kind=row.kind,
        outcome=outcome,
    )
    publish(session, told, sequence=1, at=now)
