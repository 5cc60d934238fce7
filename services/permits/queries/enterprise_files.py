"""The file of an enterprise: its permits, what it promised in a month, what was stopped, its places."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.permits.queries.commitments import commitments
from services.permits.queries.permits import permit_view, permits
from services.permits.queries.places import places
from services.permits.queries.stop_orders import stop_orders
from services.permits.rules.places import place_rules
from services.permits.rules.stop_orders import stop_order_rules
from services.permits.tables import commitment, permit, stop_order
from shared.security.principal import Principal

Document = dict[str, Any]
DAYS = 30
MOST_OPEN, MOST_ENDED, MOST_ORDERS = 20, 5, 5


def work_in_file(session: Session, principal: Principal, enterprise_id: str) -> Document:
    """Return how many permits are open and live, the open ones (live ones first), and those that ended last."""
    own = permits(principal, wanted={"enterprise_id": enterprise_id})
    counts = own.with_only_columns(func.count(), func.count().filter(permit.c.is_live), maintain_column_froms=True)
    is_open, live = session.execute(counts.where(permit.c.is_open)).one()
    order = (permit.c.is_live.desc(), permit.c.ends_at, permit.c.id)
    running = session.execute(own.where(permit.c.is_open).order_by(*order).limit(MOST_OPEN)).all()
    ended = session.execute(own.where(~permit.c.is_open).order_by(permit.c.id.desc()).limit(MOST_ENDED)).all()
    rows = {"open": running, "ended": ended}
    shown = {name: [permit_view(row) for row in found] for name, found in rows.items()}
    return {"open_count": is_open, "live_count": live, **shown}


def month_in_file(session: Session, principal: Principal, enterprise_id: str, *, today: date) -> Document:
    """Return the commitments of the last 30 days, the newest first, and how many were on time, late and missed."""
    since = today - timedelta(days=DAYS - 1)
    names = ("id", "day", "is_owed", "is_nil", "is_late", "is_missed", "is_disputed", "signed_at")
    own = commitments(principal, wanted={"enterprise_id": enterprise_id})
    wanted = own.with_only_columns(*(commitment.c[name] for name in names), maintain_column_froms=True)
    day = commitment.c.day
    rows = session.execute(wanted.where(day >= since, day <= today).order_by(day.desc())).all()
    return {
        "since": since,
        "made": sum(1 for row in rows if row.signed_at and not row.is_late),
        "late": sum(1 for row in rows if row.is_late),
        "missed": sum(1 for row in rows if row.is_missed),
        "days": [row._asdict() for row in rows],
    }


def orders_in_file(session: Session, principal: Principal, enterprise_id: str) -> Document:
    """Return how many orders against the enterprise are open, and the newest ones."""
    own, states = stop_orders(principal, wanted={"enterprise_id": enterprise_id}), stop_order_rules().machine.states
    counted = own.with_only_columns(func.count(), maintain_column_froms=True).where(stop_order.c.is_open)
    rows = session.execute(own.order_by(stop_order.c.id.desc()).limit(MOST_ORDERS)).all()
    items = [{**row._asdict(), "state_zh": states[row.state].zh, "state_en": states[row.state].en} for row in rows]
    return {"open_count": session.scalar(counted) or 0, "items": items}


def places_in_file(session: Session, principal: Principal, enterprise_id: str) -> Document:
    """Return how many places the ledger has by kind, and how many of them have a position."""
    own = places(principal, wanted={"enterprise_id": enterprise_id}).subquery()
    columns = (own.c.kind, func.count().label("count"), func.count(own.c.longitude).label("located"))
    rows = session.execute(select(*columns).group_by(own.c.kind).order_by(own.c.kind)).all()
    known = place_rules().kinds
    kinds = [{**row._asdict(), "zh": known[row.kind].zh, "en": known[row.kind].en} for row in rows]
    return {"count": sum(one["count"] for one in kinds), "kinds": kinds}
