"""The board of a day: how many permits stand where, each number with the rows behind it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func
from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import LIVE
from services.permits.queries.enterprises import start_of
from services.permits.queries.permits import LISTED, permits
from services.permits.tables import enterprise, permit
from shared.machines import end_of
from shared.security.principal import Principal

Document = dict[str, Any]
MARKS: Mapping[str, ColumnElement[bool]] = {"alerting": permit.c.is_alerting, "listed": LISTED}


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in China and the first after it."""
    return start_of(day), end_of(day)


def _count_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.sum(cast(condition, Integer)), Integer)


def permit_board(session: Session, principal: Principal, *, day: date, wanted: Mapping[str, Any]) -> Document:
    """Return how many permits that are valid at some time of ``day`` stand in each state, by kind, level and place."""
    since, until = day_bounds(day)
    key = (permit.c.kind, permit.c.level, permit.c.state, enterprise.c.subdistrict)
    alerting, listed = (_count_of(condition).label(name) for name, condition in MARKS.items())
    counted = (
        permits(principal, wanted={**wanted, "since": since, "until": until})
        .with_only_columns(*key, func.count().label("count"), alerting, listed, maintain_column_froms=True)
        .group_by(*key)
        .order_by(*key)
    )
    rows = [one._asdict() for one in session.execute(counted).all()]
    return {
        "day": day,
        "since": since,
        "until": until,
        "total": sum(one["count"] for one in rows),
        "live": sum(one["count"] for one in rows if one["state"] in LIVE),
        **{name: sum(one[name] for one in rows) for name in MARKS},
        "rows": rows,
    }
