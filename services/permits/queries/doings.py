"""Doings without a permit (venting, draining, spraying, …) in the caller's area."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.permits.domain.conflicts import Work
from services.permits.queries.enterprises import in_area
from services.permits.queries.places import spot_of
from services.permits.rules.interlocks import interlocks
from services.permits.tables import doing, enterprise, place
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class DoingNotFound(NotFound):
    code = "doing_not_found"


def doings(principal: Principal, *, wanted: Mapping[str, Any], now: datetime | None = None) -> Select[Any]:
    """Return the statement that reads the doings of the area; ``is_open``: not yet over ``now``."""
    joined = doing.join(enterprise, enterprise.c.enterprise_id == doing.c.enterprise_id)
    joined = joined.outerjoin(place, place.c.id == doing.c.place_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = [doing.c[name] == value for name, value in given.items() if name in doing.c]
    if "is_open" in given:
        ends_at = doing.c.ends_at
        conditions.append(ends_at > now if given["is_open"] else ends_at <= now)
    columns = (doing, enterprise.c.name, place.c.number.label("place_number"), place.c.title.label("place_title"))
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_doing(session: Session, principal: Principal, doing_id: str) -> Row[Any]:
    """Return one doing; raises ``DoingNotFound`` outside the area."""
    row = session.execute(doings(principal, wanted={"id": doing_id})).one_or_none()
    if row is None:
        raise DoingNotFound("There is no such doing in your area.")
    return row


def doing_view(row: Row[Any], *, now: datetime) -> Document:
    """Return a doing with the name of its kind, and whether it still lasts or is to come."""
    zh, en = interlocks().doings[row.kind]
    shown = {**row._asdict(), "location": spot_of(row)}
    return {**shown, "kind_zh": zh, "kind_en": en, "is_open": row.ends_at > now}


def doing_table() -> Document:
    """Return the kinds of doings that count beside permits."""
    rules = interlocks()
    return {
        "version": rules.version,
        "kinds": [{"id": id_, "zh": zh, "en": en} for id_, (zh, en) in rules.doings.items()],
    }


def works_without_permit(session: Session, enterprise_id: str, *, between: tuple[datetime, datetime]) -> list[Work]:
    """Return the doings of an enterprise at some moment of the time ``between``, without those that were ended."""
    first, last = between
    columns = doing.c
    is_then = (columns.ends_at > first, columns.starts_at < last)
    wanted = select(doing).where(columns.enterprise_id == enterprise_id, columns.ended_by == "", *is_then)
    return [known_doing(row) for row in session.execute(wanted.order_by(columns.id))]


def known_doing(row: Row[Any]) -> Work:
    """Return a stored doing as the interlocks see it."""
    return Work(row.id, row.kind, row.starts_at, row.ends_at, place_id=row.place_id or "", spot=spot_of(row))
