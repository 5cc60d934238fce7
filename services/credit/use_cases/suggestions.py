"""Suggest violations from what others tell, which an officer confirms or dismisses, and propose closures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.limits import Limit, last_day
from services.credit.domain.penalties import NATURAL
from services.credit.domain.publicity import WITHDRAWN
from services.credit.domain.suggestions import (
    CONFIRMED,
    COUNTED,
    DISMISSED,
    OPEN,
    PROPOSED,
    SUBMITTED,
    Trigger,
    check_ground,
    check_open,
    closure_after,
    trigger_of,
)
from services.credit.queries.enterprises import present_id
from services.credit.rules.closures import closure_rules
from services.credit.rules.suggestions import suggestion_rules
from services.credit.tables import closure, enterprise, major_hazard, penalty, suggestion
from services.credit.use_cases.enterprises import newest
from services.credit.use_cases.limits import Due, Subject, keep_limits
from services.credit.use_cases.ratings import rate_enterprises
from services.credit.use_cases.violations import Breach, record_violation
from shared.clock import business_date
from shared.contracts.inspections import (
    EntryRefused,
    HazardClosed,
    HazardFact,
    HazardOverdue,
    SelfCheckRefuted,
    TaskOverdue,
)
from shared.contracts.permits import CommitmentMissed, PermitRevoked
from shared.database.bulk import among, upsert_rows
from shared.events.received import Received
from shared.ids import new_id

MAJOR = "major"
OWING = select(closure.c.id).where(closure.c.state == PROPOSED)
Telling = CommitmentMissed | EntryRefused | HazardOverdue | PermitRevoked | SelfCheckRefuted | TaskOverdue


@dataclass(frozen=True, slots=True)
class Source:
    """Of which kind a telling is, which field says what it is about, and which are worth being read."""

    kind: str
    key: str
    details: tuple[str, ...]


ENTERPRISE = 1  # the tier whose tasks are self-checks
SOURCES: Mapping[type[Any], Source] = {
    TaskOverdue: Source("self_check_overdue", "task_id", ("task_id", "due")),
    HazardOverdue: Source("hazard_overdue", "hazard_id", ("hazard_id", "level", "clause", "deadline")),
    SelfCheckRefuted: Source("self_check_refuted", "check_id", ("check_id", "refuted_check_id", "items")),
    EntryRefused: Source("entry_refused", "task_id", ("task_id",)),
    PermitRevoked: Source("permit_revoked", "permit_id", ("permit_id", "kind", "number", "reason")),
    CommitmentMissed: Source("commitment_missed", "commitment_id", ("day", "misses_this_month")),
}


def suggest_from(session: Session, told: Telling, *, now: datetime) -> None:
    """Suggest a violation for what was told, once; missed commitments from the third of a month on, once a month."""
    if isinstance(told, TaskOverdue) and told.tier != ENTERPRISE:
        return
    source = SOURCES[type(told)]
    enterprise_id, key = present_id(session, told.enterprise_id), getattr(told, source.key)
    if isinstance(told, CommitmentMissed):
        if not suggestion_rules().suggests_for_misses(told.misses_this_month):
            return
        key = f"{enterprise_id}:{told.day[:7]}"
    columns = suggestion.c
    if session.scalar(select(columns.id).where(columns.kind == source.kind, columns.key == key)) is not None:
        return
    details = {name: getattr(told, name) for name in source.details}
    made = {"id": new_id(), "enterprise_id": enterprise_id, "kind": source.kind, "key": key, "details": details}
    state = OPEN if suggestion_rules().kinds[source.kind].asks else COUNTED
    open_one = {"state": state, "suggested_at": now, "decided_by": "", "reason": ""}
    session.execute(insert(suggestion).values(**made, **open_one))
    rate_enterprises(session, [enterprise_id], now=now)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What an officer makes of a suggestion."""

    act: str
    severity: str
    facts: str
    found_on: date


def confirm_suggestion(session: Session, suggestion_id: str, confirmed: Confirmed, *, by: str, now: datetime) -> str:
    """Record the violation that was suggested and return its id; raises ``SuggestionDecided``, ``NotAllowed``."""
    row = _locked(session, suggestion_id)
    values = {name: getattr(confirmed, name) for name in confirmed.__slots__}
    breach = Breach(enterprise_id=row.enterprise_id, cause=row.kind, cause_id=row.id, **values)
    violation_id = record_violation(session, breach, by=by, now=now)
    _decide(session, row, state=CONFIRMED, by=by, now=now, violation_id=violation_id)
    return violation_id


def dismiss_suggestion(session: Session, suggestion_id: str, *, reason: str, by: str, now: datetime) -> None:
    """Say why what was suggested is no violation; raises ``SuggestionDecided``."""
    row = _locked(session, suggestion_id)
    _decide(session, row, state=DISMISSED, by=by, now=now, reason=reason)
    rate_enterprises(session, [row.enterprise_id], now=now)


def _locked(session: Session, suggestion_id: str) -> Row[Any]:
    row = session.execute(select(suggestion).where(suggestion.c.id == suggestion_id).with_for_update()).one()
    check_open(row.state)
    return row


def _decide(session: Session, row: Row[Any], *, by: str, now: datetime, **values: Any) -> None:
    decided = {"decided_by": by, "decided_at": now, **values}
    session.execute(update(suggestion).where(suggestion.c.id == row.id).values(**decided))


