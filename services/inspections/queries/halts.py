"""Orders to halt production in the caller's area, and by when those who asked to resume have to be reviewed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select

from services.inspections.queries import in_state
from services.inspections.queries.enterprises import in_area
from services.inspections.rules import hazard_rules
from services.inspections.tables import enterprise, halt_order, hazard
from shared.security.principal import Principal

Document = dict[str, Any]
REVIEW = "major_review"


def halts(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the orders of the area; ``is_open``: production is still halted."""
    joined = halt_order.join(enterprise, enterprise.c.enterprise_id == halt_order.c.enterprise_id).join(
        hazard, hazard.c.id == halt_order.c.hazard_id
    )
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = [halt_order.c[name] == value for name, value in given.items() if name in halt_order.c]
    if "is_open" in given:
        ended = halt_order.c.resumed_at
        conditions.append(ended.is_(None) if given["is_open"] else ended.is_not(None))
    if "is_awaiting_review" in given:
        is_awaiting = (hazard.c.state == REVIEW) & halt_order.c.resumed_at.is_(None)
        conditions.append(is_awaiting if given["is_awaiting_review"] else ~is_awaiting)
    columns = (halt_order, enterprise.c.name, hazard.c.description, hazard.c.state, hazard.c.due_at)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def halt_view(row: Row[Any]) -> Document:
    """Return an order with where its hazard stands; ``review_due_at`` while a review is awaited."""
    is_awaiting = row.resumed_at is None and row.state == REVIEW
    return {**in_state(row, hazard_rules().machine), "review_due_at": row.due_at if is_awaiting else None}
