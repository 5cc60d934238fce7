"""What is recorded of enterprises that makes their credit grade, the grades of the area, and who would move."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.credit.domain.case_facts import LISTED
from services.credit.domain.penalties import NATURAL
from services.credit.domain.publicity import WITHDRAWN
from services.credit.domain.ratings import CreditFact, Policy, Rating, as_document, counts, rate
from services.credit.domain.suggestions import DISMISSED
from services.credit.queries.attestations import attested_facts, lacking, quiet_facts, standardised_facts
from services.credit.queries.enterprises import called, in_area
from services.credit.queries.rating_policies import policy_today
from services.credit.rules import case_rules
from services.credit.rules.accidents import accident_rules
from services.credit.rules.ratings import rating_policies
from services.credit.tables import accident, enterprise, listing_case, major_hazard, penalty, rating, suggestion
from shared.clock import business_date
from shared.database.bulk import among
from shared.security.principal import Principal

Document = dict[str, Any]
Facts = dict[str, list[CreditFact]]
MOST_NAMED = 200
MAJOR = "major"
TOLD = ("self_check_overdue", "self_check_refuted", "entry_refused", "hazard_overdue")


def facts_of(session: Session, enterprise_ids: Sequence[str]) -> Facts:
    """Return what is recorded of each of these enterprises."""
    found: Facts = {}
    for enterprise_id, fact in (
        *_penalties(session, enterprise_ids),
        *_accidents(session, enterprise_ids),
        *_told(session, enterprise_ids),
        *_listings(session, enterprise_ids),
        *standardised_facts(session, enterprise_ids),
        *attested_facts(session, enterprise_ids),
        *quiet_facts(session, enterprise_ids),
    ):
        found.setdefault(enterprise_id, []).append(fact)
    return found


def explained_rating(session: Session, row: Row[Any], *, today: date) -> Document:
    """Return the grade of the enterprise in ``row`` by the policy of today, with its reasons and the facts that count.

    It says too what is not known of it and therefore not counted.
    """
    policy = policy_today(session, today)
    facts = facts_of(session, [row.enterprise_id]).get(row.enterprise_id, [])
    counting = [one for one in facts if counts(policy, one, today=today)]
    shown = _rating_view(row, rate(policy, facts, today=today), policy=policy)
    return {**shown, "facts": counting, "not_counted": lacking(row.enterprise_id, facts, today=today)}


def _rating_view(row: Row[Any], rated: Rating, *, policy: Policy) -> Document:
    same = {"grade": rated.grade, "score": rated.score, "by_score": rated.by_score, "most_bonus": policy.most_bonus}
    named = {"enterprise_id": row.enterprise_id, "name": row.name, "division": row.division}
    is_own = policy.version not in {one.version for one in rating_policies()}
    of_policy = {"policy": policy.version, "is_own": is_own, "source": policy.source}
    return {**named, **same, **of_policy, "effective_from": policy.effective_from, **as_document(rated)}


def ratings(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the grades of the area; ``wanted`` filters by column, ``q`` by name or code."""
    joined = rating.join(enterprise, enterprise.c.enterprise_id == rating.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    division = given.pop("division", None)
    within = [enterprise.c.division.startswith(division, autoescape=True)] if division else []
    found = called(given.pop("q", ""))
    conditions = [*within, *found, *(rating.c[name] == value for name, value in given.items())]
    columns = (rating, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def rating_figures(session: Session, principal: Principal, *, wanted: Mapping[str, Any]) -> list[Document]:
    """Return how many enterprises have each grade, of those that the same filters list; the best grade first."""
    counted = ratings(principal, wanted=wanted).with_only_columns(rating.c.grade, func.count()).group_by(rating.c.grade)
    found = {row[0]: row[1] for row in session.execute(counted)}
    return [{"grade": one.id, "count": found.get(one.id, 0)} for one in rating_policies()[-1].grades]


def tried_out(session: Session, principal: Principal, policy: Policy, *, today: date) -> Document:
    """Return how many enterprises of the area would have each grade by ``policy`` beside today, and who would move."""
    columns = (rating.c.enterprise_id, enterprise.c.name, enterprise.c.division)
    listed = ratings(principal, wanted={}).with_only_columns(*columns).order_by(enterprise.c.name, columns[0])
    rows = session.execute(listed).all()
    facts, present = facts_of(session, [row.enterprise_id for row in rows]), policy_today(session, today)
    before, after = (
        [rate(each, facts.get(row.enterprise_id, []), today=today).grade for row in rows] for each in (present, policy)
    )
    pairs = zip(rows, before, after, strict=True)
    moved = [{**row._asdict(), "now": now, "then": then} for row, now, then in pairs if now != then]
    grades = [{"grade": one.id, "now": before.count(one.id), "then": after.count(one.id)} for one in policy.grades]
    return {"policy": policy.version, "grades": grades, "moved": len(moved), "movers": moved[:MOST_NAMED]}


def _penalties(session: Session, ids: Sequence[str]) -> list[tuple[str, CreditFact]]:
    columns = penalty.c
    own = (columns.state != WITHDRAWN, columns.subject_kind != NATURAL)
    rows = session.execute(select(penalty).where(among(session, columns.enterprise_id, ids), *own))
    return [(row.enterprise_id, CreditFact(f"penalty_{row.penalty_class}", row.decided_on, row.id)) for row in rows]


def _accidents(session: Session, ids: Sequence[str]) -> list[tuple[str, CreditFact]]:
    rows = session.execute(select(accident).where(among(session, accident.c.enterprise_id, ids)))
    kinds = [(row, _kind_of(row)) for row in rows]
    return [(row.enterprise_id, CreditFact(kind, row.occurred_on, row.id)) for row, kind in kinds if kind]


def _kind_of(row: Row[Any]) -> str:
    lightest = accident_rules().grades[-1].id
    if row.is_concealed or row.grade != lightest:
        return "grave_accident"
    return "fatal_accident" if row.deaths and row.is_mainly_responsible else ""


def _told(session: Session, ids: Sequence[str]) -> list[tuple[str, CreditFact]]:
    """What others told, unless an officer dismissed it; of a major hazard that was closed nothing is left."""
    columns = suggestion.c
    wanted = (columns.kind.in_(TOLD), columns.state != DISMISSED)
    rows = session.execute(select(suggestion).where(among(session, columns.enterprise_id, ids), *wanted)).all()
    own = (among(session, major_hazard.c.enterprise_id, ids), major_hazard.c.is_open)
    still_open = set(session.scalars(select(major_hazard.c.hazard_id).where(*own)))
    found = []
    for row in rows:
        is_major = row.details.get("level") == MAJOR
        if not is_major or row.key in still_open:
            kind = "major_hazard_overdue" if is_major else row.kind
            found.append((row.enterprise_id, CreditFact(kind, business_date(row.suggested_at), row.key)))
    return found


def _listings(session: Session, ids: Sequence[str]) -> list[tuple[str, CreditFact]]:
    columns = listing_case.c
    rows = session.execute(
        select(listing_case).where(among(session, columns.enterprise_id, ids), columns.state.in_(LISTED))
    )
    conditions = case_rules().conditions
    of_firm = [row for row in rows if conditions.condition(row.condition).names_firm]
    return [(row.enterprise_id, CreditFact("listed", row.listed_on, row.id)) for row in of_firm]
