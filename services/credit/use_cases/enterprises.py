"""Keeps what the register tells of enterprises, and follows merged entries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from services.credit.tables import (
    accident,
    attestation,
    closure,
    due_limit,
    enterprise,
    exposure,
    listing_case,
    major_hazard,
    merged_enterprise,
    penalty,
    restriction,
    suggestion,
    violation,
    watched,
)
from shared.contracts.registry import EnterprisesMerged, EnterpriseState
from shared.database.bulk import upsert_rows
from shared.errors import NotYet
from shared.events.received import Received

ACTIVE = "active"
# What goes over to the entry that stays.
FOLLOWING: tuple[Table, ...] = (
    violation,
    penalty,
    exposure,
    accident,
    attestation,
    closure,
    suggestion,
    major_hazard,
    listing_case,
    restriction,
    watched,
    due_limit,
)


def keep_register_state(session: Session, received: Sequence[Received[EnterpriseState]]) -> None:
    """Take over the register's state; outdated ones change nothing."""
    rows = [_copy_of(one.data, one.sequence) for one in newest(received)]
    upsert_rows(session, enterprise, rows, key=["enterprise_id"], newer="sequence")


def follow_merge(session: Session, merge: EnterprisesMerged) -> None:
    """Let what hangs on merged entries hang on the one that stays; raises ``NotYet`` when that has not arrived."""
    kept_id, entry = merge.enterprise_id, enterprise.c.enterprise_id
    if session.scalar(select(entry).where(entry == kept_id).with_for_update()) is None:
        raise NotYet(f"enterprise:{kept_id}")
    for merged_id in sorted(merge.merged_ids):
        upsert_rows(session, merged_enterprise, [{"merged_id": merged_id, "kept_id": kept_id}], key=["merged_id"])
        chained = update(merged_enterprise).where(merged_enterprise.c.kept_id == merged_id)
        session.execute(chained.values(kept_id=kept_id))
        for table in FOLLOWING:
            session.execute(update(table).where(table.c.enterprise_id == merged_id).values(enterprise_id=kept_id))


def newest(received: Sequence[Received[Any]]) -> list[Received[Any]]:
    """Return the last word about each subject, in the order of the subjects."""
    last = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    return [last[subject] for subject in sorted(last)]


def _copy_of(state: EnterpriseState, sequence: int) -> dict[str, Any]:
    same = ("enterprise_id", "uscc", "name", "division", "subdistrict", "grid", "industry", "address")
    copied = {name: getattr(state, name) for name in same}
    return {**copied, "sequence": sequence, "is_active": state.status == ACTIVE}
