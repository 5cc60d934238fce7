"""The policies of the credit grade as the bureau reads them, and who would move by another one."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.credit.domain.ratings import Policy, policy_on, rate
from services.credit.queries.ratings import facts_of, ratings
from services.credit.rules.ratings import rating_policies
from services.credit.tables import enterprise, rating
from shared.security.principal import Principal

Document = dict[str, Any]
MOST_NAMED = 200


def policy_table(*, today: date) -> Document:
    """Return every policy from the oldest on, and which one holds today."""
    policies = rating_policies()
    return {"present": policy_on(policies, today).version, "items": [policy_view(one) for one in policies]}


def policy_view(policy: Policy) -> Document:
    """Return a policy with the words of what it counts and of what moves a grade, and where it stands."""
    points = [{**_words(policy.words[fact]), "points": points} for fact, points in policy.points.items()]
    moves = [{**_words(one.words), "at_least": one.at_least, "steps": one.steps} for one in policy.moves]
    head = {name: getattr(policy, name) for name in ("version", "effective_from", "start", "months", "source")}
    return {**head, "grades": policy.grades, "points": points, "moves": moves}


def tried_out(session: Session, principal: Principal, policy: Policy, *, today: date) -> Document:
    """Return how many enterprises of the area would have each grade by ``policy`` beside today, and who would move."""
    columns = (rating.c.enterprise_id, enterprise.c.name, enterprise.c.division)
    listed = ratings(principal, wanted={}).with_only_columns(*columns).order_by(enterprise.c.name, columns[0])
    rows = session.execute(listed).all()
    facts, present = facts_of(session, [row.enterprise_id for row in rows]), policy_on(rating_policies(), today)
    before, after = (
        [rate(each, facts.get(row.enterprise_id, []), today=today).grade for row in rows] for each in (present, policy)
    )
    pairs = zip(rows, before, after, strict=True)
    moved = [{**row._asdict(), "now": now, "then": then} for row, now, then in pairs if now != then]
    grades = [{"grade": one.id, "now": before.count(one.id), "then": after.count(one.id)} for one in policy.grades]
    return {"policy": policy.version, "grades": grades, "moved": len(moved), "movers": moved[:MOST_NAMED]}


def _words(words: Any) -> dict[str, str]:
    return {"id": words.id, "zh": words.zh, "en": words.en}
