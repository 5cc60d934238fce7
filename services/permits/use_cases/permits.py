"""Apply for special work, and lead its permit on step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.orm import Session

from services.permits.domain.measures import measures_of
from services.permits.domain.permit_facts import (
    ACTIVE,
    BY_GAS_OF_RELATIVE,
    BY_RELATIVE,
    GAS,
    GUARDIAN,
    LIVE,
    Permit,
)
from services.permits.domain.permits import alerts, carried_along, next_moment, take_permit_step
from services.permits.domain.suspensions import GAS_OVER_LIMIT, LAST_GUARDIAN_LEFT, because, because_of_permit
from services.permits.queries.conflicts import engagements_of
from services.permits.queries.permit_levels import Job, level_of, rules_of, terms_of
from services.permits.queries.permits import known_permit, permit_at, related_to, timed_permit
from services.permits.rules.permitting import permit_rules
from services.permits.tables import gas_test, permit, permit_measure, permit_person, permit_series, permit_step
from services.permits.use_cases.commitment_checks import check_today
from services.permits.use_cases.declarations import declare_permit, end_declared
from services.permits.use_cases.permit_effects import CONTENT, effects_of, keep_crew, placed
from services.permits.use_cases.permit_telling import tell_of_permit
from services.permits.use_cases.places import hold_enterprise
from shared.clock import business_date
from shared.database.bulk import upsert_rows
from shared.errors import Conflict
from shared.ids import new_id
from shared.machines import Step, clock_step
from shared.work.timers import cancel, schedule

CLOCK = "permit_clock"
# Two of these wait for each other, and for whoever tells what stops work: an alarm, an order, a certificate that ended.
# Nobody checks in at two works at the same moment.
HELD = ("send", "start", "resume", "check_in")


class PermitChanged(Conflict):
    code = "permit_changed"


@dataclass(frozen=True, slots=True)
class Application:
    """What is applied for: ``facts`` are answers and numbers of the form, ``form`` its words, ``crew`` who works."""

    enterprise_id: str
    kind: str
    description: str
    place: str
    starts_at: datetime
    ends_at: datetime
    place_id: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    crew: Sequence[Mapping[str, str]] = ()
    parent_id: str | None = None
    renews: str | None = None


def apply_permit(session: Session, wanted: Application, *, by: str, now: datetime) -> str:
    """Begin the permit of a work and return its id (annex A); raises ``NotAllowed``, ``PlaceMalformed``."""
    rules = rules_of(session, wanted.enterprise_id)
    kind = rules.kinds.kind(wanted.kind)
    content = {name: getattr(wanted, name) for name in CONTENT}
    content |= placed(session, wanted.enterprise_id, content)
    step = Step("apply", by, 0, now, content)
    moved = take_permit_step(permit_rules(), Permit(kind=kind.id), step=step)
    permit_id, nothing = new_id(), dict.fromkeys(("level", "computed_level", "cause", "reason", "reason_code"), "")
    row = {
        "id": permit_id,
        "enterprise_id": wanted.enterprise_id,
        "number": _next_number(session, wanted.enterprise_id, code=kind.code, day=business_date(wanted.starts_at)),
        "version": 1,
        "told": 0,
        **_standing(moved.state),
        **content,
        **nothing,
        **{name: {} for name in ("why", "terms", "analysis", "warned", "reason_about")},
        "kind": kind.id,
        "ruleset": rules.profile.id,
        "ruleset_version": rules.profile.version,
        "parent_id": wanted.parent_id,
        "renews": wanted.renews,
        "applied_by": by,
        "applied_at": now,
        "is_frozen": False,
        "alerts": [],
        "is_alerting": False,
    }
    session.execute(insert(permit).values(**row))
    measures = [one.number for one in measures_of(kind.id, rules=rules.measures)]
    rows = [{"permit_id": permit_id, "number": number, "answered_by": ""} for number in measures]
    session.execute(insert(permit_measure), rows)
    keep_crew(session, permit_id, wanted.crew)
    _keep_step(session, permit_id, moved.transition.row, version=1, state=moved.state, step=step)
    return permit_id


def renew_permit(session: Session, row: Row[Any], *, by: str, window: tuple[datetime, datetime], now: datetime) -> str:
    """Begin a new permit for the same work: its content is copied, no analysis, answer or signature (4.16)."""
    starts_at, ends_at = window
    wanted = _same_work(session, row, starts_at=starts_at, ends_at=ends_at, parent_id=row.parent_id, renews=row.id)
    return apply_permit(session, wanted, by=by, now=now)


def step_permit(session: Session, permit_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take one step with a permit; raises ``StepNotPossible``, ``NotAllowed``, ``PermitChanged``.

    ``based_on`` is the version that the caller saw; None takes whatever is there. What the step means for the other
    permits of the job is done with it: they are locked together.
    """
    if step.event in HELD:  # before the permit, as who suspends does
        hold_enterprise(session, _row(session, permit_id).enterprise_id)
    row = locked_permit(session, permit_id)
    if based_on is not None and row.version != based_on:
        raise PermitChanged("Somebody has changed this permit meanwhile: read it again.", version=row.version)
    known, decided = _looked_at(session, row, step), _decided(session, row) if step.event == "submit" else {}
    if decided:
        known = replace(known, level=decided["level"], terms=terms_of(decided["terms"]))
    moved = take_permit_step(permit_rules(), known, step=step)
    told = len(moved.transition.tells)
    changes = {
        "version": row.version + 1,
        "told": row.told + told,
        **_standing(moved.state),
        **decided,
        **effects_of(session, row, step=step),
    }
    session.execute(update(permit).where(permit.c.id == permit_id).values(**changes))
    _keep_step(session, permit_id, moved.transition.row, version=row.version + 1, state=moved.state, step=step)
    tell_of_permit(session, row._asdict() | changes, moved, step=step)
    _follow(session, row, known, state=moved.state, step=step)


