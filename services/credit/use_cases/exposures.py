"""Propose an exposure, decide on it, object to it and reply, and let it end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.exposures import (
    PROPOSED,
    PUBLISHED,
    Exposure,
    check_ground,
    check_objection,
    end_of_ground,
    take_exposure_step,
)
from services.credit.domain.limits import Limit, last_day
from services.credit.domain.penalties import NATURAL
from services.credit.rules.exposures import exposure_rules
from services.credit.tables import exposure, exposure_objection, exposure_step, penalty
from services.credit.use_cases.limits import Due, Subject, keep_limits
from shared.clock import business_date
from shared.contracts.credit import ExposurePublished, ExposureWithdrawn
from shared.errors import Conflict, NotFound
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step, clock_step, end_of
from shared.work.timers import cancel, schedule

CLOCK = "exposure"
UNANSWERED = select(exposure_objection.c.exposure_id).where(exposure_objection.c.replied_at.is_(None))
OWING = select(exposure.c.id).where((exposure.c.state == PROPOSED) | exposure.c.id.in_(UNANSWERED))


class ExposureChanged(Conflict):
    code = "exposure_changed"


class ObjectionNotFound(NotFound):
    code = "objection_not_found"


class AnsweredAlready(Conflict):
    code = "objection_answered"


class ObjectionRepeated(Conflict):
    code = "objection_repeated"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be named in public: a ``typical_case`` or ``red_card`` for so many months."""

    enterprise_id: str
    kind: str
    title: str
    content: str
    basis: str
    months: int
    penalty_id: str | None = None


def propose_exposure(session: Session, proposal: Proposal, *, by: str, now: datetime) -> str:
    """Propose that an enterprise is named in public, and return the id; nothing is public before it is decided.

    Raises ``ExposureRefused`` when the penalty behind it was withdrawn, or is another enterprise's or a person's.
    """
    if proposal.penalty_id:
        row = session.execute(select(penalty).where(penalty.c.id == proposal.penalty_id).with_for_update()).one()
        is_own = row.enterprise_id == proposal.enterprise_id and row.subject_kind != NATURAL
        check_ground(row.state, is_own=is_own)
    values = {name: getattr(proposal, name) for name in proposal.__slots__}
    exposure_id, proposed = new_id(), {"proposed_by": by, "proposed_at": now, "decided_by": ""}
    session.execute(insert(exposure).values(id=exposure_id, version=1, **values, **proposed, **_standing(PROPOSED)))
    keep_due(session, exposure_id, now=now)
    return exposure_id


