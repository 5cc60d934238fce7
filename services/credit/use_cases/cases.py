"""Propose a subject for the list, and lead its case on step by step (应急管理部令第11号)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.case_conditions import Accident, Condition
from services.credit.domain.case_facts import LISTED, NEW, NOTICED, Case, Penalty
from services.credit.domain.cases import take_case_step
from services.credit.domain.limits import Limit, window_end
from services.credit.queries.cases import (
    IDENTITY_FIELD,
    NAME_FIELD,
    NEVER_LISTED,
    case_at,
    case_days,
    due_of,
    penalty_withdrawn,
)
from services.credit.rules import case_rules
from services.credit.tables import enterprise, listing_case, listing_person, listing_step, penalty
from services.credit.use_cases.case_effects import effects_of, follow_listing
from services.credit.use_cases.limits import Due, Subject, keep_limits
from shared.clock import business_date
from shared.errors import Conflict, Refused
from shared.ids import new_id
from shared.machines import Step, clock_step
from shared.machines.machine import end_of
from shared.security.personal import vault_of
from shared.work.timers import cancel, schedule

CASE_CLOCK = "case_clock"
OWING = select(listing_case.c.id).where(listing_case.c.is_open)
TEXTS = ("statement", "decided_by", "system_number", "removal", "removal_number")


class CaseChanged(Conflict):
    code = "case_changed"


class CaseRuns(Conflict):
    code = "case_runs"


class PersonsNotMeant(Refused):
    code = "persons_not_meant"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom to list and why: ``persons`` have a role, a name and the number of their identity card."""

    enterprise_id: str
    condition: str
    penalty_id: str
    facts: str
    basis: str
    penalty: Penalty
    accidents: Sequence[Accident] = ()
    persons: Sequence[Mapping[str, str]] = ()


def propose_case(session: Session, wanted: Proposal, *, step: Step) -> str:
    """Begin a case and return its id (第二、三、四、六、七条).

    Raises ``NotAllowed``, ``ConditionUnknown``, ``NoOrderInForce``, ``PersonsNotMeant``, ``CaseRuns`` while another
    case about the same penalty and condition is open.
    """
    rules = case_rules()
    condition = rules.conditions.condition(wanted.condition)
    _check_persons(condition, wanted.persons)
    firm = session.execute(
        select(enterprise).where(enterprise.c.enterprise_id == wanted.enterprise_id).with_for_update()
    ).one()
    earlier = _earlier(session, wanted)
    case = Case(NEW, condition, wanted.penalty, firm.industry, tuple(wanted.accidents), proposed_by=step.by)
    moved = take_case_step(rules, case, step=step)
    case_id = new_id()
    proposed = {"proposed_by": step.by, "proposed_at": step.now, "earlier_case_id": earlier}
    row = {"id": case_id, "version": 1, "told": 0, "state": moved.state, "is_open": True, **proposed}
    session.execute(insert(listing_case).values(**row, **_content(wanted)))
    _keep_persons(session, case_id, wanted.persons)
    _keep_step(session, case_id, moved.transition.row, version=1, state=moved.state, step=step)
    _keep_due(session, locked_case(session, case_id), now=step.now)
    return case_id


def _check_persons(condition: Condition, persons: Sequence[Mapping[str, str]]) -> None:
    """Raise ``PersonsNotMeant`` unless an act names the people of a proposal, and has some if it names only people."""
    named = list(condition.persons)
    strangers = sorted({one["role"] for one in persons} - set(named))
    if strangers:
        raise PersonsNotMeant("The order does not name people of this kind for this act.", roles=strangers, named=named)
    if not condition.names_firm and not persons:
        raise PersonsNotMeant("This act names only people: name them.", named=named)


def _content(wanted: Proposal) -> dict[str, Any]:
    """Return the columns that a proposal fills; the grounds stay as they were on its day."""
    return {
        **dict.fromkeys(TEXTS, ""),
        **{name: getattr(wanted, name) for name in ("enterprise_id", "condition", "penalty_id", "facts", "basis")},
        "penalty": _plain(wanted.penalty),
        "accidents": [_plain(one) for one in wanted.accidents],
        "decision": {},
        "is_system_updated": False,
    }


def _earlier(session: Session, wanted: Proposal) -> str | None:
    """Return the last case that listed the same firm; raises ``CaseRuns`` for the same matter twice."""
    columns = listing_case.c
    own = select(columns.id).where(columns.enterprise_id == wanted.enterprise_id).order_by(columns.id.desc()).limit(1)
    same = own.where(columns.penalty_id == wanted.penalty_id, columns.condition == wanted.condition)
    if running := session.scalar(same.where(columns.state.not_in(NEVER_LISTED))):
        raise CaseRuns("There is a case about this penalty and condition already.", case_id=running)
    return session.scalar(own.where(columns.listed_on.is_not(None)))


def _plain(one: Penalty | Accident) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in asdict(one).items()}


