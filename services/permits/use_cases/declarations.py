"""Declare the dangerous work of a day, sort it by urgency, and follow each job to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.permits.domain.declarations import OVERDUE, Job, check_day, check_job, step_with_permit, take_job_step
from services.permits.domain.triage import facts_of_time, is_visited, triaged
from services.permits.queries.declarations import facts_of_enterprise
from services.permits.queries.stop_orders import orders_over
from services.permits.rules.declarations import declaration_rules
from services.permits.tables import declaration, declared_job, declared_job_step, undeclared_work
from services.permits.use_cases.reviews import answer_review, ask_for_review
from shared.clock import business_date
from shared.contracts.permits import WorkDeclared
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step, clock_step, end_of
from shared.work.timers import cancel, schedule

JOB_DUE = "declared_job_due"
DECLARED, STOPPED = "declared", "stopped"
COLUMNS = ("kind", "level", "description", "place_id", "place", "longitude", "latitude", "accuracy_m",
           "starts_at", "ends_at", "contractor", "photos")  # fmt: skip


class JobsDeclared(Conflict):
    code = "jobs_declared"


class NothingDeclared(Refused):
    code = "nothing_declared"


class TooManyJobs(Refused):
    code = "too_many_jobs"


class JobChanged(Conflict):
    code = "declared_job_changed"


@dataclass(frozen=True, slots=True)
class Declared:
    """What an enterprise says about ``day``: no dangerous work at all (``is_nil``), or these ``jobs``."""

    enterprise_id: str
    day: date
    is_nil: bool = False
    jobs: Sequence[Mapping[str, Any]] = field(default=())


def declare_work(session: Session, wanted: Declared, *, by: str, now: datetime) -> str:
    """Keep what was declared and return the id of the day's declaration; jobs add to those that are there.

    Raises ``DeclarationRefused``, ``NothingDeclared``, ``TooManyJobs``; ``JobsDeclared`` for nothing after something.
    """
    rules = declaration_rules()
    check_day(rules.limits, wanted.day, today=business_date(now))
    if wanted.is_nil == bool(wanted.jobs):
        raise NothingDeclared("Declare the jobs of the day, or that there are none.", field="jobs")
    first = end_of(wanted.day - timedelta(days=1))
    for given in wanted.jobs:
        check_job(rules, given, day=wanted.day, first=first, after=end_of(wanted.day))
    declaration_id = _signed(session, wanted, by=by, now=now)
    for given in wanted.jobs:
        _keep_job(session, given, wanted=wanted, declaration_id=declaration_id, by=by, now=now)
    return declaration_id


def _signed(session: Session, wanted: Declared, *, by: str, now: datetime) -> str:
    """Return the id of the declaration of that day, signed now; its row is the lock of the day."""
    columns = declaration.c
    own = (columns.enterprise_id == wanted.enterprise_id, columns.day == wanted.day)
    row = session.execute(select(declaration).where(*own).with_for_update()).one_or_none()
    signed = {"is_nil": wanted.is_nil, "signed_by": by, "signed_at": now}
    if row is None:
        row_id = new_id()
        values = {"id": row_id, "enterprise_id": wanted.enterprise_id, "day": wanted.day, **signed}
        session.execute(insert(declaration).values(**values))
        return row_id
    jobs = select(declared_job.c.state).where(declared_job.c.declaration_id == row.id)
    states = session.scalars(jobs).all()
    if wanted.is_nil and any(state != "withdrawn" for state in states):
        raise JobsDeclared("Jobs of this day are declared: withdraw them first.", jobs=len(states))
    most = declaration_rules().limits.most_jobs
    if len(states) + len(wanted.jobs) > most:
        raise TooManyJobs(f"At most {most} jobs are declared for one day.", field="jobs", most=most)
    session.execute(update(declaration).where(columns.id == row.id).values(**signed))
    return str(row.id)


def _keep_job(
    session: Session, given: Mapping[str, Any], *, wanted: Declared, declaration_id: str, by: str, now: datetime
) -> None:
    rules, job_id = declaration_rules(), new_id()
    asked = rules.triage.asked(given["kind"], is_contractor=bool(given.get("is_contractor")))
    answers = {name: given[name] for name in (*asked, "approved_at", "gas_readings") if given.get(name) is not None}
    facts = {
        "kind": given["kind"],
        **answers,
        **facts_of_time(rules.triage.night, starts_at=given["starts_at"], ends_at=given["ends_at"]),
    }
    facts |= facts_of_enterprise(session, wanted.enterprise_id, contractor=given.get("contractor", ""), at=now)
    sorted_in = triaged(rules.triage, facts)
    values = {
        "id": job_id,
        "declaration_id": declaration_id,
        "enterprise_id": wanted.enterprise_id,
        "day": wanted.day,
        "permit_id": given.get("permit_id"),
        **{name: given.get(name, _EMPTY.get(name)) for name in COLUMNS},
        "people": {"workers": list(given.get("workers", ())), "guardian": given.get("guardian", "")},
        "facts": {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()},
        "colour": sorted_in.colour,
        "weight": list(rules.triage.colours).index(sorted_in.colour),
        "reasons": list(sorted_in.reasons),
        "open_rules": list(sorted_in.open_rules),
        "is_visited": is_visited(rules.triage, sorted_in.colour, day=wanted.day, job_id=job_id),
        "is_late": given["starts_at"] < now,
        "state": STOPPED if orders_over(session, wanted.enterprise_id) else DECLARED,
        "is_open": True,
        "version": 1,
        "is_overdue": False,
        "declared_by": by,
        "declared_at": now,
    }
    session.execute(insert(declared_job).values(**values))
    schedule(session, JOB_DUE, job_id, due_at=rules.completion_due(given["ends_at"]))
    if values["state"] == DECLARED:
        ask_for_review(session, values, now=now)
    publish(session, _told(values), sequence=1, at=now)


_EMPTY: Mapping[str, Any] = {"level": "", "description": "", "place": "", "contractor": "", "photos": []}


def _told(values: Mapping[str, Any]) -> WorkDeclared:
    same = ("enterprise_id", "kind", "level", "longitude", "latitude", "colour", "is_visited")
    return WorkDeclared(
        job_id=values["id"],
        permit_id=values["permit_id"] or "",
        place_id=values["place_id"] or "",
        day=values["day"].isoformat(),
        starts_at=values["starts_at"].isoformat(),
        ends_at=values["ends_at"].isoformat(),
        reasons=tuple(values["reasons"]),
        **{name: values[name] for name in same},
    )


def declare_permit(session: Session, permit: Row[Any], *, by: str, now: datetime) -> None:
    """Declare the work of a permit for the day on which it begins; a permit declares itself.

    What its form does not say stays unanswered, so that such work is never green for want of an answer.
    """
    wanted = Declared(permit.enterprise_id, business_date(permit.starts_at))
    declaration_id = _signed(session, wanted, by=by, now=now)
    same = ("kind", "level", "description", "place_id", "place", "longitude", "latitude", "accuracy_m")
    content = {name: getattr(permit, name) for name in (*same, "starts_at", "ends_at")}
    given = {**permit.facts, **content, "permit_id": permit.id}
    _keep_job(session, given, wanted=wanted, declaration_id=declaration_id, by=by, now=now)


def end_declared(session: Session, permit_id: str, *, step: Step, state: str) -> None:
    """Let the work that a permit has declared end, or fall away, with the permit."""
    columns = declared_job.c
    row = session.execute(select(columns.id, columns.state).where(columns.permit_id == permit_id)).first()
    machine = declaration_rules().machine
    event = step_with_permit(machine, row.state, permit_state=state) if row else ""
    if row and event:
        given = {"permit": permit_id}
        step_job(session, row.id, step=Step(event, step.by, step.tier, step.now, given, step.roles))


def step_job(session: Session, job_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take one step with a declared job; raises ``StepNotPossible``, ``NotAllowed``, ``JobChanged``."""
    row = session.execute(select(declared_job).where(declared_job.c.id == job_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise JobChanged("Somebody has changed this job meanwhile: read it again.", version=row.version)
    state, transition = take_job_step(declaration_rules(), known_job(row), step=step)
    is_open = declaration_rules().machine.states[state].is_open
    changes = {
        "state": state,
        "is_open": is_open,
        "version": row.version + 1,
        "is_overdue": row.is_overdue or step.event == OVERDUE,
        "ended_at": step.given.get("ended_at", row.ended_at),
        "photos": [*row.photos, *step.given.get("photos", ())],
    }
    session.execute(update(declared_job).where(declared_job.c.id == job_id).values(**changes))
    _keep_step(session, row, state, rule=transition.row, step=step)
    answer_review(session, job_id, step=step)
    if not is_open:
        cancel(session, JOB_DUE, job_id)


def _keep_step(session: Session, row: Row[Any], state: str, *, rule: str, step: Step) -> None:
    given = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in step.given.items()}
    kept = {"event": step.event, "rule": rule, "state": state, "by": step.by, "at": step.now, "given": given}
    session.execute(insert(declared_job_step).values(job_id=row.id, version=row.version + 1, **kept))


def note_job_due(session: Session, job_id: str, *, now: datetime) -> None:
    """Let the clock note that nobody has reported the end of a job in time."""
    row = session.execute(select(declared_job).where(declared_job.c.id == job_id)).one()
    if row.is_open and not row.is_overdue:
        step_job(session, job_id, step=clock_step(OVERDUE, now))


def known_job(row: Row[Any]) -> Job:
    """Return what the steps look at."""
    return Job(row.state, row.kind, row.starts_at, row.ends_at)


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Dangerous work that somebody came upon and nobody had declared; ``finding`` says how it came to light."""

    enterprise_id: str
    finding: str
    kind: str
    place: str
    description: str


def record_undeclared(session: Session, found: Undeclared, *, by: str, now: datetime) -> str:
    """Keep undeclared work and return its id; what the enterprise declares within the next month weighs most (§5.5)."""
    row_id, days = new_id(), declaration_rules().limits.undeclared_days
    values = {name: getattr(found, name) for name in found.__slots__}
    times = {"found_at": now, "weighs_until": now + timedelta(days=days)}
    session.execute(insert(undeclared_work).values(id=row_id, found_by=by, **times, **values))
    return row_id
