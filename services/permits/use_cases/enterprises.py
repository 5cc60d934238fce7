"""Keeps what others tell of enterprises: the register's state, what is owed, levels, major hazards, halts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.permits.tables import (
    commitment,
    declaration,
    declared_job,
    doing,
    duty_period,
    enterprise,
    halt,
    major_hazard,
    merged_enterprise,
    obligation,
    permit,
    place,
    review,
    standing,
    stop_order,
    undeclared_work,
)
from shared.contracts.inspections import HazardClosed, HazardFact, ProductionHalted, ProductionResumed
from shared.contracts.registry import EnterprisesMerged, EnterpriseState, ObligationsChanged
from shared.contracts.risk import EnterpriseGraded
from shared.database.bulk import among, insert_rows, upsert_rows
from shared.errors import NotYet
from shared.events.received import Received

ACTIVE, MAJOR = "active", "major"
# What goes over to the entry that stays; the commitment and the declaration of a day go by themselves.
# What goes over to the entry that stays; what is of a day goes by itself.
FOLLOWING = (major_hazard, halt, declared_job, undeclared_work, stop_order, review, permit, place, doing)


def keep_register_state(session: Session, received: Sequence[Received[EnterpriseState]]) -> None:
    """Take over the register's state; outdated ones change nothing."""
    rows = [_copy_of(one.data, one.sequence) for one in newest(received)]
    upsert_rows(session, enterprise, rows, key=["enterprise_id"], newer="sequence")


def keep_grades(session: Session, received: Sequence[Received[EnterpriseGraded]]) -> None:
    """Keep present levels."""
    rows = [
        {"enterprise_id": one.subject, "sequence": one.sequence, "level": one.data.level} for one in newest(received)
    ]
    upsert_rows(session, standing, rows, key=["enterprise_id"], newer="sequence")


def keep_obligations(session: Session, received: Sequence[Received[ObligationsChanged]], *, now: datetime) -> None:
    """Keep what enterprises owe, and since when that is known here."""
    rows = [
        {
            "enterprise_id": one.subject,
            "sequence": one.sequence,
            "obligations": [dict(row) for row in one.data.obligations],
        }
        for one in newest(received)
    ]
    upsert_rows(session, obligation, rows, key=["enterprise_id"], newer="sequence")
    _write_periods(session, [str(row["enterprise_id"]) for row in rows], now=now)


def _write_periods(session: Session, enterprise_ids: Sequence[str], *, now: datetime) -> None:
    """Write the periods of these enterprises anew; what was known before stays known since then."""
    period = duty_period.c
    known = {
        (row.enterprise_id, row.duty, row.starts_on): row.known_at
        for row in session.execute(select(duty_period).where(among(session, period.enterprise_id, enterprise_ids)))
    }
    session.execute(delete(duty_period).where(among(session, period.enterprise_id, enterprise_ids)))
    present = select(obligation).where(among(session, obligation.c.enterprise_id, enterprise_ids))
    rows = {}
    for owing in session.execute(present):
        for one in owing.obligations:
            key = (owing.enterprise_id, one["duty"], date.fromisoformat(one["starts_on"]))
            rows[key] = _period(key, one["ends_on"], known_at=known.get(key, now))
    insert_rows(session, duty_period, list(rows.values()))


def _period(key: tuple[str, str, date], ends_on: str | None, *, known_at: datetime) -> dict[str, Any]:
    enterprise_id, duty, starts_on = key
    return {
        "enterprise_id": enterprise_id,
        "duty": duty,
        "starts_on": starts_on,
        "ends_on": date.fromisoformat(ends_on) if ends_on else None,
        "known_at": known_at,
    }


def keep_hazards(session: Session, received: Sequence[Received[HazardFact]]) -> None:
    """Keep which major hazards are open; of one hazard the newest fact holds."""
    rows = [
        {
            "hazard_id": one.subject,
            "enterprise_id": one.data.enterprise_id,
            "sequence": one.sequence,
            "is_open": one.data.level == MAJOR and not isinstance(one.data, HazardClosed),
        }
        for one in newest(received)
    ]
    upsert_rows(session, major_hazard, rows, key=["hazard_id"], newer="sequence")


def keep_halts(session: Session, received: Sequence[Received[ProductionHalted | ProductionResumed]]) -> None:
    """Keep which orders to halt production hold."""
    rows = [
        {
            "order_id": one.subject,
            "enterprise_id": one.data.enterprise_id,
            "sequence": one.sequence,
            **_order(one.data),
        }
        for one in newest(received)
    ]
    upsert_rows(session, halt, rows, key=["order_id"], newer="sequence")


def _order(told: ProductionHalted | ProductionResumed) -> Mapping[str, Any]:
    if isinstance(told, ProductionResumed):
        return {"order_number": "", "part": "", "is_open": False}
    return {"order_number": told.order_number, "part": told.part, "is_open": True}


def follow_merge(session: Session, merge: EnterprisesMerged) -> None:
    """Let what hangs on merged entries hang on the one that stays; raises ``NotYet`` when that has not arrived.

    Of two commitments of one day both stay, each with the entry that made it.
    """
    kept_id, entry = merge.enterprise_id, enterprise.c.enterprise_id
    if session.scalar(select(entry).where(entry == kept_id).with_for_update()) is None:
        raise NotYet(f"enterprise:{kept_id}")
    for merged_id in sorted(merge.merged_ids):
        upsert_rows(session, merged_enterprise, [{"merged_id": merged_id, "kept_id": kept_id}], key=["merged_id"])
        chained = update(merged_enterprise).where(merged_enterprise.c.kept_id == merged_id)
        session.execute(chained.values(kept_id=kept_id))
        for table in FOLLOWING:
            session.execute(update(table).where(table.c.enterprise_id == merged_id).values(enterprise_id=kept_id))
        for daily in (commitment, declaration):
            days = select(daily.c.day).where(daily.c.enterprise_id == kept_id)
            free = (daily.c.enterprise_id == merged_id, daily.c.day.not_in(days.scalar_subquery()))
            session.execute(update(daily).where(*free).values(enterprise_id=kept_id))


def newest(received: Sequence[Received[Any]]) -> list[Received[Any]]:
    """Return the last word about each subject, in the order of the subjects."""
    last = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    return [last[subject] for subject in sorted(last)]


def _copy_of(state: EnterpriseState, sequence: int) -> dict[str, Any]:
    same = ("name", "division", "subdistrict", "grid", "industry", "longitude", "latitude", "location_precision",
            "supervision", "headcount")  # fmt: skip
    return {
        "enterprise_id": state.enterprise_id,
        "sequence": sequence,
        **{name: getattr(state, name) for name in same},
        "is_active": state.status == ACTIVE,
        "features": sorted(name for name, fact in state.features.items() if fact["value"] == "yes"),
    }
