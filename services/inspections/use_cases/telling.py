"""What others hear of a step: one event for each word of the row's ``tells``."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.hazard_facts import Moved
from services.inspections.tables import halt_order
from shared.contracts.inspections import (
    HazardAssigned,
    HazardClosed,
    HazardFound,
    HazardGraded,
    HazardListedForSupervision,
    HazardOverdue,
    HazardRectified,
    HazardTransferred,
    HazardVerified,
    ProductionHalted,
    ProductionResumed,
)
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import Step

Row = Mapping[str, Any]


def tell_of_hazard(session: Session, row: Row, moved: Moved, *, step: Step, was_halted: bool) -> None:
    """Publish what the transition tells; ``row`` is the hazard as it is now."""
    words = moved.transition.tells
    for place, word in enumerate(words):
        if word == "halted":
            _halt(session, row, step)
        elif word == "resumed":
            _resume(session, row, step)
        else:
            event = _EVENTS[word](row, step)
            publish(session, event, sequence=row["told"] - len(words) + place + 1, at=step.now)


def _halt(session: Session, row: Row, step: Step) -> None:
    """A hazard has one order at a time: what is halted already is not halted again."""
    if _open_order(session, row["id"]) is not None:
        return
    order = {
        "id": new_id(),
        "hazard_id": row["id"],
        "enterprise_id": row["enterprise_id"],
        "number": step.given["order_number"],
        "part": step.given.get("part", ""),
        "ordered_by": step.by,
        "ordered_at": step.now,
    }
    session.execute(insert(halt_order).values(**order))
    event = ProductionHalted(
        order_id=order["id"], enterprise_id=order["enterprise_id"], order_number=order["number"], part=order["part"]
    )
    publish(session, event, sequence=1, at=step.now)


def _resume(session: Session, row: Row, step: Step) -> None:
    order_id = _open_order(session, row["id"])
    if order_id is None:
        return
    session.execute(update(halt_order).where(halt_order.c.id == order_id).values(resumed_at=step.now))
    publish(session, ProductionResumed(order_id=order_id, enterprise_id=row["enterprise_id"]), sequence=2, at=step.now)


def _open_order(session: Session, hazard_id: str) -> str | None:
    open_ones = (halt_order.c.hazard_id == hazard_id, halt_order.c.resumed_at.is_(None))
    return session.scalar(select(halt_order.c.id).where(*open_ones))


def _facts(row: Row) -> dict[str, Any]:
    return {
        "hazard_id": row["id"],
        "enterprise_id": row["enterprise_id"],
        "level": row["level"],
        "clause": row["clause"],
        "tier": row["found_tier"],
    }


def _deadline(row: Row) -> str:
    return row["deadline"].isoformat() if row["deadline"] else ""


_EVENTS: Mapping[str, Callable[[Row, Step], Any]] = {
    "found": lambda row, step: HazardFound(**_facts(row)),
    "graded": lambda row, step: HazardGraded(**_facts(row)),
    "assigned": lambda row, step: HazardAssigned(**_facts(row), deadline=_deadline(row)),
    "rectified": lambda row, step: HazardRectified(**_facts(row), by=step.by),
    "verified": lambda row, step: HazardVerified(**_facts(row), by=step.by),
    "closed": lambda row, step: HazardClosed(**_facts(row), outcome=row["state"]),
    "overdue": lambda row, step: HazardOverdue(**_facts(row), deadline=_deadline(row)),
    "listed": lambda row, step: HazardListedForSupervision(**_facts(row), deadline=_deadline(row)),
    "transferred": lambda row, step: HazardTransferred(**_facts(row), receiver=step.given["receiver"]),
}
