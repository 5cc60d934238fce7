"""Record penalty decisions, lead their publication on step by step, let the clock do what falls due, and tell others.

A decision against a person is not the enterprise's: nobody counts it against the enterprise, so nothing is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.penalties import (
    NATURAL,
    REPAIRS,
    Decision,
    PenaltyRefused,
    as_number,
    check_decision,
    class_of,
    limits_of_penalty,
    without_persons,
)
from services.credit.domain.publicity import (
    DECIDED,
    SHOWN,
    WITHDRAWN,
    Publicity,
    begin,
    deadline,
    due_now,
    moments,
    shown_at_least_until,
    shown_until,
    take_publicity_step,
)
from services.credit.rules.closures import closure_rules
from services.credit.rules.publicity import publicity_rules
from services.credit.tables import enterprise, penalty, penalty_step, violation
from services.credit.use_cases.cases import follow_withdrawal
from services.credit.use_cases.exposures import end_without_ground
from services.credit.use_cases.limits import Due, Subject, keep_limits
from services.credit.use_cases.suggestions import propose_closures
from shared.clock import business_date
from shared.contracts.credit import (
    PenaltyDecided,
    PenaltyPublicityEnded,
    PenaltyPublished,
    PenaltySettled,
    PenaltyWithdrawn,
)
from shared.errors import Conflict
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step, Transition, clock_step
from shared.security.personal import mask_name, vault_of
from shared.work.timers import cancel, schedule

CLOCK, PERSONAL = "penalty", "penalty.personal"
OWING = select(penalty.c.id).where(penalty.c.state.in_((DECIDED, *REPAIRS)))
SEALED = ("person", "person_number", "representative", "representative_number")
NOT_STORED = (*SEALED, "penalty_class", "kinds", "other_codes")


class PenaltyKnown(Conflict):
    code = "penalty_known"


class PenaltyChanged(Conflict):
    code = "penalty_changed"


def record_penalty(session: Session, decision: Decision, *, step: Step) -> str:
    """Record a decision, tell of it, and return its id; its publication is due from now on.

    What was decided so long ago that no publication is left is kept as history. Raises ``PenaltyRefused``, and
    ``PenaltyKnown`` for a document that is there already.
    """
    check_decision(decision, today=step.today)
    decision = replace(decision, document_number=as_number(decision.document_number))
    _require_new(session, decision)
    _require_own_violation(session, decision)
    penalty_id, rules = new_id(), publicity_rules()
    known = Publicity(DECIDED, class_of(rules, decision), decision.decided_on, decision.settled_on)
    state = begin(rules, known, today=step.today)
    values = {**_decided(session, decision), **_dates(known), **_standing(state)}
    session.execute(
        insert(penalty).values(
            id=penalty_id,
            version=1,
            penalty_class=known.penalty_class,
            is_warned=False,
            is_late=False,
            is_misentered=False,
            explanation="",
            recorded_by=step.by,
            recorded_at=step.now,
            **values,
        )
    )
    _tell_of_decision(session, _row(session, penalty_id), at=step.now)
    propose_closures(session, [decision.enterprise_id], now=step.now)
    keep_due(session, penalty_id, now=step.now)
    return penalty_id


def step_penalty(session: Session, penalty_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take a step with the publication of a penalty and tell of it; what names it in public ends with a withdrawal.

    Raises ``PenaltyChanged`` when it is not in version ``based_on`` any more, ``StepNotPossible``, ``NotAllowed``.
    """
    row = session.execute(select(penalty).where(penalty.c.id == penalty_id).with_for_update()).one()
    if based_on not in (None, row.version):
        raise PenaltyChanged("Somebody else has changed this: look at it again.", version=row.version)
    moved, transition = take_publicity_step(publicity_rules(), publicity_of(row), step=step)
    changes = {
        "version": row.version + 1,
        "settled_on": moved.settled_on,
        "is_warned": moved.is_warned,
        "due_on": last_day(transition.due.after(step.now)) if transition.due else None,
        **_standing(moved.state),
        **_written(row, step=step),
    }
    session.execute(update(penalty).where(penalty.c.id == penalty_id).values(**changes))
    _keep_step(session, row, transition, state=moved.state, step=step)
    _tell_of_step(session, _row(session, penalty_id), transition, step=step)
    if moved.state == WITHDRAWN:
        end_without_ground(session, penalty_id, step=step)
        follow_withdrawal(session, penalty_id, now=step.now)
    keep_due(session, penalty_id, now=step.now)


def run_penalty_clock(session: Session, penalty_id: str, *, now: datetime) -> None:
    """Warn, publish or end what has fallen due; what was done already, or is not due any more, is left alone."""
    while event := due_now(publicity_rules(), publicity_of(_row(session, penalty_id)), now=now):
        step_penalty(session, penalty_id, step=clock_step(event, now))


def publicity_of(row: Row[Any]) -> Publicity:
    """Return where the penalty of a row stands."""
    return Publicity(row.state, row.penalty_class, row.decided_on, row.settled_on, row.is_warned)