def keep_hazards(session: Session, received: Sequence[Received[HazardFact]], *, now: datetime) -> None:
    """Keep which major hazards are open, and look whether a closure has to be proposed."""
    rows = [
        {
            "hazard_id": one.subject,
            "enterprise_id": present_id(session, one.data.enterprise_id),
            "sequence": one.sequence,
            "is_open": one.data.level == MAJOR and not isinstance(one.data, HazardClosed),
        }
        for one in newest(received)
    ]
    upsert_rows(session, major_hazard, rows, key=["hazard_id"], newer="sequence")
    propose_closures(session, {str(row["enterprise_id"]) for row in rows if row["is_open"]}, now=now)


def propose_closures(session: Session, enterprise_ids: Iterable[str], *, now: datetime) -> None:
    """Propose to close each of these enterprises where the law says so, once for the same penalties."""
    for enterprise_id in sorted(enterprise_ids):
        trigger, hazards = _trigger(session, enterprise_id, now=now)
        if trigger is not None and not _is_known(session, enterprise_id, trigger):
            closure_id = new_id()
            session.execute(
                insert(closure).values(
                    id=closure_id,
                    enterprise_id=enterprise_id,
                    state=PROPOSED,
                    span=trigger.span,
                    penalty_ids=list(trigger.penalty_ids),
                    hazard_ids=hazards,
                    proposed_on=business_date(now),
                    **dict.fromkeys(("document", "reason", "decided_by"), ""),
                )
            )
            keep_due(session, closure_id, now=now)


def keep_due(session: Session, closure_id: str, *, now: datetime) -> None:
    """Let the decision on a proposal to close be due while that is open."""
    keep_limits(session, due_for(session, closure_id), now=now)


def due_for(session: Session, closure_id: str) -> list[Due]:
    """Return what is due for a proposal to close."""
    row, rules = session.execute(select(closure).where(closure.c.id == closure_id)).one(), closure_rules()
    decide = Limit("closure_decide", last_day(rules.decide, begins_on=row.proposed_on))
    subject = Subject(entity_id=row.id, enterprise_id=row.enterprise_id, title=rules.basis)
    return [(subject, [decide] if row.state == PROPOSED else [])]


@dataclass(frozen=True, slots=True)
class Decision:
    """``submit`` with the letter to the government, or ``dismiss`` with a reason."""

    event: str
    document: str = ""
    reason: str = ""


def decide_closure(session: Session, closure_id: str, decision: Decision, *, by: str, now: datetime) -> None:
    """Decide on a proposal; raises ``ClosureDecided``, ``NotAllowed``.

    After a dismissal other penalties than those of the proposal may call for another one.
    """
    row = session.execute(select(closure).where(closure.c.id == closure_id).with_for_update()).one()
    state = closure_after(row.state, decision.event, document=decision.document, reason=decision.reason)
    if state == SUBMITTED:
        check_ground(closure_rules(), row.span, left=_left_of(session, row))
    decided = {"state": state, "document": decision.document, "reason": decision.reason}
    changes = {**decided, "decided_by": by, "decided_at": now}
    session.execute(update(closure).where(closure.c.id == closure_id).values(**changes))
    keep_due(session, closure_id, now=now)
    if state == DISMISSED:
        propose_closures(session, [row.enterprise_id], now=now)


def _left_of(session: Session, row: Row[Any]) -> int:
    """Return how many penalties of a proposal were not withdrawn; they stay so until the decision is made."""
    named = among(session, penalty.c.id, row.penalty_ids)
    locked = session.execute(select(penalty.c.state).where(named).order_by(penalty.c.id).with_for_update())
    return sum(one.state != WITHDRAWN for one in locked)


def _trigger(session: Session, enterprise_id: str, *, now: datetime) -> tuple[Trigger | None, list[str]]:
    """Return why an enterprise has to be proposed, and its open major hazards; whoever looks waits for the others."""
    entry, columns, today, rules = enterprise.c.enterprise_id, penalty.c, business_date(now), closure_rules()
    session.execute(select(entry).where(entry == enterprise_id).with_for_update()).all()
    own = (major_hazard.c.enterprise_id == enterprise_id, major_hazard.c.is_open)
    hazards = list(session.scalars(select(major_hazard.c.hazard_id).where(*own).order_by(major_hazard.c.hazard_id)))
    recent = select(columns.id, columns.decided_on, columns.act, columns.basis).where(
        columns.enterprise_id == enterprise_id,
        columns.decided_on >= rules.first_day(today),
        columns.state != WITHDRAWN,
        columns.subject_kind != NATURAL,
    )
    decided = {row.id: row.decided_on for row in session.execute(recent) if rules.counts(row.act, row.basis)}
    return trigger_of(rules, decided, has_major=bool(hazards), today=today), hazards


def _is_known(session: Session, enterprise_id: str, trigger: Trigger) -> bool:
    """Return whether a proposal is open, or was decided on for all of these penalties."""
    columns = closure.c
    own = select(columns.state, columns.penalty_ids).where(columns.enterprise_id == enterprise_id)
    known = session.execute(own).all()
    return any(row.state == PROPOSED or set(trigger.penalty_ids) <= set(row.penalty_ids) for row in known)