def _looked_at(session: Session, row: Row[Any], step: Step) -> Permit:
    """Return what a step looks at: the clock asks for nobody's certificates, and tells by the times alone."""
    if step.event == "warn":
        return timed_permit(session, row)
    known = known_permit(session, row) if step.is_clock else permit_at(session, row, now=step.now)
    person_id = step.given.get("person_id") if step.event == "check_in" else None
    return replace(known, engaged=engagements_of(session, row, person_id=person_id)) if person_id else known


def _follow(session: Session, row: Row[Any], known: Permit, *, state: str, step: Step) -> None:
    """Do what a step brings with it: other permits of the job, those that it begins, a stop, the clock."""
    is_gas = step.event == "suspend" and step.given.get("cause") in (GAS, BY_GAS_OF_RELATIVE)
    for other, event in carried_along(known, state=state).items():
        given = {"cause": BY_GAS_OF_RELATIVE if is_gas else BY_RELATIVE, **because_of_permit(row.number, state)}
        step_permit(session, other, step=clock_step(event, step.now, **given))
    if step.event == "submit":
        declare_permit(session, row, by=step.by, now=step.now)
    end_declared(session, row.id, step=step, state=state)
    if step.event == "analyse":
        begin_related(session, row, step.given.get("related", ()), by=step.by, now=step.now)
    if step.event == "approve":
        check_today(session, row.enterprise_id, now=step.now)
    set_clock(session, row.id)
    cause = _stops_for(session, row, step) if state == ACTIVE else ""
    if cause:
        given = {"cause": cause, **because(GAS_OVER_LIMIT if cause == GAS else LAST_GUARDIAN_LEFT)}
        step_permit(session, row.id, step=clock_step("suspend", step.now, **given))


def _stops_for(session: Session, row: Row[Any], step: Step) -> str:
    """Return why the work stops by itself: a result over its limit (6.5), or the last guardian has left (4.10 f)."""
    if step.event == "test_gas":
        own = (gas_test.c.permit_id == row.id, gas_test.c.version == row.version + 1)
        return "" if session.scalar(select(gas_test.c.is_acceptable).where(*own)) else GAS
    if step.event != "check_out":
        return ""
    return "" if any(one.is_in for one in timed_permit(session, row).guardians) else GUARDIAN


