"""Watch an enterprise more closely (重点监管对象): an order within the bureau, without any effect elsewhere."""

from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.credit.tables import watched
from shared.clock import business_date
from shared.errors import Conflict, Refused
from shared.ids import new_id
from shared.machines.machine import end_of
from shared.work.timers import cancel, schedule

WATCH_END = "watch_end"


class WatchedAlready(Conflict):
    code = "watched_already"


class WatchEnded(Conflict):
    code = "watch_ended"


class WatchTooLong(Refused):
    code = "watch_too_long"


def watch(session: Session, enterprise_id: str, *, reason: str, until: date, by: str, now: datetime) -> str:
    """Begin to watch an enterprise until a day and return its id; raises ``WatchedAlready``, ``WatchTooLong``."""
    today = business_date(now)
    if not 0 < (until - today).days <= 366:
        raise WatchTooLong("Name a last day within a year: who is watched longer is looked at again first.")
    columns = watched.c
    open_one = select(columns.id).where(columns.enterprise_id == enterprise_id, columns.is_open)
    if session.scalar(open_one):
        raise WatchedAlready("This enterprise is watched already.")
    watched_id = new_id()
    named = {"id": watched_id, "enterprise_id": enterprise_id, "reason": reason, "since": today, "until": until}
    session.execute(insert(watched).values(**named, by=by, is_open=True, ended_because=""))
    schedule(session, WATCH_END, watched_id, due_at=end_of(until))
    return watched_id


def end_watch(session: Session, watched_id: str, *, reason: str, now: datetime) -> None:
    """End the watch over an enterprise; raises ``WatchEnded``."""
    row = session.execute(select(watched).where(watched.c.id == watched_id).with_for_update()).one()
    if not row.is_open:
        raise WatchEnded("This watch has ended already.")
    ended = {"is_open": False, "ended_on": business_date(now), "ended_because": reason}
    session.execute(update(watched).where(watched.c.id == watched_id).values(**ended))
    cancel(session, WATCH_END, watched_id)


def end_by_itself(session: Session, watched_id: str, *, now: datetime) -> None:
    """End a watch whose last day has passed; called by the timer."""
    row = session.execute(select(watched).where(watched.c.id == watched_id)).one()
    if row.is_open:
        end_watch(session, watched_id, reason="until", now=now)