def _require_new(session: Session, decision: Decision) -> None:
    columns = penalty.c
    same = (columns.authority == decision.authority, columns.document_number == decision.document_number)
    known = session.scalar(select(columns.id).where(*same, columns.is_misentered.is_(False)))
    if known is not None:
        sentence = "A decision of this authority with this number is recorded already."
        raise PenaltyKnown(sentence, field="document_number", penalty_id=known)


def _require_own_violation(session: Session, decision: Decision) -> None:
    columns = violation.c
    same = (columns.id == decision.violation_id, columns.enterprise_id == decision.enterprise_id)
    if decision.violation_id and session.scalar(select(columns.id).where(*same)) is None:
        raise PenaltyRefused("This violation is another enterprise's.", field="violation_id")


def _decided(session: Session, decision: Decision) -> dict[str, Any]:
    """Return the columns of a decision; names and numbers of persons are sealed, of a person the name is masked."""
    firm = session.execute(select(enterprise).where(enterprise.c.enterprise_id == decision.enterprise_id)).one()
    is_person = decision.subject_kind == NATURAL
    personal = {name: getattr(decision, name) for name in SEALED if getattr(decision, name)}
    sealed = vault_of(session).encrypt(orjson.dumps(personal).decode(), field=PERSONAL) if personal else ""
    same = {name: getattr(decision, name) for name in decision.__slots__ if name not in NOT_STORED}
    return same | {
        "subject_name": mask_name(decision.person) if is_person else firm.name,
        "subject_code": "" if is_person else firm.uscc,
        "kinds": list(dict.fromkeys(decision.kinds)),
        "other_codes": dict(decision.other_codes),
        "personal": sealed,
        "origin": decision.origin or decision.authority,
        "origin_code": decision.origin_code or decision.authority_code,
    }


def _dates(known: Publicity) -> dict[str, Any]:
    rules = publicity_rules()
    return {
        "regime": rules.period(known.penalty_class, decided_on=known.decided_on).regime,
        "publish_by": last_day(deadline(rules, "publish", day=known.decided_on)),
        "shown_least_until": shown_at_least_until(rules, known),
        "shown_until": shown_until(rules, known),
    }


def last_day(moment: datetime) -> date:
    """Return the last day of a deadline that has passed at ``moment``, the first moment after that day."""
    return date.fromordinal(business_date(moment).toordinal() - 1)


def _standing(state: str) -> dict[str, Any]:
    return {"state": state, "is_open": publicity_rules().machine.states[state].is_open, "is_shown": state in SHOWN}


def _written(row: Row[Any], *, step: Step) -> Mapping[str, Any]:
    if step.event == "publish":
        return {"published_on": step.today, "is_late": step.today > row.publish_by}
    if step.event == "withdraw":
        due = deadline(publicity_rules(), "withdraw", day=step.given["annulled_on"])
        return {"explanation": step.given["reason"], "is_late": step.now >= due}
    if step.event == "strike":
        return {"explanation": step.given["reason"], "is_misentered": True}
    return {}


def _keep_step(session: Session, row: Row[Any], transition: Transition, *, state: str, step: Step) -> None:
    given = {name: value.isoformat() if isinstance(value, date) else value for name, value in step.given.items()}
    taken = {"event": step.event, "rule": transition.row, "state": state, "by": step.by, "at": step.now}
    session.execute(insert(penalty_step).values(penalty_id=row.id, version=row.version + 1, given=given, **taken))


def keep_due(session: Session, penalty_id: str, *, now: datetime) -> None:
    """Let exactly what is due for a penalty be open, and set the clock to what happens by itself."""
    keep_limits(session, due_for(session, penalty_id), now=now)
    if coming := moments(publicity_rules(), publicity_of(_row(session, penalty_id))):
        schedule(session, CLOCK, penalty_id, due_at=coming[0][0])
    else:
        cancel(session, CLOCK, penalty_id)


def due_for(session: Session, penalty_id: str) -> list[Due]:
    """Return what is due for a penalty."""
    row = _row(session, penalty_id)
    subject = Subject(
        entity_id=row.id,
        enterprise_id=row.enterprise_id,
        title=row.document_number,
        is_told=row.subject_kind != NATURAL,
    )
    due = limits_of_penalty(publicity_rules(), publicity_of(row), publish_by=row.publish_by, due_on=row.due_on)
    return [(subject, due)]


def _row(session: Session, penalty_id: str) -> Row[Any]:
    return session.execute(select(penalty).where(penalty.c.id == penalty_id)).one()


def _tell_of_decision(session: Session, row: Row[Any], *, at: datetime) -> None:
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
        is_of_safety_law=closure_rules().counts(row.act, row.basis),
    )
    publish(session, event, sequence=row.version, at=at)


def _tell_of_step(session: Session, row: Row[Any], transition: Transition, *, step: Step) -> None:
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
