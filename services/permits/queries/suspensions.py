"""What stands against the work of an enterprise now: open alarms, and whether it is listed."""

from typing import Any

from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.orm import Session

from services.permits.domain.suspensions import Alarm, WorkPlace, any_stops
from services.permits.rules.suspensions import suspension_rules
from services.permits.tables import alarm, listing


def open_alarms(session: Session, enterprise_id: str) -> list[Alarm]:
    """Return the alarms of an enterprise that are not over."""
    columns = alarm.c
    wanted = select(columns.level, columns.place).where(columns.enterprise_id == enterprise_id)
    return [Alarm(row.level, row.place) for row in session.execute(wanted.where(columns.cleared_at.is_(None)))]


def has_alarm(session: Session, row: Row[Any]) -> bool:
    """True while an alarm stops the work of the permit in ``row``."""
    return any_stops(suspension_rules(), open_alarms(session, row.enterprise_id), work=work_place(row))


def is_listed(enterprise_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that an enterprise is on the list of the severely untrustworthy: look at its permits."""
    columns = listing.c
    return exists().where(columns.enterprise_id == enterprise_id, columns.delisted_at.is_(None))


def work_place(row: Row[Any]) -> WorkPlace:
    """Return where the permit in ``row`` is worked."""
    return WorkPlace(row.kind, row.place_id or "", row.place)
