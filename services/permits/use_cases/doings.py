"""Say what is done without a permit, so that permits are compared with it, and when it is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.permits.queries.conflicts import refuse_forbidden
from services.permits.queries.doings import known_doing
from services.permits.queries.places import place_of
from services.permits.tables import doing
from services.permits.use_cases.places import hold_enterprise
from shared.errors import Conflict, Refused
from shared.ids import new_id


class DoingEnded(Conflict):
    code = "doing_ended"


class DoingMalformed(Refused):
    code = "doing_malformed"


def plan_doing(session: Session, enterprise_id: str, given: Mapping[str, Any], *, by: str, now: datetime) -> str:
    """Enter a doing and return its id; raises ``WorkForbidden`` when a permitted work forbids it (I2–I8).

    ``given`` names the place in the ledger, or a position. Raises ``DoingMalformed``, ``PlaceMalformed``.
    """
    hold_enterprise(session, enterprise_id)
    _check(session, enterprise_id, given, now=now)
    values = {"id": new_id(), "enterprise_id": enterprise_id, **given, "by": by, "ended_by": "", "created_at": now}
    session.execute(insert(doing).values(**values))
    row = session.execute(select(doing).where(doing.c.id == values["id"])).one()
    refuse_forbidden(session, enterprise_id, known_doing(row))
    return str(values["id"])


def end_doing(session: Session, row: Row[Any], *, by: str, now: datetime) -> None:
    """Say that a doing is over, or does not take place; raises ``DoingEnded`` when it was before."""
    if row.ends_at <= now:
        raise DoingEnded("This is over already.")
    hold_enterprise(session, row.enterprise_id)
    session.execute(update(doing).where(doing.c.id == row.id).values(ends_at=now, ended_by=by))


def _check(session: Session, enterprise_id: str, given: Mapping[str, Any], *, now: datetime) -> None:
    if given["ends_at"] <= max(given["starts_at"], now):
        raise DoingMalformed("It ends after it has begun, and not in the past.", field="ends_at")
    if given["place_id"] is None and given.get("longitude") is None:
        raise DoingMalformed("Choose a place, or a position on the map.", field="place_id")
    if given["place_id"]:
        place_of(session, enterprise_id, given["place_id"])
