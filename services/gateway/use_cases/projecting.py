"""Keeps ``enterprise_view`` and the counters of the map equal to what registry and risk have told.

Order on the wire is not promised: the facts of each producer carry a version of their own, an older one is
ignored, and a grade may come before its enterprise, which then waits unseen (status ``expected``) for its name.
The projection has one writer at a time, because every batch changes the same few counters of the whole district:
the lock is the row that numbers the event stream, which makes deadlocks impossible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.domain.cells import interleave, position_of
from services.gateway.domain.counting import GREY, Counted, Place, Spot, area_of, counted, differences, kind_of_place
from services.gateway.domain.flags import flags_of
from services.gateway.tables import enterprise_text, enterprise_view
from services.gateway.use_cases.counters import add_to_counters
from services.gateway.use_cases.streaming import Told, take_turn, tell
from shared.contracts.registry import EnterpriseState
from shared.contracts.risk import EnterpriseGraded
from shared.database.bulk import among, upsert_rows
from shared.events.received import Received

TOLD_ONE_BY_ONE = 50  # more changes of colour in one batch are told per subdistrict only

Held = Any  # a row of enterprise_view with the columns below
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One enterprise before and after a batch; ``None`` stands for one that is not on the map."""

    enterprise_id: str
    name: str
    division: str
    grid: str
    before: Counted | None
    after: Counted | None

    @property
    def is_recoloured(self) -> bool:
        """Whether an enterprise that had a colour now has another one; a first grade is no news."""
        if self.before is None or self.after is None or self.before.level == GREY:
            return False
        return self.before.level != self.after.level


