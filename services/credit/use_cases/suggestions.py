"""Suggest violations from what others tell, and let an officer confirm or dismiss them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.credit.domain.suggestions import CONFIRMED, COUNTED, DISMISSED, OPEN, check_open
from services.credit.queries.enterprises import present_id
from services.credit.rules.suggestions import suggestion_rules
from services.credit.tables import suggestion
from services.credit.use_cases.ratings import rate_enterprises
from services.credit.use_cases.violations import Breach, record_violation
from shared.contracts.inspections import EntryRefused, HazardOverdue, SelfCheckRefuted, TaskOverdue
from shared.contracts.permits import CommitmentMissed, PermitRevoked
from shared.ids import new_id

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
