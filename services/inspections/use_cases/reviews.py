"""Draw the reports that are looked at again, by hand or at the end of a half-year, and keep what was seen."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.reviews import DRAWN, Sample, check_decision, half_of, missing_reviews, moments_of
from services.inspections.queries.visits import reported_in
from services.inspections.rules import review_rules
from services.inspections.tables import review, sample_draw, visit
from shared.clock import business_date
from shared.errors import Conflict
from shared.ids import new_id
from shared.machines import Step
from shared.work.timers import schedule

SAMPLE_DUE = "sample_due"


class ReviewChanged(Conflict):
    code = "review_changed"


def expect_sample(session: Session, intermediary_id: str, *, now: datetime) -> None:
    """Let the clock draw what is missing when the half-year of a report ends."""
    half = half_of(business_date(now))
    schedule(session, SAMPLE_DUE, f"{half} {intermediary_id}", due_at=moments_of(half)[1])


def draw_sample(session: Session, half: str, intermediary_id: str, *, by: str, now: datetime) -> int:
    """Draw as many reports of an intermediary as are missing from the share of a half-year; return how many.

    The seed is made here and kept with the pool, so that anybody can draw again.
    """
    rules = review_rules()
    own = (visit.c.intermediary_id == intermediary_id, reported_in(half))
    reported = session.execute(select(visit).where(*own).order_by(visit.c.id).with_for_update()).all()
    drawn = set(session.scalars(select(review.c.visit_id).where(*_same(half, intermediary_id))))
    count = missing_reviews(len(reported), len(drawn), percent=rules.percent)
    if not count:
        return 0
    by_id = {row.id: row for row in reported if row.id not in drawn}
    sample = Sample(rules.algorithm, secrets.token_hex(16), tuple(by_id), count)
    draw = {
        "id": new_id(),
        "half_year": half,
        "intermediary_id": intermediary_id,
        "algorithm": sample.algorithm,
        "seed": sample.seed,
        "pool": list(sample.pool),
        "pool_digest": sample.digest,
        "drawn": count,
        "reported": len(reported),
        "percent": rules.percent,
        "by": by,
        "at": now,
    }
    session.execute(insert(sample_draw).values(**draw))
    rows = [_new_review(draw, by_id[visit_id], due_at=rules.due.after(now)) for visit_id in sample.drawn]
    session.execute(insert(review), rows)
    return len(rows)


def decide_review(session: Session, review_id: str, *, step: Step, based_on: int | None = None) -> None:
    """Keep what was seen when a report was looked at again.

    Raises ``AlreadyReviewed``, ``NotAllowed``, ``ReviewChanged``.
    """
    row = session.execute(select(review).where(review.c.id == review_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise ReviewChanged("Somebody has changed this review meanwhile: read it again.", version=row.version)
    state = check_decision(review_rules(), state=row.state, step=step)
    decided = {
        "state": state,
        "version": row.version + 1,
        "ground": step.given.get("ground", "") if step.event == "refute" else "",
        "remark": step.given["remark"],
        "photos": list(step.given.get("photos", ())),
        "by": step.by,
        "decided_at": step.now,
    }
    session.execute(update(review).where(review.c.id == review_id).values(**decided))


def _same(half: str, intermediary_id: str) -> tuple[Any, ...]:
    return review.c.half_year == half, review.c.intermediary_id == intermediary_id


def _new_review(draw: dict[str, Any], row: Row[Any], *, due_at: datetime) -> dict[str, Any]:
    same = ("half_year", "intermediary_id")
    return {
        "id": new_id(),
        "draw_id": draw["id"],
        "visit_id": row.id,
        "enterprise_id": row.enterprise_id,
        **{name: draw[name] for name in same},
        "state": DRAWN,
        "version": 1,
        "due_at": due_at,
        "ground": "",
        "remark": "",
        "photos": [],
        "by": "",
    }
