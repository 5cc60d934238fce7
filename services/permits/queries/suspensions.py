"""What stands against the work of an enterprise now: open alarms, and whether it is listed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.orm import Session

from services.permits.domain.suspensions import Alarm, WorkPlace, any_stops, stops
from services.permits.rules.suspensions import suspension_rules
from services.permits.tables import alarm, listing


def open_alarms(session: Session, enterprise_id: str) -> list[Alarm]:
    """Return the alarms of an enterprise that are not over."""
    columns = alarm.c
    wanted = select(columns.level, columns.place).where(columns.enterprise_id == enterprise_id)
    return [Alarm(row.level, row.place) for row in session.execute(wanted.where(columns.cleared_at.is_(None)))]


def alarm_over_at(session: Session, row: Row[Any]) -> datetime | None:
    """Return when the last alarm was over that stopped the work of the permit in ``row`` since it was applied for."""
    columns, rules, work = alarm.c, suspension_rules(), work_place(row)
    own = (columns.enterprise_id == row.enterprise_id, columns.cleared_at >= row.applied_at)
    ended = session.execute(select(columns.level, columns.place, columns.cleared_at).where(*own)).all()
    moments = [one.cleared_at for one in ended if stops(rules, Alarm(one.level, one.place), work=work)]
    return max(moments, default=None)


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