def begin_related(session: Session, row: Row[Any], kinds: Sequence[str], *, by: str, now: datetime) -> None:
    """Begin a permit of each of ``kinds`` for the same job, unless there is one (4.6; I1)."""
    have = {row.kind, *(one["kind"] for one in related_to(session, row))}
    for kind in dict.fromkeys(kinds):
        if kind not in have:
            wanted = _same_work(session, row, kind=kind, form={}, parent_id=row.parent_id or row.id)
            apply_permit(session, wanted, by=by, now=now)


def _same_work(session: Session, row: Row[Any], **changes: Any) -> Application:
    """Return the application of the permit in ``row`` with ``changes``."""
    columns = permit_person.c
    crew = session.execute(select(columns.person_id, columns.role).where(columns.permit_id == row.id)).mappings().all()
    content = {name: getattr(row, name) for name in ("enterprise_id", "kind", *CONTENT)}
    return Application(**(content | changes), crew=[dict(one) for one in crew])


def locked_permit(session: Session, permit_id: str) -> Row[Any]:
    """Return the permit, locked together with the others of its job, always in the same order."""
    columns, own = permit.c, permit.alias().c
    head = select(func.coalesce(own.parent_id, own.id)).where(own.id == permit_id).scalar_subquery()
    family = select(permit).where(or_(columns.id == head, columns.parent_id == head)).order_by(columns.id)
    return next(row for row in session.execute(family.with_for_update()).all() if row.id == permit_id)


def set_clock(session: Session, permit_id: str) -> None:
    """Look at a permit again when the next thing falls due: one timer for all of them."""
    row = _row(session, permit_id)
    known = timed_permit(session, row)
    due_at, holding = next_moment(permit_rules(), known), alerts(permit_rules(), known)
    if holding != row.alerts:
        changes = {"alerts": holding, "is_alerting": bool(holding)}
        session.execute(update(permit).where(permit.c.id == permit_id).values(**changes))
    if due_at is None:
        cancel(session, CLOCK, permit_id)
    else:
        schedule(session, CLOCK, permit_id, due_at=due_at)


def _row(session: Session, permit_id: str) -> Row[Any]:
    return session.execute(select(permit).where(permit.c.id == permit_id)).one()


def _decided(session: Session, row: Row[Any]) -> dict[str, Any]:
    related = tuple(one["kind"] for one in related_to(session, row))
    job = Job(row.kind, row.facts, row.starts_at, row.ends_at, related)
    return level_of(rules_of(session, row.enterprise_id), job)


def _standing(state: str) -> dict[str, Any]:
    return {"state": state, "is_open": permit_rules().machine.states[state].is_open, "is_live": state in LIVE}


def _next_number(session: Session, enterprise_id: str, *, code: str, day: date) -> str:
    """Return the next number of an enterprise and kind on a day; the row waits for who takes one at the same moment."""
    columns, key = permit_series.c, ("enterprise_id", "kind", "day")
    begun = {"enterprise_id": enterprise_id, "kind": code, "day": day, "last": 0}
    upsert_rows(session, permit_series, [begun], key=key, newer="last")
    same = (columns.enterprise_id == enterprise_id, columns.kind == code, columns.day == day)
    following = update(permit_series).where(*same).values(last=columns.last + 1).returning(columns.last)
    return f"{code}-{day:%Y%m%d}-{session.execute(following).scalar_one():04}"


def _keep_step(session: Session, permit_id: str, rule: str, *, version: int, state: str, step: Step) -> None:
    taken = {"event": step.event, "rule": rule, "state": state, "by": step.by, "at": step.now}
    session.execute(insert(permit_step).values(permit_id=permit_id, version=version, given=_plain(step.given), **taken))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
