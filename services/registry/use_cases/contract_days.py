"""The days of service contracts: how one begins and ends, by itself or with its enterprise, and who is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.registry.domain.intermediaries import end_of, phase_of, start_of
from services.registry.tables import service_contract
from shared.contracts.registry import ServiceContractEnded, ServiceContractStarted, ServiceContractState
from shared.database.bulk import among
from shared.events.outbox import publish
from shared.security.upkeep import put_contracts
from shared.work.timers import cancel, schedule

TIMER = "registry.service_contract"
EXPIRED = "expired"


def follow_days(session: Session, contract_id: str, *, now: datetime) -> None:
    """Begin or end a contract whose day has come."""
    statement = select(service_contract).where(service_contract.c.id == contract_id).with_for_update()
    row = dict(session.execute(statement).mappings().one())
    if row["phase"] != "ended":
        follow(session, row, now=now)


def end_contracts_of(session: Session, enterprise_ids: Collection[str], *, reason: str, now: datetime) -> None:
    """End every contract of these enterprises that has not ended."""
    contract = service_contract.c
    unended = select(service_contract).where(
        among(session, contract.enterprise_id, list(enterprise_ids)), contract.phase != "ended"
    )
    for row in session.execute(unended.order_by(contract.id).with_for_update()).mappings().all():
        end(session, dict(row), reason=reason, at=now, now=now)


def move_contracts(session: Session, from_id: str, to_id: str, *, now: datetime) -> None:
    """Let the contracts of one entry be those of another, and tell those who know them."""
    contract = service_contract.c
    those = select(service_contract).where(contract.enterprise_id == from_id).order_by(contract.id)
    for current in session.execute(those.with_for_update()).mappings().all():
        row = {**current, "enterprise_id": to_id, "version": current["version"] + 1, "updated_at": now}
        session.execute(update(service_contract).where(contract.id == row["id"]).values(row))
        if row["phase"] != "planned":
            _tell(session, row, now=now)


def contract_event(row: Mapping[str, Any]) -> ServiceContractState:
    """Return the whole state of a contract that has begun as its event."""
    event_class = ServiceContractEnded if row["phase"] == "ended" else ServiceContractStarted
    return event_class(
        contract_id=row["id"],
        enterprise_id=row["enterprise_id"],
        intermediary_id=row["intermediary_id"],
        starts_at=start_of(row["starts_on"]).isoformat(),
        ends_at=(row["ended_at"] or end_of(row["ends_on"])).isoformat(),
        services=tuple(row["services"]),
        visits_per_year=row["visits_per_year"],
        reason=row["end_reason"],
    )


def follow(session: Session, row: dict[str, Any], *, now: datetime, is_changed: bool = False) -> dict[str, Any]:
    """Let a contract be what its days say, set its next timer, and tell what became of it."""
    phase = phase_of(row["starts_on"], row["ends_on"], now=now)
    if phase == "ended":
        return end(session, row, reason=EXPIRED, at=end_of(row["ends_on"]), now=now)
    is_news = phase != row["phase"] or (is_changed and phase == "live")
    if is_changed or phase != row["phase"]:
        row = {**row, "phase": phase, "version": row["version"] + 1, "updated_at": now}
        session.execute(update(service_contract).where(service_contract.c.id == row["id"]).values(row))
    due_at = start_of(row["starts_on"]) if phase == "planned" else end_of(row["ends_on"])
    schedule(session, TIMER, row["id"], due_at=due_at)
    if is_news:
        _tell(session, row, now=now)
    return row


def end(session: Session, current: Mapping[str, Any], *, reason: str, at: datetime, now: datetime) -> dict[str, Any]:
    """End a contract of any phase at a moment, for a reason, and tell those who knew it."""
    ended = {"phase": "ended", "end_reason": reason, "ended_at": at, "version": current["version"] + 1}
    row = {**current, **ended, "updated_at": now}
    session.execute(update(service_contract).where(service_contract.c.id == row["id"]).values(row))
    cancel(session, TIMER, row["id"])
    if current["phase"] == "live":
        _tell(session, row, now=now)
    return row


def _tell(session: Session, row: Mapping[str, Any], *, now: datetime) -> None:
    event = contract_event(row)
    put_contracts(session, [(event, row["version"])])
    publish(session, event, sequence=row["version"], at=now)
