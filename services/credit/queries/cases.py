"""Cases of the list within the caller's area: lists, one with all that happened, and what the steps look at."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from services.credit.domain.case_conditions import Accident
from services.credit.domain.case_facts import CANDIDATE, Case, CaseRules, Penalty, Person
from services.credit.domain.case_guards import REVIEW_PARTS
from services.credit.domain.cases import allowed_case_steps
from services.credit.domain.limits import CaseDays, Deadline, deadlines, early_from
from services.credit.domain.publicity import WITHDRAWN
from services.credit.domain.restrictions import LIFT_REQUESTED
from services.credit.queries.enterprises import in_area
from services.credit.queries.limits import standing_of
from services.credit.rules import case_rules
from services.credit.tables import (
    enterprise,
    listing_case,
    listing_delivery,
    listing_person,
    listing_step,
    penalty,
    penalty_step,
    restriction,
)
from shared.clock import business_date
from shared.errors import NotFound
from shared.machines import Step
from shared.machines.telling import machine_table
from shared.security.personal import mask_identity_card, mask_name, vault_of
from shared.security.principal import Principal

Document = dict[str, Any]
NAME_FIELD, IDENTITY_FIELD = "listing_person.name", "listing_person.identity"
NEVER_LISTED = ("not_listed", "revoked")


class CaseNotFound(NotFound):
    code = "case_not_found"


def cases(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the cases of the area; ``wanted`` filters by column, None by nothing.

    An enterprise sees those of which it was given notice.
    """
    joined = listing_case.join(enterprise, enterprise.c.enterprise_id == listing_case.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    division = given.pop("division", None)
    within = [enterprise.c.division.startswith(division, autoescape=True)] if division else []
    same = [listing_case.c[name] == value for name, value in given.items()]
    columns = (enterprise.c.name, enterprise.c.uscc, enterprise.c.address, enterprise.c.division, enterprise.c.industry)
    return (
        select(listing_case, *columns, *penalty_withdrawn())
        .select_from(joined)
        .where(in_area(principal), *known_to(principal), *within, *same)
    )


def known_to(principal: Principal) -> list[ColumnElement[bool]]:
    """Return the conditions of the cases of which who asks may know: the party hears of a case by its notice."""
    noticed = select(listing_step.c.case_id).where(
        listing_step.c.case_id == listing_case.c.id, listing_step.c.event == "issue_notice"
    )
    return [noticed.correlate(listing_case).exists()] if principal.enterprise_id else []


def penalty_withdrawn() -> tuple[ColumnElement[Any], ...]:
    """Return the columns that say whether the penalty behind a case was withdrawn since, and when."""
    withdrawn = select(penalty.c.id).where(penalty.c.id == listing_case.c.penalty_id, penalty.c.state == WITHDRAWN)
    step = penalty_step.c
    at = select(step.at).where(step.penalty_id == listing_case.c.penalty_id, step.state == WITHDRAWN)
    return (
        withdrawn.correlate(listing_case).exists().label("penalty_withdrawn"),
        at.correlate(listing_case).scalar_subquery().label("penalty_withdrawn_at"),
    )


def visible_case(session: Session, principal: Principal, case_id: str) -> Row[Any]:
    """Return one case with its firm; raises ``CaseNotFound`` outside the area."""
    row = session.execute(cases(principal, wanted={"id": case_id})).one_or_none()
    if row is None:
        raise CaseNotFound("There is no such case in your area.")
    return row


def persons_of(session: Session, case_id: str) -> list[Document]:
    """Return the people whom a case names, masked; never more leaves the database with a case."""
    rows = session.execute(
        select(listing_person).where(listing_person.c.case_id == case_id).order_by(listing_person.c.id)
    )
    return [{"id": row.id, "role": row.role, **_masked(session, row)} for row in rows]


def _masked(session: Session, row: Row[Any]) -> Document:
    name, identity = unsealed(session, row)
    return {"name": mask_name(name), "identity": mask_identity_card(identity)}


def unsealed(session: Session, row: Row[Any]) -> tuple[str, str]:
    """Return name and number of a person in full: for the decision on paper and the public name only."""
    vault = vault_of(session)
    return (
        vault.decrypt(row.sealed_name, field=NAME_FIELD),
        vault.decrypt(row.sealed_identity, field=IDENTITY_FIELD),
    )


def case_days(row: Row[Any]) -> CaseDays:
    """Return the days that a case counts from."""
    names = ("notice_served_on", "decided_on", "applied_on", "accepted_on", "removal_on", "listed_on", "managed_until")
    return CaseDays(
        **{name: getattr(row, name) for name in names},
        proposed_on=business_date(row.proposed_at),
        withdrawn_on=business_date(row.penalty_withdrawn_at) if row.penalty_withdrawn_at else None,
        is_system_updated=row.is_system_updated,
    )


def _noticed_on(session: Session, case_id: str) -> date | None:
    """Return the day on which the notice was issued."""
    columns = listing_step.c
    wanted = select(columns.at).where(columns.case_id == case_id, columns.event == "issue_notice")
    issued_at = session.scalar(wanted)
    return business_date(issued_at) if issued_at else None


def case_at(session: Session, row: Row[Any]) -> Case:
    """Return a case as the guards see it; ``row`` comes with its firm. A penalty that was withdrawn holds no more."""
    kept = penalty_of(row.penalty)
    people = persons_of(session, row.id)
    return Case(
        state=row.state,
        condition=case_rules().conditions.condition(row.condition),
        penalty=replace(kept, is_effective=kept.is_effective and not row.penalty_withdrawn),
        industry=row.industry,
        accidents=accidents_of(row.accidents),
        proposed_by=row.proposed_by,
        persons=tuple(Person(one["id"], one["role"], one["name"], one["identity"]) for one in people),
        days=replace(case_days(row), noticed_on=_noticed_on(session, row.id)),
        has_statement=bool(row.statement),
        removal=row.removal,
        ban_until=row.ban_until,
        relapsed=_has_relapsed(session, row),
        published=public_fields(row),
        open_restrictions=_unlifted(session, row.listing_id),
    )


def penalty_of(document: Mapping[str, Any]) -> Penalty:
    """Return a penalty as it is kept with a case."""
    return Penalty(**{**document, "decided_on": date.fromisoformat(document["decided_on"])})


def accidents_of(documents: Sequence[Mapping[str, Any]]) -> tuple[Accident, ...]:
    """Return accidents as they are kept with a case."""
    return tuple(Accident(one["grade"], date.fromisoformat(one["occurred_on"])) for one in documents)


def public_fields(row: Row[Any]) -> Document:
    """Return what the order publishes of a firm (第十二条)."""
    fields = {name: getattr(row, name) for name in ("name", "address", "uscc", "managed_until")}
    return {**fields, "decided_by": case_rules().department}


def _has_relapsed(session: Session, row: Row[Any]) -> bool:
    """Return whether a newer case is open or has led onto the list: early removal is for who did nothing since."""
    columns = listing_case.c
    newer = (columns.enterprise_id == row.enterprise_id, columns.id > row.id)
    wanted = select(func.count()).select_from(listing_case).where(*newer)
    return bool(session.scalar(wanted.where(columns.state.not_in((CANDIDATE, *NEVER_LISTED)))))


def _unlifted(session: Session, listing_id: str | None) -> int:
    columns = restriction.c
    wanted = select(func.count()).where(columns.listing_id == listing_id, columns.state == LIFT_REQUESTED)
    return session.scalar(wanted) or 0


def due_of(rules: CaseRules, row: Row[Any]) -> list[Deadline]:
    """Return what is due for a case, the nearest first."""
    limits = rules.limits_on(row.decided_on or business_date(row.proposed_at))
    return deadlines(limits, row.state, days=case_days(row))


def case_view(row: Row[Any], *, now: datetime) -> Document:
    """Return a case for a list: its state in words, what is due and whether it is late."""
    rules, today = case_rules(), business_date(now)
    state, condition = rules.machine.states[row.state], rules.conditions.condition(row.condition)
    due = [_due_view(one, today=today) for one in due_of(rules, row)]
    return {
        **row._asdict(),
        "state_zh": state.zh,
        "state_en": state.en,
        "condition_zh": condition.zh,
        "condition_en": condition.en,
        "clause": condition.source.clause,
        "deadlines": due,
        "is_late": any(one["is_late"] for one in due),
        "early_from": early_from(rules.limits_on(row.decided_on), row.listed_on) if row.listed_on else None,
    }


def _due_view(one: Deadline, *, today: date) -> Document:
    standing = standing_of(f"case_{one.step}", one.due_on, today=today)
    return {"step": one.step, "due_on": one.due_on, "is_late": one.due_on < today, **standing}


def whole_case(session: Session, row: Row[Any], *, asked: Step) -> Document:
    """Return a case with its people, deliveries, steps, and what who ``asked`` may do."""
    steps = select(listing_step).where(listing_step.c.case_id == row.id).order_by(listing_step.c.version)
    deliveries = select(listing_delivery).where(listing_delivery.c.case_id == row.id).order_by(listing_delivery.c.id)
    return {
        **case_view(row, now=asked.now),
        "persons": persons_of(session, row.id),
        "deliveries": session.execute(deliveries).all(),
        "steps": session.execute(steps).all(),
        "allowed": allowed_case_steps(case_rules(), case_at(session, row), asked=asked),
    }


def as_party(shown: Document) -> Document:
    """Return a case without legal review and collective decision, which stay within the bureau."""
    steps = [{**one._asdict(), "given": _without_review(one.given)} for one in shown.get("steps", ())]
    return {**shown, "decision": _without_review(shown["decision"]), "steps": steps}


def _without_review(given: Mapping[str, Any]) -> Document:
    return {name: value for name, value in given.items() if name not in REVIEW_PARTS}


def condition_table() -> Document:
    """Return the acts of the order, its states and steps with their clauses, and the limits."""
    rules = case_rules()
    limits = rules.limits[-1]
    working_days = ("defence", "serve", "record", "publish", "accept", "verify", "system", "lift", "correct")
    return {
        **machine_table(rules.machine),
        "conditions": [_condition_view(one) for one in rules.conditions.conditions.values()],
        "limits": {
            **{name: getattr(limits, name).amount for name in working_days},
            "decide_days": limits.decide.amount,
            "period_months": limits.period_months,
            "early_months": limits.early_months,
            "effective_from": limits.effective_from,
        },
    }


def _condition_view(one: Any) -> Document:
    names = ("code", "zh", "en", "persons", "names_firm", "confirms")
    source = {"clause": one.source.clause, "status": one.source.status}
    return {**{name: getattr(one, name) for name in names}, **source, "needs_accidents": one.accidents is not None}
