"""Rate enterprises anew when something is recorded of them, and when something counts no more."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.credit.domain.ratings import CreditFact, Policy, as_document, next_change, rate
from services.credit.queries.enterprises import present_id
from services.credit.queries.rating_policies import policy_today
from services.credit.queries.ratings import facts_of
from services.credit.tables import enterprise, rating
from shared.clock import business_date
from shared.contracts.credit import CreditRated
from shared.database.bulk import among, upsert_rows
from shared.events.outbox import publish
from shared.machines import end_of
from shared.work.timers import cancel, schedule

CLOCK, POLICIES = "rating", "rating_policies"
AT_ONCE, PAUSE = 500, timedelta(seconds=10)


def rate_enterprises(session: Session, enterprise_ids: Iterable[str], *, now: datetime) -> None:
    """Rate these enterprises by the policy of today; who has another grade or score than before is told of."""
    ids = sorted({present_id(session, one) for one in enterprise_ids})
    entry = enterprise.c.enterprise_id
    session.execute(select(entry).where(entry.in_(ids)).order_by(entry).with_for_update()).all()
    facts, policy = facts_of(session, ids), policy_today(session, business_date(now))
    for enterprise_id in ids:
        _rate(session, enterprise_id, facts[enterprise_id], policy=policy, now=now)


def rate_again(session: Session, enterprise_ids: Iterable[str], *, now: datetime) -> None:
    """Rate those of these enterprises anew that have a grade already."""
    ids = {present_id(session, one) for one in enterprise_ids}
    known = session.scalars(select(rating.c.enterprise_id).where(among(session, rating.c.enterprise_id, ids))).all()
    if known:
        rate_enterprises(session, known, now=now)


def follow_policy(session: Session, *, now: datetime) -> None:
    """Rate anew whom another policy than that of today has rated, some at a time, and look again tomorrow."""
    today = business_date(now)
    version = policy_today(session, today).version
    stale = select(rating.c.enterprise_id).where(rating.c.policy != version).order_by(rating.c.enterprise_id)
    ids = session.scalars(stale.limit(AT_ONCE)).all()
    rate_enterprises(session, ids, now=now)
    schedule(session, POLICIES, "", due_at=now + PAUSE if len(ids) == AT_ONCE else end_of(today))


def follow_merge(session: Session, kept_id: str, merged_ids: Iterable[str], *, now: datetime) -> None:
    """Rate the entry that stays by all that has come over to it; the merged ones have no grade any more."""
    merged = sorted(merged_ids)
    rated = session.scalars(
        select(rating.c.enterprise_id).where(among(session, rating.c.enterprise_id, [kept_id, *merged]))
    ).all()
    session.execute(delete(rating).where(among(session, rating.c.enterprise_id, merged)))
    for one in merged:
        cancel(session, CLOCK, one)
    if rated:
        rate_enterprises(session, [kept_id], now=now)


def _rate(session: Session, enterprise_id: str, facts: list[CreditFact], *, policy: Policy, now: datetime) -> None:
    today = business_date(now)
    rated = rate(policy, facts, today=today)
    before = session.execute(select(rating).where(rating.c.enterprise_id == enterprise_id)).one_or_none()
    row = {
        "enterprise_id": enterprise_id,
        "version": (before.version if before else 0) + 1,
        "grade": rated.grade,
        "by_score": rated.by_score,
        "score": rated.score,
        "policy": policy.version,
        "reasons": as_document(rated),
        "rated_at": now,
    }
    if before is None or any(getattr(before, name) != row[name] for name in ("score", "policy", "grade", "reasons")):
        upsert_rows(session, rating, [row], key=["enterprise_id"])
    if before is None or (before.grade, before.score) != (row["grade"], row["score"]):
        _tell(session, row, before.grade if before else "", now=now)
    change = next_change(policy, facts, today=today)
    if change is None:
        cancel(session, CLOCK, enterprise_id)
    else:
        schedule(session, CLOCK, enterprise_id, due_at=end_of(change - timedelta(days=1)))


def _tell(session: Session, row: Mapping[str, Any], previous: str, *, now: datetime) -> None:
    event = CreditRated(
        enterprise_id=row["enterprise_id"],
        grade=row["grade"],
        score=row["score"],
        policy=row["policy"],
        previous=previous,
    )
    publish(session, event, sequence=row["version"], at=now)
