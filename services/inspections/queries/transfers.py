"""Transfers of the caller's area, each with what happened to it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.inspections.domain.transfers import ANSWERS
from services.inspections.queries import in_state
from services.inspections.queries.enterprises import in_area
from services.inspections.rules.transfers import transfer_rules
from services.inspections.tables import document, enterprise, hazard, transfer
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class TransferNotFound(NotFound):
    code = "transfer_not_found"


def transfers(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the transfers of the area; ``wanted`` filters by column, None by nothing."""
    joined = (
        transfer.join(enterprise, enterprise.c.enterprise_id == transfer.c.enterprise_id)
        .join(hazard, hazard.c.id == transfer.c.hazard_id)
        .outerjoin(document, document.c.id == transfer.c.document_id)
    )
    conditions = [transfer.c[name] == value for name, value in wanted.items() if value is not None]
    columns = (transfer, enterprise.c.name, hazard.c.description, document.c.number)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_transfer(session: Session, principal: Principal, transfer_id: str) -> Row[Any]:
    """Return one transfer; raises ``TransferNotFound`` outside the area."""
    row = session.execute(transfers(principal, wanted={"id": transfer_id})).one_or_none()
    if row is None:
        raise TransferNotFound("There is no such transfer in your area.")
    return row


def transfer_view(row: Row[Any]) -> Document:
    """Return a transfer with the name of its state and the answers that may follow."""
    machine = transfer_rules().machine
    possible = [event for event in machine.possible(row.state) if event in ANSWERS]
    return {**in_state(row, machine), "possible": possible}