def apply_registrations(session: Session, batch: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Take over what registry says of enterprises; older versions than the ones held change nothing."""
    take_turn(session)
    newest = _newest(batch)
    held = _held(session, newest)
    fresh = [
        received
        for subject, received in newest.items()
        if subject not in held or received.sequence > held[subject].registry_version
    ]
    rows = [_registry_facts(received, now) for received in fresh]
    upsert_rows(session, enterprise_view, rows, key=("id",))
    _write_words(session, rows, held)
    _finish(session, [_registered(held.get(row["id"]), row) for row in rows], now)


def apply_grades(session: Session, batch: Sequence[Received[EnterpriseGraded]], *, now: datetime) -> None:
    """Take over grades; a grade of an enterprise that is not known yet is kept for its arrival."""
    take_turn(session)
    newest = _newest(batch)
    held = _held(session, newest)
    fresh = [
        received
        for subject, received in newest.items()
        if subject not in held or received.sequence > held[subject].risk_version
    ]
    rows = [_risk_facts(received, now) for received in fresh]
    upsert_rows(session, enterprise_view, rows, key=("id",))
    _finish(session, [_graded(held[row["id"]], row) for row in rows if row["id"] in held], now)


def _newest(batch: Sequence[Received[Any]]) -> dict[str, Received[Any]]:
    newest: dict[str, Received[Any]] = {}
    for received in batch:
        other = newest.get(received.subject)
        if other is None or received.sequence > other.sequence:
            newest[received.subject] = received
    return newest


def _held(session: Session, subjects: Mapping[str, Any]) -> dict[str, Held]:
    view = enterprise_view.c
    rows = session.execute(
        select(
            view.id,
            view.name,
            view.uscc,
            view.address,
            view.division,
            view.grid,
            view.section,
            view.flags,
            view.level,
            view.is_provisional,
            view.kind,
            view.place,
            view.status,
            view.registry_version,
            view.risk_version,
        ).where(among(session, view.id, list(subjects)))
    )
    return {row.id: row for row in rows.all()}


def _registry_facts(received: Received[EnterpriseState], now: datetime) -> Facts:
    enterprise = received.data
    has_position = enterprise.longitude is not None and enterprise.latitude is not None
    kind = kind_of_place(enterprise.placement, enterprise.location_precision, has_position=has_position)
    return {
        "id": enterprise.enterprise_id,
        "uscc": enterprise.uscc,
        "name": enterprise.name,
        "address": enterprise.address,
        "division": enterprise.division,
        "subdistrict": enterprise.subdistrict,
        "grid": enterprise.grid,
        "industry": enterprise.industry,
        "section": enterprise.industry_section,
        "longitude": enterprise.longitude,
        "latitude": enterprise.latitude,
        "place": _place(enterprise) if kind is Place.POINT else None,
        "kind": int(kind),
        "location_precision": enterprise.location_precision,
        "placement": enterprise.placement,
        "headcount": enterprise.headcount,
        "flags": flags_of(enterprise.features),
        "supervision": enterprise.supervision,
        "status": enterprise.status,
        "registry_version": received.sequence,
        "updated_at": now,
    }


def _place(enterprise: EnterpriseState) -> int:
    assert enterprise.longitude is not None
    assert enterprise.latitude is not None
    return interleave(*position_of(enterprise.longitude, enterprise.latitude))


def _risk_facts(received: Received[EnterpriseGraded], now: datetime) -> Facts:
    grade = received.data
    return {
        "id": grade.enterprise_id,
        "level": grade.level or GREY,
        "worst_level": grade.worst_level or GREY,
        "is_provisional": grade.is_provisional,
        "score": grade.score,
        "known": grade.known,
        "total": grade.total,
        "risk_version": received.sequence,
        "updated_at": now,
    }


def _registered(held: Held | None, facts: Facts) -> Change:
    after = None
    if facts["status"] == "active":
        spot = Spot(area_of(facts["division"]), facts["section"], facts["flags"], Place(facts["kind"]), facts["place"])
        after = Counted(spot, held.level, held.is_provisional) if held else Counted(spot, GREY, True)
    return Change(
        enterprise_id=facts["id"],
        name=facts["name"],
        division=facts["division"],
        grid=facts["grid"],
        before=counted(held) if held else None,
        after=after,
    )


def _graded(held: Held, facts: Facts) -> Change:
    before = counted(held)
    after = before and before._replace(level=facts["level"], is_provisional=facts["is_provisional"])
    return Change(
        enterprise_id=held.id,
        name=held.name,
        division=held.division,
        grid=held.grid,
        before=before,
        after=after,
    )


def _write_words(session: Session, rows: Sequence[Facts], held: Mapping[str, Held]) -> None:
    texts = [
        {"id": row["id"], "words": f"{row['name']} {row['uscc']} {row['address']}".casefold()}
        for row in rows
        if not _reads_the_same(held.get(row["id"]), row)
    ]
    upsert_rows(session, enterprise_text, texts, key=("id",))


def _reads_the_same(held: Held | None, row: Facts) -> bool:
    return held is not None and (held.name, held.uscc, held.address) == (row["name"], row["uscc"], row["address"])


def _finish(session: Session, changes: Sequence[Change], now: datetime) -> None:
    visible = [change for change in changes if change.before != change.after]
    add_to_counters(session, differences((change.before, change.after) for change in visible))
    tell(session, [*_recoloured(visible), *_redrawn(visible)], now=now)


def _recoloured(changes: Sequence[Change]) -> list[Told]:
    recoloured = [change for change in changes if change.is_recoloured]
    return [_told_of(change) for change in recoloured[:TOLD_ONE_BY_ONE]]


def _told_of(change: Change) -> Told:
    assert change.before is not None
    assert change.after is not None
    return Told(
        kind="enterprise_graded",
        division=change.division,
        grid=change.grid,
        enterprise_id=change.enterprise_id,
        content={
            "enterprise_id": change.enterprise_id,
            "name": change.name,
            "level": None if change.after.level == GREY else change.after.level,
            "previous_level": None if change.before.level == GREY else change.before.level,
        },
    )


def _redrawn(changes: Sequence[Change]) -> list[Told]:
    areas: dict[str, int] = {}
    for change in changes:
        for area in {side.spot.area for side in (change.before, change.after) if side is not None}:
            areas[area] = areas.get(area, 0) + 1
    return [
        Told(kind="change", division=area, content={"subdistrict": area, "enterprises": count})
        for area, count in sorted(areas.items())
    ]
