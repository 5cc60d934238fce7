"""Keeps the small copy of what the register tells."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.inspections.tables import enterprise
from shared.contracts.registry import EnterpriseState
from shared.database.bulk import upsert_rows

ACTIVE = "active"


def keep_register_state(session: Session, states: Sequence[tuple[EnterpriseState, int]]) -> None:
    """Take over (state, sequence) pairs of the register; outdated ones change nothing."""
    newest = {state.enterprise_id: (state, sequence) for state, sequence in sorted(states, key=lambda one: one[1])}
    rows = [_copy_of(*newest[enterprise_id]) for enterprise_id in sorted(newest)]
    upsert_rows(session, enterprise, rows, key=["enterprise_id"], newer="sequence")


def _copy_of(state: EnterpriseState, sequence: int) -> dict[str, Any]:
    same = ("name", "division", "subdistrict", "grid", "industry", "longitude", "latitude", "location_precision")
    return {
        "enterprise_id": state.enterprise_id,
        "sequence": sequence,
        **{name: getattr(state, name) for name in same},
        "supervision": state.supervision,
        "is_active": state.status == ACTIVE,
    }