def step_exposure(session: Session, exposure_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Publish an exposure or not, suspend and resume it, withdraw it; what the public reads is told.

    Raises ``ExposureChanged`` when it is not in version ``based_on`` any more, ``StepNotPossible``, ``NotAllowed``.
    """
    row = session.execute(select(exposure).where(exposure.c.id == exposure_id).with_for_update()).one()
    if based_on not in (None, row.version):
        raise ExposureChanged("Somebody else has changed this: look at it again.", version=row.version)
    state, transition = take_exposure_step(exposure_rules(), Exposure(row.state, row.proposed_by), step=step)
    changes = {"version": row.version + 1, **_standing(state), **_written(row, step=step)}
    session.execute(update(exposure).where(exposure.c.id == exposure_id).values(**changes))
    taken = {"event": step.event, "rule": transition.row, "state": state, "by": step.by, "at": step.now}
    session.execute(
        insert(exposure_step).values(exposure_id=row.id, version=row.version + 1, given=dict(step.given), **taken)
    )
    moved = session.execute(select(exposure).where(exposure.c.id == exposure_id)).one()
    for word in transition.tells:
        publish(session, EVENTS[word](moved), sequence=moved.version, at=step.now)
    _set_clock(session, moved)
    keep_due(session, exposure_id, now=step.now)


def end_exposure(session: Session, exposure_id: str, *, now: datetime) -> None:
    """End an exposure whose last day is over."""
    step_exposure(session, exposure_id, step=clock_step("expire", now))


def end_without_ground(session: Session, penalty_id: str, *, step: Step) -> None:
    """End every open exposure of a penalty that ``step`` withdraws, for the same reason."""
    own = (exposure.c.penalty_id == penalty_id, exposure.c.is_open)
    wanted = select(exposure.c.id, exposure.c.state).where(*own).order_by(exposure.c.id)
    for row in session.execute(wanted).all():
        ending = replace(step, event=end_of_ground(row.state), given={"reason": step.given["reason"]})
        step_exposure(session, row.id, step=ending)


def object_to(session: Session, row: Row[Any], statement: str, *, by: str, now: datetime) -> str:
    """Put an objection beside a public entry and return its id; raises ``ObjectionRefused``, ``ObjectionRepeated``."""
    session.execute(select(exposure.c.id).where(exposure.c.id == row.id).with_for_update())  # one at a time
    check_objection(row.state)
    columns = exposure_objection.c
    same = (columns.exposure_id == row.id, columns.statement == statement)
    if session.scalar(select(columns.id).where(*same)) is not None:
        raise ObjectionRepeated("This objection stands beside the entry already.", field="statement")
    objection_id, unanswered = new_id(), {"reply": "", "replied_by": ""}
    made = {"exposure_id": row.id, "statement": statement, "made_by": by, "made_at": now}
    session.execute(insert(exposure_objection).values(id=objection_id, **made, **unanswered))
    keep_due(session, row.id, now=now)
    return objection_id


def reply_to(session: Session, exposure_id: str, objection_id: str, *, reply: str, by: str, now: datetime) -> None:
    """Answer an objection, once; raises ``ObjectionNotFound``, ``AnsweredAlready``."""
    columns = exposure_objection.c
    same = (columns.id == objection_id, columns.exposure_id == exposure_id)
    row = session.execute(select(exposure_objection).where(*same).with_for_update()).one_or_none()
    if row is None:
        raise ObjectionNotFound("There is no such objection to this entry.")
    if row.replied_at is not None:
        raise AnsweredAlready("This objection was answered already.")
    answered = {"reply": reply, "replied_by": by, "replied_at": now}
    session.execute(update(exposure_objection).where(*same).values(**answered))
    keep_due(session, exposure_id, now=now)


def keep_due(session: Session, exposure_id: str, *, now: datetime) -> None:
    """Let exactly what is due for an exposure be open."""
    keep_limits(session, due_for(session, exposure_id), now=now)


def due_for(session: Session, exposure_id: str) -> list[Due]:
    """Return what is due for an exposure: the decision on it, and the reply to each of its objections."""
    row, rules = session.execute(select(exposure).where(exposure.c.id == exposure_id)).one(), exposure_rules()
    named = {"enterprise_id": row.enterprise_id, "title": row.title, "record_id": row.id}
    decide = Limit("exposure_decide", last_day(rules.decide, begins_on=business_date(row.proposed_at)))
    due: list[Due] = [(Subject(entity_id=row.id, **named), [decide] if row.state == PROPOSED else [])]
    beside = select(exposure_objection).where(exposure_objection.c.exposure_id == row.id)
    for one in session.execute(beside.order_by(exposure_objection.c.id)):
        reply = Limit("objection_reply", last_day(rules.reply, begins_on=business_date(one.made_at)))
        due.append((Subject(entity_id=one.id, **named), [] if one.replied_at else [reply]))
    return due


def _standing(state: str) -> dict[str, Any]:
    return {"state": state, "is_open": exposure_rules().machine.states[state].is_open, "is_shown": state == PUBLISHED}


def _written(row: Row[Any], *, step: Step) -> Mapping[str, Any]:
    if step.event != "publish":
        return {}
    until = exposure_rules().shown_until(step.today, row.months)
    return {"decided_by": step.by, "published_on": step.today, "shown_until": until}


def _set_clock(session: Session, row: Row[Any]) -> None:
    if row.is_open and row.shown_until is not None:
        schedule(session, CLOCK, row.id, due_at=end_of(row.shown_until))
    else:
        cancel(session, CLOCK, row.id)


def _published(row: Row[Any]) -> ExposurePublished:
    named = {"exposure_id": row.id, "enterprise_id": row.enterprise_id, "exposure": row.kind}
    days = {"published_on": row.published_on.isoformat(), "shown_until": row.shown_until.isoformat()}
    return ExposurePublished(**named, **days)


def _withdrawn(row: Row[Any]) -> ExposureWithdrawn:
    return ExposureWithdrawn(exposure_id=row.id, enterprise_id=row.enterprise_id)


EVENTS: Mapping[str, Callable[[Row[Any]], Any]] = {"published": _published, "withdrawn": _withdrawn}
