"""The board of a day: how many permits stand where, each number with the rows behind it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Integer, cast, func
from sqlalchemy.orm import Session

from services.permits.domain.permit_facts import LIVE
from services.permits.queries.permits import permits
from services.permits.tables import enterprise, permit
from shared.clock import BUSINESS_ZONE
from shared.machines import end_of
from shared.security.principal import Principal

Document = dict[str, Any]


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in China and the first after it."""
    return datetime.combine(day, time(), tzinfo=BUSINESS_ZONE), end_of(day)


def permit_board(session: Session, principal: Principal, *, day: date, wanted: Mapping[str, Any]) -> Document:
    """Return how many permits that are valid at some time of ``day`` stand in each state, by kind, level and place."""
    since, until = day_bounds(day)
    key = (permit.c.kind, permit.c.level, permit.c.state, enterprise.c.subdistrict)
    alerting = cast(func.sum(cast(permit.c.is_alerting, Integer)), Integer)
    counted = (
        permits(principal, wanted={**wanted, "since": since, "until": until})
        .with_only_columns(*key, func.count().label("count"), alerting.label("alerting"), maintain_column_froms=True)
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
        "alerting": sum(one["alerting"] for one in rows),
        "rows": rows,
    }