def _keep_persons(session: Session, case_id: str, persons: Sequence[Mapping[str, str]]) -> None:
    vault = vault_of(session)
    rows = [
        {
            "id": new_id(),
            "case_id": case_id,
            "role": one["role"],
            "sealed_name": vault.encrypt(one["name"], field=NAME_FIELD),
            "sealed_identity": vault.encrypt(one["identity"], field=IDENTITY_FIELD),
        }
        for one in persons
    ]
    if rows:
        session.execute(insert(listing_person), rows)


def locked_case(session: Session, case_id: str) -> Row[Any]:
    """Return a case with its firm, locked until the transaction ends together with the penalty that it rests on."""
    held = select(listing_case.c.penalty_id).where(listing_case.c.id == case_id).with_for_update()
    session.execute(select(penalty.c.id).where(penalty.c.id == session.scalar(held)).with_for_update())
    return session.execute(_with_firms().where(listing_case.c.id == case_id)).one()


def _with_firms() -> Select[Any]:
    joined = listing_case.join(enterprise, enterprise.c.enterprise_id == listing_case.c.enterprise_id)
    columns = (enterprise.c.name, enterprise.c.uscc, enterprise.c.address, enterprise.c.industry)
    return select(listing_case, *columns, *penalty_withdrawn()).select_from(joined)


def step_case(session: Session, case_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Take one step with a case; raises ``StepNotPossible``, ``NotAllowed``, ``CaseChanged``.

    ``based_on`` is the version that the caller saw. Who enters the list or leaves it is told of, with the
    restrictions that follow.
    """
    row = locked_case(session, case_id)
    if based_on is not None and row.version != based_on:
        raise CaseChanged("Somebody has changed this case meanwhile: read it again.", version=row.version)
    moved = take_case_step(case_rules(), case_at(session, row), step=step)
    changes = {
        "state": moved.state,
        "is_open": case_rules().machine.states[moved.state].is_open,
        "version": row.version + 1,
        **effects_of(session, row, step=step),
    }
    session.execute(update(listing_case).where(listing_case.c.id == case_id).values(**changes))
    _keep_step(session, case_id, moved.transition.row, version=row.version + 1, state=moved.state, step=step)
    follow_listing(session, locked_case(session, case_id), moved.transition.tells, now=step.now)
    _keep_due(session, locked_case(session, case_id), now=step.now)


def _keep_step(session: Session, case_id: str, rule: str, *, version: int, state: str, step: Step) -> None:
    given = {name: value for name, value in step.given.items() if name != "persons"}
    values = {"event": step.event, "rule": rule, "state": state, "by": step.by, "at": step.now, "given": given}
    session.execute(insert(listing_step).values(case_id=case_id, version=version, **values))


def follow_withdrawal(session: Session, penalty_id: str, *, now: datetime) -> None:
    """Let what is due in the open cases that rest on a withdrawn penalty be due by that; the caller has it locked."""
    resting = _with_firms().where(listing_case.c.penalty_id == penalty_id, listing_case.c.is_open)
    for row in session.execute(resting.order_by(listing_case.c.id)).all():
        _keep_due(session, row, now=now)


def keep_due(session: Session, case_id: str, *, now: datetime) -> None:
    """Let exactly what is due in a case be open."""
    _keep_due(session, locked_case(session, case_id), now=now)


def _keep_due(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Write what is due, and set the clock to what happens by itself."""
    keep_limits(session, [_due(row)], now=now)
    by_itself = [one.due_on for one in due_of(case_rules(), row) if one.step in ("window_elapsed", "expire")]
    if by_itself:
        schedule(session, CASE_CLOCK, row.id, due_at=end_of(min(by_itself)))
    else:
        cancel(session, CASE_CLOCK, row.id)


def due_for(session: Session, case_id: str) -> list[Due]:
    """Return what is due in a case."""
    return [_due(session.execute(_with_firms().where(listing_case.c.id == case_id)).one())]


def _due(row: Row[Any]) -> Due:
    names_firm = case_rules().conditions.condition(row.condition).names_firm
    title = row.decision.get("number") or row.penalty["number"]
    subject = Subject(entity_id=row.id, enterprise_id=row.enterprise_id, title=title, is_told=names_firm)
    return subject, [Limit(f"case_{one.step}", one.due_on) for one in due_of(case_rules(), row)]


def run_case_clock(session: Session, case_id: str, *, now: datetime) -> None:
    """End the window for statements, or the management period, when its last day has passed; called by the timer."""
    row = locked_case(session, case_id)
    limits, today = case_rules().limits_on(row.decided_on or business_date(now)), business_date(now)
    last = window_end(limits, case_days(row)) if row.state == NOTICED else None
    if last is not None and today > last:
        step_case(session, case_id, step=clock_step("window_elapsed", now))
    elif row.state in LISTED and today > row.managed_until:
        step_case(session, case_id, step=clock_step("expire", now))
