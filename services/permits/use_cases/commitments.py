"""Judge, sign and amend the commitment of today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.permits.domain.commitments import (
    PRINCIPAL,
    PUBLISHED,
    Commitment,
    CommitmentNotOwed,
    DayIsOver,
    check_amendment,
    check_delegation,
    check_judgement,
    check_offline_reason,
    check_signing,
    declared,
    is_late,
    is_principal,
    judged,
    judged_state,
)
from services.permits.queries.commitments import days_without
from services.permits.rules import commitment_rules
from services.permits.tables import commitment, commitment_step, commitment_version
from services.permits.use_cases.commitment_checks import check_commitment
from services.permits.use_cases.commitment_days import miss, open_one
from shared.clock import business_date
from shared.contracts.permits import CommitmentMade
from shared.errors import Conflict
from shared.events.outbox import publish


class CommitmentChanged(Conflict):
    code = "commitment_changed"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who says what: the content, whether it is a nil return, under which letter, and why it was silent before."""

    by: str
    roles: Sequence[str]
    content: Mapping[str, Any] = field(default_factory=dict)
    is_nil: bool = False
    letter: str = ""
    offline_reason: str = ""
    reason: str = ""


def open_commitment(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """Open today's commitment of an enterprise; raises ``CommitmentNotOwed``."""
    if not open_one(session, enterprise_id, now=now):
        raise CommitmentNotOwed("This enterprise owes no commitment today; the bureau decides who does.")


def judge(
    session: Session, commitment_id: str, signature: Signature, *, tier: str, now: datetime, based_on: int | None = None
) -> None:
    """Keep what one tier has judged, for the next one; raises ``TierNotNext`` and what ``judged`` raises."""
    row = _held(session, commitment_id, based_on=based_on, now=now)
    check_judgement(_known(row), tier)
    content = row.content | judged(commitment_rules(), signature.content)
    given = {"content": dict(signature.content), "remark": signature.reason}
    changes = {"state": judged_state(tier), "content": content}
    _take(session, row, changes, event="judge", tier=tier, by=signature.by, given=given, now=now)


def sign(
    session: Session, commitment_id: str, signature: Signature, *, now: datetime, based_on: int | None = None
) -> None:
    """Sign and publish the commitment of today, in time or late, and tell of it.

    Raises what the rules raise: the order of tiers, the letter of a delegate, the nil return, the offline reason.
    """
    row, rules = _held(session, commitment_id, based_on=based_on, now=now), commitment_rules()
    check_signing(_known(row), roles=signature.roles, letter=signature.letter)
    content = declared(rules, signature.content, is_nil=signature.is_nil)
    silent = days_without(session, row.enterprise_id, before=row.day)
    check_offline_reason(signature.offline_reason, days_without=silent, limit=rules.days_without)
    late = is_late(row.due_at, signed_at=now)
    if late:
        miss(session, commitment.c.id == commitment_id, now=now)
        row = _row(session, commitment_id)
    changes = {
        "content": content,
        "state": PUBLISHED,
        "signed_by": signature.by,
        "signed_at": now,
        "offline_reason": signature.offline_reason,
        "is_late": late,
    }
    _publish(session, row, signature, event="sign", changes=changes, now=now)


def amend(
    session: Session, commitment_id: str, signature: Signature, *, now: datetime, based_on: int | None = None
) -> None:
    """Publish another version of today's commitment; the old one is kept, and so are its marks."""
    row = _row(session, commitment_id, based_on=based_on)
    check_amendment(_known(row), reason=signature.reason, today=business_date(now))
    check_delegation(signature.roles, signature.letter)
    content = declared(commitment_rules(), signature.content, is_nil=signature.is_nil)
    _publish(session, row, signature, event="amend", changes={"content": content}, now=now)


def _publish(
    session: Session, row: Row[Any], signature: Signature, *, event: str, changes: Mapping[str, Any], now: datetime
) -> None:
    """Publish what ``changes`` say as the next edition of ``row``, and tell of it."""
    edition = row.edition + 1
    own = {"letter": "" if is_principal(signature.roles) else signature.letter, "edition": edition}
    kept = {**own, "reason": signature.reason, "content": changes["content"], "by": signature.by, "at": now}
    session.execute(insert(commitment_version).values(commitment_id=row.id, **kept))
    step = {"event": event, "tier": PRINCIPAL, "by": signature.by, "given": {**own, "reason": signature.reason}}
    _take(session, row, {**changes, **own, "is_nil": signature.is_nil, "told": row.told + 1}, now=now, **step)
    publish(session, _made(_row(session, row.id)), sequence=row.told + 1, at=now)
    check_commitment(session, row.id, now=now)


def _made(row: Row[Any]) -> CommitmentMade:
    return CommitmentMade(
        commitment_id=row.id,
        enterprise_id=row.enterprise_id,
        day=row.day.isoformat(),
        is_late=row.is_late,
        is_nil=row.is_nil,
        is_delegated=bool(row.letter),
        edition=row.edition,
        counts={one.id: row.content[one.id] for one in commitment_rules().works if row.content[one.id]},
    )


def _held(session: Session, commitment_id: str, *, based_on: int | None, now: datetime) -> Row[Any]:
    """Return the locked row of a commitment that is owed today; raises ``CommitmentNotOwed``, ``DayIsOver``."""
    row = _row(session, commitment_id, based_on=based_on)
    if row.day != business_date(now):
        raise DayIsOver("The day is over: its commitment stays as it was.", day=row.day.isoformat())
    if not row.is_owed:
        raise CommitmentNotOwed("This enterprise owes no commitment today any more.")
    return row


def _row(session: Session, commitment_id: str, *, based_on: int | None = None) -> Row[Any]:
    row = session.execute(select(commitment).where(commitment.c.id == commitment_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise CommitmentChanged("Somebody has changed this commitment meanwhile: read it again.", version=row.version)
    return row


def _known(row: Row[Any]) -> Commitment:
    return Commitment(row.day, row.state, row.tiers)


def _take(session: Session, row: Row[Any], changes: Mapping[str, Any], *, now: datetime, **step: Any) -> None:
    """Write the changes of one step and the step itself."""
    version = {"version": row.version + 1}
    session.execute(update(commitment).where(commitment.c.id == row.id).values(**changes, **version))
    state = changes.get("state", row.state)
    session.execute(insert(commitment_step).values(commitment_id=row.id, state=state, at=now, **version, **step))
