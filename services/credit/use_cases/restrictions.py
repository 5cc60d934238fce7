"""Push restrictions to the agencies, take their answers, remind who does not answer, and ask for the lifting.

Whom the bureau watches more closely (重点监管对象) is an order within the bureau, without any effect elsewhere.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.restrictions import (
    APPLIED,
    OWED,
    PUSHED,
    RECEIVED,
    Restriction,
    limits_of_restriction,
    next_reminder,
    take_restriction_step,
)
from services.credit.rules import measure_rules, restriction_rules
from services.credit.tables import listing_case, restriction, restriction_step, watched
from services.credit.use_cases.limits import Due, Subject, keep_limits
from shared.clock import business_date
from shared.contracts.credit import RestrictionApplied, RestrictionFeedbackReceived, RestrictionLifted
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step, clock_step, end_of
from shared.work.timers import cancel, schedule

OWING = select(restriction.c.id).where(restriction.c.state.in_(OWED))
REMINDER, WATCH_END = "restriction_reminder", "watch_end"
ANSWERED = {"receive": RECEIVED, "apply": APPLIED, "refuse": "refused", "lift": "lifted"}


class RestrictionChanged(Conflict):
    code = "restriction_changed"


class WatchedAlready(Conflict):
    code = "watched_already"


class WatchEnded(Conflict):
    code = "watch_ended"


class WatchTooLong(Refused):
    code = "watch_too_long"


def push_restrictions(session: Session, case: Row[Any], *, now: datetime) -> None:
    """Ask every agency of the matrix to act on a listing; what has no basis is for reference only."""
    for one in measure_rules().restrictions.values():
        row = {
            "id": new_id(),
            "case_id": case.id,
            "listing_id": case.listing_id,
            "enterprise_id": case.enterprise_id,
            "code": one.code,
            "agency": one.agency,
            "effect": one.effect,
            "basis_doc": one.basis_doc,
            "basis_article": one.basis_article,
            "measure_list_version": one.measure_list_version,
            "state": PUSHED,
            "is_open": True,
            "version": 1,
            "told": 0,
            "reminders": 0,
            "pushed_at": now,
            "asked_at": now,
            **dict.fromkeys(("measure", "handler", "reason"), ""),
        }
        session.execute(insert(restriction).values(**row))
        keep_due(session, str(row["id"]), now=now)


def request_lifts(session: Session, case: Row[Any], *, now: datetime) -> None:
    """Ask every agency that may have acted on a listing to lift its restriction."""
    own = (restriction.c.listing_id == case.listing_id, restriction.c.state.in_((PUSHED, RECEIVED, APPLIED)))
    for restriction_id in session.scalars(select(restriction.c.id).where(*own).order_by(restriction.c.id)).all():
        step_restriction(session, restriction_id, step=clock_step("request_lift", now))


def step_restriction(
    session: Session,
    restriction_id: str,
    *,
    step: Step,
    agencies: frozenset[str] | None = None,
    based_on: int | None = None,
    agency_id: str = "",
) -> None:
    """Take one step with a restriction; ``agencies``: for whom the caller answers (None: the bureau for anybody).

    ``agency_id`` is the agency whose own system or clerk answers. Raises ``StepNotPossible``, ``NotAllowed``,
    ``RestrictionChanged``.
    """
    row = session.execute(select(restriction).where(restriction.c.id == restriction_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise RestrictionChanged("Somebody has changed this restriction meanwhile: read it again.", version=row.version)
    state, transition = take_restriction_step(restriction_rules(), known(session, row, agencies=agencies), step=step)
    changes = {
        "state": state,
        "is_open": restriction_rules().machine.states[state].is_open,
        "version": row.version + 1,
        "told": row.told + len(transition.tells),
        **_written(row, step),
    }
    session.execute(update(restriction).where(restriction.c.id == restriction_id).values(**changes))
    kept = {"event": step.event, "rule": transition.row, "state": state, "at": step.now}
    kept |= {"by": step.by, "agency_id": agency_id}
    numbered = {"restriction_id": restriction_id, "version": row.version + 1}
    session.execute(insert(restriction_step).values(**numbered, **kept, given=dict(step.given)))
    _tell(session, row, transition.tells, step=step)
    keep_due(session, restriction_id, now=step.now)


def known(session: Session, row: Row[Any], *, agencies: frozenset[str] | None = None) -> Restriction:
    """Return a restriction as the guards see it."""
    listing = select(listing_case.c.state, listing_case.c.listing_id).where(listing_case.c.id == row.case_id)
    state, listing_id = session.execute(listing).one()
    listing_state = state if listing_id == row.listing_id else "removed"  # restored since: another listing
    return Restriction(row.state, row.agency, listing_state, agencies, row.asked_at, row.reminders)


def _written(row: Row[Any], step: Step) -> dict[str, Any]:
    given = step.given
    if step.event == "request_lift":
        return {"asked_at": step.now, "reminders": 0}
    if step.event in ("remind", "escalate"):
        return {"reminders": row.reminders + 1}
    words = {name: given[name] for name in ("measure", "handler", "reason") if given.get(name)}
    return words | ({"applied_on": given["date"]} if step.event == "apply" else {})


def _tell(session: Session, row: Row[Any], tells: tuple[str, ...], *, step: Step) -> None:
    same = {"restriction_id": row.id, "enterprise_id": row.enterprise_id, "agency": row.agency, "code": row.code}
    events: dict[str, Any] = {
        "feedback": lambda: RestrictionFeedbackReceived(**same, status=ANSWERED[step.event]),
        "applied": lambda: RestrictionApplied(**same, effect=row.effect, applied_on=step.given["date"].isoformat()),
        "lifted": lambda: RestrictionLifted(**same),
    }
    for place, word in enumerate(tells, start=1):
        publish(session, events[word](), sequence=row.told + place, at=step.now)


def keep_due(session: Session, restriction_id: str, *, now: datetime) -> None:
    """Let exactly the answer that an agency owes be due, and set the clock that reminds it."""
    keep_limits(session, due_for(session, restriction_id), now=now)
    if coming := next_reminder(restriction_rules(), known(session, _row(session, restriction_id))):
        schedule(session, REMINDER, restriction_id, due_at=coming[1])
    else:
        cancel(session, REMINDER, restriction_id)


def due_for(session: Session, restriction_id: str) -> list[Due]:
    """Return what an agency owes about a restriction."""
    row = _row(session, restriction_id)
    named = {"enterprise_id": row.enterprise_id, "title": measure_rules().restrictions[row.code].zh}
    owed = limits_of_restriction(restriction_rules(), known(session, row), today=business_date(row.asked_at))
    return [(Subject(entity_id=row.id, agency=row.agency, **named), owed)]


def _row(session: Session, restriction_id: str) -> Row[Any]:
    return session.execute(select(restriction).where(restriction.c.id == restriction_id)).one()


def run_reminder(session: Session, restriction_id: str, *, now: datetime) -> None:
    """Remind an agency that has not answered, or tell somebody above; called by the timer."""
    coming = next_reminder(restriction_rules(), known(session, _row(session, restriction_id)))
    if coming and coming[1] <= now:
        step_restriction(session, restriction_id, step=clock_step(coming[0], now))


def watch(session: Session, enterprise_id: str, *, reason: str, until: date, by: str, now: datetime) -> str:
    """Begin to watch an enterprise until a day and return its id; raises ``WatchedAlready``, ``WatchTooLong``."""
    today = business_date(now)
    if not 0 < (until - today).days <= 366:
        raise WatchTooLong("Name a last day within a year: who is watched longer is looked at again first.")
    columns = watched.c
    open_one = select(columns.id).where(columns.enterprise_id == enterprise_id, columns.is_open)
    if session.scalar(open_one):
        raise WatchedAlready("This enterprise is watched already.")
    watched_id = new_id()
    named = {"id": watched_id, "enterprise_id": enterprise_id, "reason": reason, "since": today, "until": until}
    session.execute(insert(watched).values(**named, by=by, is_open=True, ended_because=""))
    schedule(session, WATCH_END, watched_id, due_at=end_of(until))
    return watched_id


def end_watch(session: Session, watched_id: str, *, reason: str, now: datetime) -> None:
    """End the watch over an enterprise; raises ``WatchEnded``."""
    row = session.execute(select(watched).where(watched.c.id == watched_id).with_for_update()).one()
    if not row.is_open:
        raise WatchEnded("This watch has ended already.")
    ended = {"is_open": False, "ended_on": business_date(now), "ended_because": reason}
    session.execute(update(watched).where(watched.c.id == watched_id).values(**ended))
    cancel(session, WATCH_END, watched_id)


def end_by_itself(session: Session, watched_id: str, *, now: datetime) -> None:
    """End a watch whose last day has passed; called by the timer."""
    row = session.execute(select(watched).where(watched.c.id == watched_id)).one()
    if row.is_open:
        end_watch(session, watched_id, reason="until", now=now)
