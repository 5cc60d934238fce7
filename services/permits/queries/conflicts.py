"""What works of an enterprise do to each other, from what is stored of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.permits.domain.conflicts import Conflict, Work, conflicts, forbidding
from services.permits.queries.doings import works_without_permit
from services.permits.queries.places import ledger_of
from services.permits.rules.interlocks import interlocks
from shared.errors import Refused

Document = dict[str, Any]


class WorkForbidden(Refused):
    """Another work near it, at the same time, forbids this one (I2–I9)."""

    code = "work_in_conflict"


def works_beside(session: Session, enterprise_id: str, *, between: tuple[datetime, datetime]) -> list[Work]:
    """Return everything that is done at an enterprise at some moment of the time ``between``."""
    return works_without_permit(session, enterprise_id, between=between)


def conflicts_of(session: Session, enterprise_id: str, work: Work) -> tuple[Conflict, ...]:
    """Return what stands between ``work`` and everything else at its enterprise, the gravest first."""
    others = works_beside(session, enterprise_id, between=(work.starts_at, work.ends_at))
    return conflicts(interlocks(), work, others=others, places=ledger_of(session, enterprise_id))


def refuse_forbidden(session: Session, enterprise_id: str, work: Work) -> None:
    """Raise ``WorkForbidden`` when something that is permitted or done at that time forbids ``work``."""
    found = forbidding(conflicts_of(session, enterprise_id, work))
    if found:
        sentence = "Other work nearby forbids this one at that time: choose another time or place."
        raise WorkForbidden(sentence, conflicts=conflict_facts(found))


def conflict_facts(found: Sequence[Conflict]) -> list[Document]:
    """Return conflicts in short, as the facts of a refusal."""
    names = ("rule", "distance_m", "limit_m")
    return [{name: getattr(one, name) for name in names} | {"with": one.other and one.other.id} for one in found]
