"""Lead a visit on, step by step: what it changes, what is noted beside it and what it tells are one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.presence import Spot, Stay, away, check_one_place, minutes_between, too_fast
from services.inspections.domain.visits import CLOCK_EVENTS, INTERMEDIARY, MovedVisit, moment_of, take_visit_step
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.visits import (
    findings_of,
    is_blind,
    known_visit,
    photos_seen,
    place_of,
    spot_of,
    stays_of,
)
from services.inspections.rules import rating_rules, visit_rules
from services.inspections.tables import (
    enterprise,
    hazard,
    staff,
    task,
    visit,
    visit_finding,
    visit_flag,
    visit_person,
    visit_step,
)
from services.inspections.use_cases import keep_step
from services.inspections.use_cases.hazards import Finding, find_hazard
from services.inspections.use_cases.reviews import expect_sample
from services.inspections.use_cases.tasks import MOVABLE, REFUSE_ENTRY, hand_up, step_task
from shared.contracts.inspections import VisitEnded, VisitFlagged, VisitStarted
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.machines import Step, clock_step
from shared.work.timers import cancel, schedule

VISIT_DUE = "visit_due"
LOOK_BACK = timedelta(days=7)
HELD = ("dispute", REFUSE_ENTRY)  # these call the next tier to the enterprise, which is locked first, as a merge does
Note = tuple[str, Mapping[str, Any]]  # what is noted, with the facts that show it
Changes = Mapping[str, Any]


class VisitChanged(Conflict):
    code = "visit_changed"


class CompanionUnknown(Refused):
    code = "companion_unknown"


def step_visit(session: Session, visit_id: str, *, step: Step, based_on: int | None = None) -> MovedVisit:
    """Take one step with a visit; raises ``StepNotPossible``, ``NotAllowed``, ``VisitChanged``, ``InspectorElsewhere``.

    ``based_on`` is the version that the caller saw; None takes whatever is there.
    """
    if step.event in HELD:
        held_id(session, session.execute(select(visit.c.enterprise_id).where(visit.c.id == visit_id)).scalar_one())
    row = session.execute(select(visit).where(visit.c.id == visit_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise VisitChanged("Somebody has changed this visit meanwhile: read it again.", version=row.version)
    moved = take_visit_step(visit_rules(), known_visit(session, row, findings_of(session, row)), step=step)
    changes, notes = _EFFECTS[step.event](session, row, step) if step.event in _EFFECTS else ({}, [])
    _write(session, row, moved, changes=changes, step=step)
    _set_clock(session, row, moved)
    _tell(session, visit_id, tells=moved.transition.tells, notes=notes, now=step.now)
    return moved


def find_on_visit(session: Session, row: Row[Any], finding: Finding, *, step: Step) -> str:
    """Enter what was found on a visit as a hazard and return its id; raises ``NotAllowed``.

    The two hours of a major one run from ``at``, the moment of finding.
    """
    held_id(session, row.enterprise_id)
    step_visit(session, row.id, step=step)
    hazard_id = find_hazard(session, finding, by=step.by, tier=step.tier, now=step.now)
    session.execute(insert(visit_finding).values(visit_id=row.id, hazard_id=hazard_id))
    if session.scalar(select(hazard.c.is_reported_late).where(hazard.c.id == hazard_id)):
        _tell(session, row.id, tells=(), notes=[("major_late", {"hazard_id": hazard_id})], now=step.now)
    return hazard_id


def note_visit_due(session: Session, visit_id: str, *, now: datetime) -> None:
    """Let the clock do what it does when the time of a state has passed, if it still runs."""
    row = session.execute(select(visit).where(visit.c.id == visit_id).with_for_update()).one()
    if row.due_at is None or row.due_at > now:
        return
    if row.state == "planned" and not session.scalar(select(task.c.is_open).where(task.c.id == row.task_id)):
        step_visit(session, visit_id, step=clock_step("cancel", now, reason="task_ended"))
        return
    event = next(one for one in CLOCK_EVENTS if (row.state, one) in visit_rules().machine.transitions)
    step_visit(session, visit_id, step=clock_step(event, now))


def note_missed(session: Session, hazard_id: str, *, now: datetime) -> None:
    """Mark the visits after which a later tier found a major hazard within thirty days (§7.4)."""
    found = session.execute(select(hazard).where(hazard.c.id == hazard_id)).one()
    earliest = found.found_at - timedelta(days=rating_rules().missed_days)
    shortly_before = (visit.c.ended_at < found.found_at, visit.c.ended_at >= earliest)
    wanted = select(visit.c.id).where(visit.c.enterprise_id == found.enterprise_id, *shortly_before)
    if found.found_tier > INTERMEDIARY:
        for visit_id in session.scalars(wanted.order_by(visit.c.id).with_for_update()).all():
            _tell(session, visit_id, tells=(), notes=[("missed_major", {"hazard_id": hazard_id})], now=now)


def _write(session: Session, row: Row[Any], moved: MovedVisit, *, changes: Changes, step: Step) -> None:
    common = {
        "state": moved.visit.state,
        "is_open": visit_rules().machine.states[moved.visit.state].is_open,
        "version": row.version + 1,
        "due_at": moved.visit.due_at,
    }
    session.execute(update(visit).where(visit.c.id == row.id).values(**common, **changes))
    version, rule = row.version + 1, moved.transition.row
    keep_step(session, visit_step, row.id, version=version, rule=rule, step=step, state=moved.visit.state)


def _set_clock(session: Session, row: Row[Any], moved: MovedVisit) -> None:
    if moved.visit.due_at is None:
        cancel(session, VISIT_DUE, row.id)
    else:
        schedule(session, VISIT_DUE, row.id, due_at=moved.visit.due_at)


def _tell(session: Session, visit_id: str, *, tells: Sequence[str], notes: Sequence[Note], now: datetime) -> None:
    """Publish what the step tells, keep what is noted for the first time, and tell that too."""
    row = session.execute(select(visit).where(visit.c.id == visit_id)).one()
    known = set(session.scalars(select(visit_flag.c.kind).where(visit_flag.c.visit_id == visit_id)))
    events = [_EVENTS[word](row) for word in tells]
    for kind, facts in notes:
        if kind not in known:
            marked = {"visit_id": visit_id, "kind": kind, "at": now, "facts": dict(facts)}
            session.execute(insert(visit_flag).values(**marked, explanation="", outcome="", settled_by="", remark=""))
            events.append(VisitFlagged(**_facts(row), anomaly=kind))
    for place, event in enumerate(events, start=1):
        publish(session, event, sequence=row.told + place, at=now)
    session.execute(update(visit).where(visit.c.id == visit_id).values(told=row.told + len(events)))


def _start(session: Session, row: Row[Any], step: Step) -> tuple[Changes, list[Note]]:
    """Everybody on the visit is there and nowhere else; where nobody knew the place, the phone proposes it."""
    at, spot = moment_of(step), _spot(step)
    people = sorted({step.by, *step.given.get("companions", ())})
    _hold_people(session, row, people, by=step.by)
    stays = stays_of(session, people, without=row.id, since=at - LOOK_BACK)
    check_one_place(stays, started_at=at, ended_at=None)
    _begin_task(session, row, step)
    session.execute(insert(visit_person), [{"visit_id": row.id, "account_id": one} for one in people])
    place = place_of(session, row)
    here = Stay(row.id, at, None, spot, None)
    changes = {"inspector": step.by, "people": people, "started_at": at, **_measured("start", spot)}
    notes = [*_away("outside_fence", away(place, spot, fences=visit_rules().limits.fences)), *_coarse(spot)]
    return {**changes, "proposes_place": place is None}, [*notes, *_travelled(stays, here)]


def _end(session: Session, row: Row[Any], step: Step) -> tuple[Changes, list[Note]]:
    at, spot, limits = moment_of(step), _spot(step), visit_rules().limits
    stays = stays_of(session, row.people, without=row.id, since=row.started_at - LOOK_BACK)
    check_one_place(stays, started_at=row.started_at, ended_at=at)
    minutes, least = minutes_between(row.started_at, at), limits.shortest_stay(_headcount(session, row))
    notes: list[Note] = [("too_short", {"minutes": minutes, "least": least})] if minutes < least else []
    here = Stay(row.id, row.started_at, at, spot_of(row, "start"), spot)
    place = place_of(session, row)
    notes += [*_away("left_outside", away(place, spot, fences=limits.fences)), *_coarse(spot)]
    return {"ended_at": at, "minutes": minutes, **_measured("end", spot)}, [*notes, *_travelled(stays, here)]


def _report(session: Session, row: Row[Any], step: Step) -> tuple[Changes, list[Note]]:
    expect_sample(session, row.intermediary_id, now=step.now)
    photos, limits = list(dict.fromkeys(step.given.get("photos", ()))), visit_rules().limits
    written = {"summary": step.given["summary"], "conclusion": step.given["conclusion"], "photos": photos}
    findings = findings_of(session, row)
    notes: list[Note] = []
    if len(photos) < limits.photos:
        notes.append(("few_photos", {"photos": len(photos), "least": limits.photos}))
    if seen := photos_seen(session, row, photos):
        notes.append(("same_photo", {"photos": seen}))
    if not findings and is_blind(session, row, visits_in_a_row=limits.empty_visits):
        notes.append(("nothing_found", {"visits": limits.empty_visits}))
    return {**written, "findings": len(findings), "reported_at": step.now}, notes


def _mark(session: Session, row: Row[Any], step: Step) -> tuple[Changes, list[Note]]:
    """Keep what the intermediary says about a mark, or what an authority decides."""
    own = {"explanation": step.given["reason"]}
    decided = {"outcome": step.given.get("outcome"), "settled_by": step.by, "remark": step.given["reason"]}
    marked = (visit_flag.c.visit_id == row.id, visit_flag.c.kind == step.given["flag"])
    session.execute(update(visit_flag).where(*marked).values(**(own if step.event == "explain" else decided)))
    return {}, []


def _refuse_entry(session: Session, row: Row[Any], step: Step) -> tuple[Changes, list[Note]]:
    """The task ends with its visit, by who stood at the gate; who had checked in is there no longer."""
    found = _owned_task(session, row, step)
    given = {"reason": step.given["reason"], "evidence": step.given["evidence"], "visit": row.id}
    step_task(session, found.id, step=Step(REFUSE_ENTRY, step.by, step.tier, step.now, given))
    if row.started_at is None:
        return {"inspector": step.by, "people": [step.by]}, []
    return {"ended_at": step.now, "minutes": minutes_between(row.started_at, step.now)}, []


def _dispute(session: Session, row: Row[Any], step: Step) -> tuple[Changes, list[Note]]:
    key = f"{row.id} {row.version}"
    hand_up(session, row.enterprise_id, tier=INTERMEDIARY, cause="disagreement", key=key, now=step.now)
    return {}, []


_EFFECTS: Mapping[str, Callable[[Session, Row[Any], Step], tuple[Changes, list[Note]]]] = {
    "start": _start,
    "end": _end,
    "time_out": lambda session, row, step: ({"ended_at": row.due_at}, [("no_check_out", {})]),
    "report": _report,
    "dispute": _dispute,
    REFUSE_ENTRY: _refuse_entry,
    "countersign": lambda session, row, step: ({"countersigned_by": step.by, "countersigned_at": step.now}, []),
    "rate": lambda session, row, step: ({"stars": step.given["stars"], "opinion": step.given.get("opinion", "")}, []),
    "lapse": lambda session, row, step: ({}, [(visit_rules().lapse(row.state), {})]),
    "explain": _mark,
    "settle": _mark,
}


def _hold_people(session: Session, row: Row[Any], people: Sequence[str], *, by: str) -> None:
    """Lock those who come, so that nobody starts twice at the same time; who comes along works for the same firm."""
    columns = staff.c
    wanted = select(columns.account_id, columns.intermediary_id).where(columns.account_id.in_(people))
    rows = session.execute(wanted.order_by(columns.account_id).with_for_update()).all()
    held = {row.account_id: row.intermediary_id for row in rows}
    strangers = [one for one in people if one != by and held.get(one) != row.intermediary_id]
    if strangers:
        sentence = "Only inspectors of the same intermediary come along: name one of them."
        raise CompanionUnknown(sentence, field="companions", unknown=strangers)


def _owned_task(session: Session, row: Row[Any], step: Step) -> Row[Any]:
    """Return the task of a visit as it was: whoever of the firm comes, owns it now."""
    found = session.execute(select(task).where(task.c.id == row.task_id).with_for_update()).one()
    if found.owner != step.by and found.state in MOVABLE:
        step_task(session, found.id, step=clock_step("assign", step.now, owner=step.by, rung="visit"))
    return found


def _begin_task(session: Session, row: Row[Any], step: Step) -> None:
    """The visit is the part of its task on site."""
    found = _owned_task(session, row, step)
    if found.state != "on_site":
        given = {"longitude": step.given["longitude"], "latitude": step.given["latitude"], "visit": row.id}
        step_task(session, found.id, step=Step("check_in", step.by, step.tier, step.now, given))


def _headcount(session: Session, row: Row[Any]) -> int | None:
    return session.scalar(select(enterprise.c.headcount).where(enterprise.c.enterprise_id == row.enterprise_id))


def _spot(step: Step) -> Spot:
    given = step.given
    return Spot(given["longitude"], given["latitude"], given.get("accuracy") or 0)


def _measured(end: str, spot: Spot) -> Changes:
    return {f"{end}_{name}": getattr(spot, name) for name in ("longitude", "latitude", "accuracy")}


def _away(kind: str, metres: int | None) -> list[Note]:
    return [] if metres is None else [(kind, {"metres": metres})]


def _coarse(spot: Spot) -> list[Note]:
    most = visit_rules().limits.accuracy_metres
    return [("imprecise", {"accuracy": round(spot.accuracy), "most": most})] if spot.accuracy > most else []


def _travelled(stays: Sequence[Stay], here: Stay) -> list[Note]:
    impossible = too_fast(stays, here, speed_kmh=visit_rules().limits.speed_kmh)
    return [("too_fast", {"visit_id": impossible.visit_id})] if impossible else []


def _facts(row: Row[Any]) -> dict[str, Any]:
    same = ("enterprise_id", "intermediary_id", "task_id", "inspector")
    return {"visit_id": row.id, **{name: getattr(row, name) for name in same}}


_EVENTS: Mapping[str, Callable[[Row[Any]], Any]] = {
    "started": lambda row: VisitStarted(
        **_facts(row),
        longitude=row.start_longitude,
        latitude=row.start_latitude,
        accuracy=row.start_accuracy,
        is_proposal=row.proposes_place,
    ),
    "ended": lambda row: VisitEnded(**_facts(row), minutes=row.minutes),
}
