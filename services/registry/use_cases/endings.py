"""How entries leave the register and come back, and how two entries of one enterprise become one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.registry.domain.endings import (
    ACTIVE,
    DEREGISTERED,
    Ending,
    check_ending,
    check_merge,
    check_return,
    united,
)
from services.registry.domain.enterprise import MERGED, known
from services.registry.domain.obligations import SUPERVISED
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.obligations import obligations_of
from services.registry.tables import enterprise, enterprise_apart, park, person, survey, transfer
from services.registry.use_cases.contract_days import move_contracts
from services.registry.use_cases.obligations import write_obligations
from services.registry.use_cases.persons import record_persons
from services.registry.use_cases.recording import Change, changed_row, record
from shared.clock import business_date
from shared.contracts.registry import EnterprisesMerged
from shared.database.bulk import upsert_rows
from shared.events.outbox import publish
from shared.ids import new_id


def deregister_enterprise(
    session: Session, current: Mapping[str, Any], ending: Ending, *, actor: str, now: datetime
) -> dict[str, Any]:
    """Take the enterprise of the locked row `current` off the register and return the row as it is now.

    Its supervision, obligations and contracts end. Raises `AlreadyEnded`, `EndingMalformed`.
    """
    check_ending(ending, status=current["status"], today=business_date(now))
    row = _with_status(session, current, DEREGISTERED, now=now)
    change = Change(current, row, grounds=ending.grounds)
    record(session, [change], actor=actor, reason="deregistered", now=now)
    return row


def register_again(
    session: Session, current: Mapping[str, Any], *, reason: str, actor: str, now: datetime
) -> dict[str, Any]:
    """Put a deregistered enterprise back and return its row; somebody has to look at it before it owes anything.

    Raises `NotEnded`.
    """
    check_return(status=current["status"])
    row = _with_status(session, current, ACTIVE, now=now) | {"supervision": "unverified"}
    change = Change(current, row, grounds={"return_reason": reason})
    record(session, [change], actor=actor, reason="registered_again", now=now)
    return row


def _with_status(session: Session, current: Mapping[str, Any], status: str, *, now: datetime) -> dict[str, Any]:
    facts = known(current, {"status": status}, origin="person", rules=rules_in_force(session))
    return changed_row(current, facts, digest=current["source_digest"], now=now)


Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Merge:
    """Why two entries are one, and in which choices the entry that goes away is right."""

    reason: str
    take: Collection[str] = ()


def merge_enterprises(
    session: Session, kept: Row, merged: Row, *, merge: Merge, actor: str, now: datetime
) -> dict[str, Any]:
    """Let the locked row `merged` become part of the locked row `kept`, which is returned as it is now.

    Persons, contracts, surveys and running obligations go over. It cannot be undone. Raises `SameEnterprise`,
    `AlreadyMerged`.
    """
    check_merge(kept, merged)
    merge_id, running = new_id(), obligations_of(session, [merged["id"]])[merged["id"]]
    _move_persons(session, merged["id"], kept["id"], now=now)
    move_contracts(session, merged["id"], kept["id"], now=now)
    _move_links(session, merged["id"], kept["id"])
    after, gone = _after(session, kept, merged, take=merge.take, now=now)
    changes = [
        Change(kept, after, grounds={"merged_from": _named(merged), "merge_reason": merge.reason}),
        Change(merged, gone, grounds={"merged_into": _named(kept), "merge_reason": merge.reason}),
    ]
    record(session, changes, actor=actor, reason="merged", now=now)
    if after["supervision"] == SUPERVISED:
        _carry_obligations(session, kept["id"], [one for one in running if one.ends_on is None], actor=actor, now=now)
    event = EnterprisesMerged(merge_id=merge_id, enterprise_id=kept["id"], merged_ids=(merged["id"],))
    publish(session, event, sequence=1, at=now)
    return after


def tell_apart(session: Session, one: str, other: str, *, reason: str, actor: str, now: datetime) -> None:
    """Note that two entries are different enterprises, so that nobody has to compare them again."""
    first, second = sorted((one, other))
    row = {"first_id": first, "second_id": second, "reason": reason, "told_by": actor, "told_at": now}
    upsert_rows(session, enterprise_apart, [row], key=["first_id", "second_id"])


def _after(
    session: Session, kept: Row, merged: Row, *, take: Collection[str], now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    rules = rules_in_force(session)
    base = united(kept, merged, take=take)
    facts = known(base, {}, origin="file", rules=rules)
    after = changed_row(base, facts, digest=kept["source_digest"], now=now)
    gone = changed_row(
        merged,
        known(merged, {"status": MERGED}, origin="person", rules=rules),
        digest=merged["source_digest"],
        now=now,
    )
    return after, gone | {"merged_into": kept["id"]}


def _named(row: Row) -> str:
    return f"{row['uscc']} {row['name']}"


def _move_links(session: Session, merged_id: str, kept_id: str) -> None:
    """Let surveys, transfers, operated parks and entries merged into the one that goes away belong to the other."""
    session.execute(update(survey).where(survey.c.enterprise_id == merged_id).values(enterprise_id=kept_id))
    session.execute(update(park).where(park.c.operator_id == merged_id).values(operator_id=kept_id))
    own = select(transfer.c.id).where(transfer.c.enterprise_id == kept_id)
    moved = {"enterprise_id": kept_id} | ({} if session.scalar(own) is None else {"is_newest": False})
    session.execute(update(transfer).where(transfer.c.enterprise_id == merged_id).values(moved))
    session.execute(update(enterprise).where(enterprise.c.merged_into == merged_id).values(merged_into=kept_id))


def _move_persons(session: Session, merged_id: str, kept_id: str, *, now: datetime) -> None:
    """Let the people go over; of somebody whom both entries know the person of the one that stays is kept."""
    columns = person.c
    both = select(person).where(columns.enterprise_id.in_([kept_id, merged_id])).order_by(columns.id)
    rows = [dict(row) for row in session.execute(both.with_for_update()).mappings()]
    here = {row["key_index"]: row for row in rows if row["enterprise_id"] == kept_id}
    changes = []
    for row in (row for row in rows if row["enterprise_id"] == merged_id):
        double = here.get(row["key_index"])
        if double is None:
            changes.append((row, _next(row, now, enterprise_id=kept_id)))
            continue
        if row["left_on"] is not None:
            continue
        changes.append((row, _next(row, now, left_on=business_date(now))))
        posts = sorted({*double["posts"], *row["posts"]})
        if double["left_on"] is not None or posts != sorted(double["posts"]):
            changes.append((double, _next(double, now, posts=posts, left_on=None)))
    record_persons(session, changes, now=now)


def _next(row: Row, now: datetime, **changes: Any) -> dict[str, Any]:
    return {**row, **changes, "version": row["version"] + 1, "updated_at": now}


def _carry_obligations(session: Session, kept_id: str, running: Any, *, actor: str, now: datetime) -> None:
    present = obligations_of(session, [kept_id])
    owed = {one.duty for one in present[kept_id] if one.ends_on is None}
    missing = [one for one in running if one.duty not in owed]
    write_obligations(session, {kept_id: missing}, present=present, actor=actor, now=now)
