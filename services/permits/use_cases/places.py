"""Keep the ledger of places of an enterprise."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.permits.domain.places import PlaceExists, check_place, check_removable
from services.permits.queries.places import ledger_of, used_places
from services.permits.rules.places import place_rules
from services.permits.tables import enterprise, place
from shared.ids import new_id

FIRST: Mapping[str, Any] = {
    **dict.fromkeys(("whereabouts", "medium", "found_by"), ""),
    **dict.fromkeys(("within_id", "longitude", "latitude", "accuracy_m", "assessed_on", "risk_distance_m"), None),
    "hazards": [],
    "risk_place": "unknown",
    "radius_m": 0,
}


def hold_enterprise(session: Session, enterprise_id: str) -> None:
    """Let nobody else change the places and works of an enterprise until the transaction ends."""
    wanted = select(enterprise.c.enterprise_id).where(enterprise.c.enterprise_id == enterprise_id)
    session.execute(wanted.with_for_update())


def enter_place(session: Session, enterprise_id: str, given: Mapping[str, Any], *, by: str, now: datetime) -> str:
    """Enter a place and return its id; raises ``PlaceMalformed``, ``PlaceExists``."""
    hold_enterprise(session, enterprise_id)
    place_id = new_id()
    values = {**FIRST, **given}
    _check(session, enterprise_id, values, place_id=place_id)
    kept = {"id": place_id, "enterprise_id": enterprise_id, "version": 1, "by": by, "updated_at": now}
    session.execute(insert(place).values(**values, **kept))
    return place_id


def change_place(session: Session, row: Row[Any], changes: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Change a place; what is compared later sees it as it then is. Raises ``PlaceMalformed``, ``PlaceExists``."""
    hold_enterprise(session, row.enterprise_id)
    _check(session, row.enterprise_id, {**row._asdict(), **changes}, place_id=row.id)
    kept = {"version": row.version + 1, "by": by, "updated_at": now}
    session.execute(update(place).where(place.c.id == row.id).values(**changes, **kept))


def remove_place(session: Session, row: Row[Any], *, by: str, now: datetime) -> None:
    """Take a place out of the ledger; raises ``PlaceInUse`` while work is permitted there or places lie in it."""
    hold_enterprise(session, row.enterprise_id)
    used, ledger = used_places(session, row.enterprise_id, now=now), ledger_of(session, row.enterprise_id)
    check_removable(row.id, used=used, places=ledger.values())
    kept = {"version": row.version + 1, "by": by, "updated_at": now}
    session.execute(update(place).where(place.c.id == row.id).values(removed_at=now, **kept))


def _check(session: Session, enterprise_id: str, values: Mapping[str, Any], *, place_id: str) -> None:
    check_place(place_rules(), values, place_id=place_id, places=ledger_of(session, enterprise_id))
    columns = place.c
    same = select(columns.id).where(columns.enterprise_id == enterprise_id, columns.number == values["number"])
    if session.scalar(same.where(columns.id != place_id, columns.removed_at.is_(None)).limit(1)) is not None:
        raise PlaceExists("Another place has this number: choose another one.", field="number")
