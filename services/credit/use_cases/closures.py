"""Keep which major hazards are open, propose a closure where the law says so, and decide on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session

from services.credit.domain.closures import DISMISSED, PROPOSED, SUBMITTED, Trigger, check_ground, decide, trigger_of
from services.credit.domain.penalties import NATURAL
from services.credit.domain.publicity import WITHDRAWN
from services.credit.queries.enterprises import present_id
from services.credit.rules.closures import closure_rules
from services.credit.tables import closure, enterprise, major_hazard, penalty
from services.credit.use_cases.enterprises import newest
from shared.clock import business_date
from shared.contracts.inspections import HazardClosed, HazardFact
from shared.database.bulk import among, upsert_rows
from shared.events.received import Received
from shared.ids import new_id

MAJOR = "major"


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
            session.execute(
                insert(closure).values(
                    id=new_id(),
                    enterprise_id=enterprise_id,
                    state=PROPOSED,
                    span=trigger.span,
                    penalty_ids=list(trigger.penalty_ids),
                    hazard_ids=hazards,
                    proposed_on=business_date(now),
                    **dict.fromkeys(("document", "reason", "decided_by"), ""),
                )
            )


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
    state = decide(row.state, decision.event, document=decision.document, reason=decision.reason)
    if state == SUBMITTED:
        check_ground(closure_rules(), row.span, left=_left_of(session, row))
    decided = {"state": state, "document": decision.document, "reason": decision.reason}
    changes = {**decided, "decided_by": by, "decided_at": now}
    session.execute(update(closure).where(closure.c.id == closure_id).values(**changes))
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
    counted = select(columns.id, columns.decided_on).where(
        columns.enterprise_id == enterprise_id,
        columns.decided_on >= rules.first_day(today),
        or_(columns.act != "", columns.basis.contains(rules.law, autoescape=True)),
        columns.state != WITHDRAWN,
        columns.subject_kind != NATURAL,
    )
    decided = {row.id: row.decided_on for row in session.execute(counted)}
    return trigger_of(rules, decided, has_major=bool(hazards), today=today), hazards


def _is_known(session: Session, enterprise_id: str, trigger: Trigger) -> bool:
    """Return whether a proposal is open, or was decided on for all of these penalties."""
    columns = closure.c
    own = select(columns.state, columns.penalty_ids).where(columns.enterprise_id == enterprise_id)
    known = session.execute(own).all()
    return any(row.state == PROPOSED or set(trigger.penalty_ids) <= set(row.penalty_ids) for row in known)
