"""Reports that are looked at again, within the caller's area, and how the intermediaries do in a half-year."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, true
from sqlalchemy.orm import Session

from services.inspections.domain.reviews import DRAWN, Sample, agreement, missing_reviews, worth_of
from services.inspections.queries.complaints import complaints
from services.inspections.queries.enterprises import in_area
from services.inspections.queries.visits import reported_in, visits, with_fault
from services.inspections.rules import rating_rules, review_rules
from services.inspections.tables import complaint, enterprise, review, sample_draw, visit, visit_flag
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class ReviewNotFound(NotFound):
    code = "review_not_found"


def reviews(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the reviews of the area, of an intermediary those of its own reports.

    ``wanted`` filters by column; with ``overdue_at`` those that nobody had decided by that moment.
    """
    joined = review.join(enterprise, enterprise.c.enterprise_id == review.c.enterprise_id)
    conditions = [_condition(name, value) for name, value in wanted.items() if value is not None]
    own = review.c.intermediary_id == principal.intermediary_id if principal.intermediary_id else true()
    columns = (review, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), own, *conditions)


def _condition(name: str, value: Any) -> ColumnElement[bool]:
    if name == "overdue_at":
        return and_(review.c.state == DRAWN, review.c.due_at <= value)
    return review.c[name] == value


def review_view(row: Row[Any], *, now: datetime) -> Document:
    """Return a review and whether its time has passed."""
    return {**row._asdict(), "is_overdue": row.state == DRAWN and row.due_at <= now}


def visible_review(session: Session, principal: Principal, review_id: str) -> Row[Any]:
    """Return one review; raises ``ReviewNotFound`` outside the area."""
    row = session.execute(reviews(principal, wanted={"id": review_id})).one_or_none()
    if row is None:
        raise ReviewNotFound("There is no such review in your area.")
    return row


def draw_of(session: Session, row: Row[Any]) -> Document:
    """Return the record of the draw of a review, and whether drawing again from it gives the same."""
    found = session.execute(select(sample_draw).where(sample_draw.c.id == row.draw_id)).one()
    sample = Sample(found.algorithm, found.seed, tuple(found.pool), found.drawn)
    drawn = session.scalars(select(review.c.visit_id).where(review.c.draw_id == found.id)).all()
    is_replayed = (sample.digest, set(sample.drawn)) == (found.pool_digest, set(drawn))
    return {**found._asdict(), "is_replayed": is_replayed}


def standings(session: Session, principal: Principal, *, half: str) -> list[Document]:
    """Return how each intermediary of the area does: reports, reviews, faults, stars, complaints, points, grade."""
    rows = _counts(session, principal, half=half)
    drawn = _grouped(
        session, reviews(principal, wanted={"half_year": half}), review.c.intermediary_id, state=review.c.state
    )
    received = complaints(principal, wanted={"half_year": half})
    complained = _grouped(session, received, complaint.c.intermediary_id, state=complaint.c.state)
    return [_standing(row, drawn.get(row.intermediary_id, {}), complained.get(row.intermediary_id, {})) for row in rows]


def _standing(row: Row[Any], drawn: Mapping[str, int], complained: Mapping[str, int]) -> Document:
    states = [state for state, count in drawn.items() for _ in range(count)]
    faults = {name: getattr(row, name) for name in rating_rules().minus}
    worth, agreed = worth_of(rating_rules(), faults), agreement(states)
    return {
        "intermediary_id": row.intermediary_id,
        "reported": row.reported,
        "stars": None if row.stars is None else round(float(row.stars), 1),
        "rated": row.rated,
        "flagged": row.flagged,
        "faults": [{"id": name, "visits": count, "points": worth.lost[name]} for name, count in faults.items()],
        "needed": missing_reviews(row.reported, 0, percent=review_rules().percent),
        "drawn": len(states),
        "decided": agreed.all,
        "refuted": agreed.all - agreed.hits,
        "agreed_share": agreed.share,
        "complaints": sum(complained.values()),
        "upheld": complained.get("upheld", 0),
        "points": worth.points,
        "grade": worth.grade,
    }


def _counts(session: Session, principal: Principal, *, half: str) -> Sequence[Row[Any]]:
    noted = select(visit_flag.c.kind).where(visit_flag.c.visit_id == visit.c.id, visit_flag.c.outcome != "dismissed")
    faults = [_count(with_fault(name)).label(name) for name in rating_rules().minus]
    counted = visits(principal, wanted={}).with_only_columns(
        visit.c.intermediary_id,
        func.count().label("reported"),
        func.avg(visit.c.stars).label("stars"),
        func.count(visit.c.stars).label("rated"),
        _count(noted.exists()).label("flagged"),
        *faults,
        maintain_column_froms=True,
    )
    wanted = counted.where(reported_in(half)).group_by(visit.c.intermediary_id)
    return session.execute(wanted.order_by(visit.c.intermediary_id)).all()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _grouped(
    session: Session, rows: Select[Any], agency: ColumnElement[str], *, state: ColumnElement[str]
) -> dict[str, dict[str, int]]:
    """Return the number of ``rows`` by intermediary and state."""
    counted = rows.with_only_columns(agency, state, func.count(), maintain_column_froms=True).group_by(agency, state)
    found: dict[str, dict[str, int]] = {}
    for intermediary_id, name, count in session.execute(counted):
        found.setdefault(intermediary_id, {})[name] = count
    return found
