"""What a survey confirmed becomes declared facts; of two surveys the one made later holds, whichever arrives first.

Hazard features come with the register's state, which the survey changed too; only what the register does not know
is kept here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.risk.domain.facts import Known, Origin
from services.risk.queries.standings import known_facts
from services.risk.rules import rulebook
from services.risk.tables import enterprise, fact_sheet
from services.risk.use_cases.adjusting import lock_enterprises
from services.risk.use_cases.grading import grade_enterprises, write_sheet
from shared.contracts.registry import EnterpriseSurveyed
from shared.errors import NotYet


def keep_surveyed(session: Session, surveys: Sequence[EnterpriseSurveyed], *, now: datetime) -> None:
    """Take over the facts that surveys confirmed and grade those enterprises.

    Raises ``NotYet`` for an enterprise that has not arrived, ``UnsuitableValue``, ``ContradictingFacts``.
    """
    enterprise_ids = sorted({one.enterprise_id for one in surveys if one.facts})
    lock_enterprises(session, enterprise_ids)
    present = set(
        session.scalars(select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id.in_(enterprise_ids)))
    )
    for enterprise_id in enterprise_ids:
        if enterprise_id not in present:
            raise NotYet(f"enterprise:{enterprise_id}")
    for one in sorted((one for one in surveys if one.facts), key=lambda one: one.on):
        _keep(session, one, now=now)
    grade_enterprises(session, enterprise_ids, now=now)


def _keep(session: Session, one: EnterpriseSurveyed, *, now: datetime) -> None:
    row = session.execute(select(fact_sheet).where(fact_sheet.c.enterprise_id == one.enterprise_id)).one_or_none()
    stored: dict[str, Any] = dict(row.facts) if row else {}
    newer = {fact: value for fact, value in one.facts.items() if _is_ours(fact) and _is_newer(one, stored.get(fact))}
    if not newer:
        return
    seen = (one.by, one.role, one.on)
    facts = known_facts(stored) | {fact: Known(value, Origin.CONFIRMED, (), seen) for fact, value in newer.items()}
    rulebook().check(facts)
    write_sheet(session, one.enterprise_id, facts, version=(row.version if row else 0) + 1, by=one.by, now=now)


def _is_ours(fact: str) -> bool:
    book = rulebook()
    return fact in book.facts and fact not in book.inference.features


def _is_newer(one: EnterpriseSurveyed, stored: dict[str, Any] | None) -> bool:
    on = (stored or {}).get("on", "")
    return not on or datetime.fromisoformat(on) <= datetime.fromisoformat(one.on)
