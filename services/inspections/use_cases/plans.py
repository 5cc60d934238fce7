"""Annual plans: written, proposed from the risk profile, changed line by line, led to publication, in versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.plan_steps import months_left, take_plan_step
from services.inspections.domain.plans import (
    PUBLISHED,
    Capacity,
    cap_of,
    check_capacity,
    months_of,
    working_days_of,
)
from services.inspections.queries.caps import had_in_year
from services.inspections.queries.enterprises import held_id
from services.inspections.queries.plan_lines import kinds
from services.inspections.queries.plans import MUST, candidates, musts_of, pools, rivals_of, state_of
from services.inspections.queries.tasks import level_of
from services.inspections.rules import plan_rules
from services.inspections.tables import plan, plan_line, plan_step, plan_visit
from services.inspections.use_cases import keep_step
from services.inspections.use_cases.plan_months import MONTH, follow_plan
from shared.clock import business_date
from shared.contracts.inspections import EnforcementPlanPublished
from shared.database.bulk import insert_rows, upsert_rows
from shared.errors import Conflict
from shared.events.outbox import publish
from shared.ids import new_id
from shared.machines import NotAllowed, Step, clock_step, require
from shared.work.timers import schedule

DRAFT = "draft"


class PlanExists(Conflict):
    code = "plan_exists"


class PlanChanged(Conflict):
    code = "plan_changed"


class PlanFixed(Conflict):
    code = "plan_fixed"


@dataclass(frozen=True, slots=True)
class PlanHead:
    """The year, the division whose authority inspects, and the name under which it does."""

    year: int
    authority: str
    agency: str


def create_plan(session: Session, head: PlanHead, *, by: str, now: datetime) -> str:
    """Begin the plan of an authority for a year and return its id; raises ``PlanExists``, ``NotAllowed``."""
    is_ahead = bool(months_left(head.year, business_date(now)))
    require(is_ahead, NotAllowed("year_over", "This year is over: plan the present or a coming one.", field="year"))
    same = (plan.c.year == head.year, plan.c.authority == head.authority)
    number = session.scalar(select(func.coalesce(func.max(plan.c.number), 0)).where(*same)) or 0
    # The number comes first: whoever begins the plan after it was read is seen below, or has taken the number.
    if found := session.scalar(select(plan.c.id).where(*same, plan.c.is_open)):
        raise PlanExists("There is a plan already: open it, or make a new version of it.", id=found)
    row = {"year": head.year, "authority": head.authority, "agency": head.agency, "replaces": None}
    return _keep_plan(session, row | {"capacity": {}, "quotas": {}}, number=number + 1, by=by, now=now)


def revise_plan(session: Session, row: Row[Any], *, by: str, now: datetime) -> str:
    """Begin a new version of a published plan with all its lines and return its id; raises ``PlanExists``."""
    row = _held(session, row.id)
    require(row.state == PUBLISHED, NotAllowed("not_published", "Only a published plan gets a new version."))
    newer = select(plan.c.id).where(plan.c.replaces == row.id, plan.c.is_open)
    if found := session.scalar(newer):
        raise PlanExists("There is a new version already: go on with that one.", id=found)
    same = (plan.c.year == row.year, plan.c.authority == row.authority)
    number = session.scalar(select(func.max(plan.c.number)).where(*same))
    kept = {name: getattr(row, name) for name in ("year", "authority", "agency", "capacity", "quotas")}
    plan_id = _keep_plan(session, kept | {"replaces": row.id}, number=number + 1, by=by, now=now)
    columns = [column.name for column in plan_line.c if column.name != "plan_id"]
    copied = select(literal(plan_id), *(plan_line.c[name] for name in columns)).where(plan_line.c.plan_id == row.id)
    session.execute(insert(plan_line).from_select(["plan_id", *columns], copied))
    visits = session.execute(select(plan_visit).where(plan_visit.c.plan_id == row.id)).all()
    insert_rows(session, plan_visit, [{**one._asdict(), "id": new_id(), "plan_id": plan_id} for one in visits])
    return plan_id


def _keep_plan(session: Session, facts: Mapping[str, Any], *, number: int, by: str, now: datetime) -> str:
    plan_id = new_id()
    state = {"state": DRAFT, "is_open": True, "version": 1, "author": by, "submitted_by": ""}
    row = {"id": plan_id, **facts, "number": number, **state, "created_at": now, "published_at": None}
    upsert_rows(session, plan, [row], key=["year", "authority", "number"], newer="version")
    if session.scalar(select(plan.c.id).where(plan.c.id == plan_id)) is None:
        raise PlanExists("Somebody else has just begun this plan: open it.")
    return plan_id


def set_capacity(session: Session, row: Row[Any], given: Mapping[str, Any], *, based_on: int | None) -> None:
    """Keep officers, days by category and shares of a draft; raises ``NotAllowed``, ``PlanFixed``, ``PlanChanged``."""
    row = _draft(session, row.id, based_on=based_on)
    rules, shares = plan_rules(), given["shares"]
    days = (given["other_enforcement"], given["non_enforcement"])
    check_capacity(rules, Capacity(given["working_days"], given["officers"], *days))
    for level, percent in shares.items():
        least, most = rules.levels[int(level)].share or (0, 0)
        sentence = f"Draw from {least} to {most} per cent of this level."
        require(least <= percent <= most, NotAllowed("share_unusual", sentence, field=f"shares.{level}"))
    capacity = {name: value for name, value in given.items() if name != "shares"}
    _change(session, row, capacity=capacity, quotas=_quotas(session, row, shares))


def _quotas(session: Session, row: Row[Any], shares: Mapping[str, int]) -> dict[str, Any]:
    quotas = {}
    for level, pool in pools(session, row).items():
        least, _ = plan_rules().levels[level].share or (0, 0)
        percent = shares.get(str(level), row.quotas.get(str(level), {}).get("percent", least))
        quotas[str(level)] = {"percent": percent, "pool": pool, "visits": -(-pool * percent // 100)}
    return quotas


def propose_lines(session: Session, row: Row[Any], *, now: datetime) -> int:
    """Add who has to be in a draft and is not, with as many visits as the level asks for; return how many lines."""
    row = _draft(session, row.id)
    found = session.execute(candidates(row, now=now)).all()
    by_visits: dict[int, list[Row[Any]]] = {}
    had = had_in_year(session, year=row.year)
    for one in sorted(found, key=lambda one: (one.level, one.division, one.enterprise_id)):
        by_visits.setdefault(_visits_for(one.level, had.get(one.enterprise_id, 0)), []).append(one)
    left = months_left(row.year, business_date(now))
    days = working_days_of(row.year)
    weights = [number if month in left else 0 for month, number in enumerate(days, 1)]
    for visits, group in by_visits.items():
        number = len(group)
        planned = [months_of(place, number, visits=visits, weights=weights) for place in range(number)]
        _insert_lines(session, row.id, group, planned)
    _change(session, row, quotas=_quotas(session, row, {}))
    return len(found)


def _visits_for(level: int, had: int) -> int:
    """Return at least one visit, at most what the cap still leaves of the year."""
    rules = plan_rules()
    return max(min(rules.levels[level].planned or 1, cap_of(rules, level) - had), 0)


def _insert_lines(session: Session, plan_id: str, group: Sequence[Row[Any]], planned: Sequence[list[int]]) -> None:
    musts = [[name for name in plan_rules().musts if getattr(one, f"{MUST}{name}")] for one in group]
    lines = [
        {
            "plan_id": plan_id,
            "enterprise_id": one.enterprise_id,
            "kind": "key",
            "musts": why,
            "note": "",
            "visits": len(months),
            "is_joint": False,
        }
        for one, why, months in zip(group, musts, planned, strict=True)
    ]
    insert_rows(session, plan_line, lines)
    pairs = [(one.enterprise_id, month) for one, months in zip(group, planned, strict=True) for month in months]
    insert_rows(session, plan_visit, [_visit(plan_id, *pair) for pair in pairs])


def _visit(plan_id: str, enterprise_id: str, month: int) -> dict[str, Any]:
    ids = {"id": new_id(), "plan_id": plan_id, "enterprise_id": enterprise_id}
    return {**ids, "month": month, "task_id": None, "dropped": ""}


def set_line(session: Session, row: Row[Any], line: Mapping[str, Any], *, now: datetime) -> None:
    """Plan an enterprise for the ``months`` of ``line``, or leave it out when there are none.

    Who has to be in the plan is left out with a note only. Raises ``NotAllowed``, ``PlanFixed``.
    """
    row = _draft(session, row.id)
    enterprise_id, months = held_id(session, line["enterprise_id"]), sorted(set(line["months"]))
    _check_line(session, row, enterprise_id, months, now=now)
    musts = musts_of(session, enterprise_id, now=now)
    sentence = "This enterprise has to be in the plan: say why it is left out."
    is_explained = bool(months) or not musts or bool(line["note"].strip())
    require(is_explained, NotAllowed("reason_missing", sentence, field="note"))
    same = (plan_line.c.plan_id == row.id, plan_line.c.enterprise_id == enterprise_id)
    session.execute(delete(plan_line).where(*same))
    if months or musts:
        kept = {"kind": line["kind"], "musts": musts, "note": line["note"], "visits": len(months)}
        kept["is_joint"] = line["is_joint"]
        session.execute(insert(plan_line).values(plan_id=row.id, enterprise_id=enterprise_id, **kept))
    _change(session, row, quotas=_quotas(session, row, {}))


def _check_line(session: Session, row: Row[Any], enterprise_id: str, months: list[int], *, now: datetime) -> None:
    """Keep the months that are over as they are, and replace the others; raises ``NotAllowed``."""
    rivals = rivals_of(session, enterprise_id, year=row.year, authority=row.authority)
    sentence = "Another authority has this enterprise in its plan: only one level comes."
    require(not (months and rivals), NotAllowed("second_layer", sentence, authorities=sorted(rivals)))
    cap, left = cap_of(plan_rules(), level_of(session, enterprise_id)), months_left(row.year, business_date(now))
    sentence = f"At most {cap} on-site checks a year: choose fewer months."
    require(len(months) <= cap, NotAllowed("cap_exceeded", sentence, cap=cap, field="months"))
    columns = plan_visit.c
    same = (columns.plan_id == row.id, columns.enterprise_id == enterprise_id)
    before = session.execute(select(columns.month, columns.task_id).where(*same)).all()
    fixed = {one.month for one in before if one.task_id or one.month not in left}
    known = {one.month for one in before}
    is_kept = fixed <= set(months) and all(month in left for month in set(months) - known)
    sentence = "A month that is over, or whose check has been given out, stays as it is."
    require(is_kept, NotAllowed("month_over", sentence, field="months"))
    session.execute(delete(plan_visit).where(*same, columns.month.not_in(months)))
    insert_rows(session, plan_visit, [_visit(row.id, enterprise_id, month) for month in months if month not in known])


def step_plan(session: Session, row: Row[Any], *, step: Step, based_on: int | None = None) -> None:
    """Lead a plan on; raises ``StepNotPossible``, ``NotAllowed``, ``PlanChanged``."""
    row = _held(session, row.id, based_on=based_on)
    rules = plan_rules()
    transition = take_plan_step(rules.machine, state_of(session, row, now=step.now), step=step)
    changes: dict[str, Any] = {"state": transition.to, "is_open": rules.machine.states[transition.to].is_open}
    if step.event == "submit":
        changes["submitted_by"] = step.by
    if "published" in transition.tells:
        changes["published_at"] = step.now
    _change(session, row, **changes)
    version, rule = row.version + 1, transition.row
    keep_step(session, plan_step, row.id, version=version, rule=rule, step=step, state=transition.to)
    if "published" in transition.tells:
        _publish(session, row, now=step.now)


def _publish(session: Session, row: Row[Any], *, now: datetime) -> None:
    """Let the plan take the place of the version before, and its months begin."""
    if row.replaces is not None:
        step_plan(session, _held(session, row.replaces), step=clock_step("replace", now))
        follow_plan(session, row, now=now)
    schedule(session, MONTH, row.id, due_at=now)
    found = kinds(session, row.id)
    told = EnforcementPlanPublished(
        plan_id=row.id,
        authority=row.authority,
        year=row.year,
        number=row.number,
        enterprises=sum(number for number, _ in found.values()),
        visits={kind: visits for kind, (_, visits) in found.items()}
        | {"random": sum(quota["visits"] for quota in row.quotas.values())},
    )
    publish(session, told, sequence=1, at=now)


def _held(session: Session, plan_id: str, *, based_on: int | None = None) -> Row[Any]:
    row = session.execute(select(plan).where(plan.c.id == plan_id).with_for_update()).one()
    if based_on is not None and row.version != based_on:
        raise PlanChanged("Somebody has changed this plan meanwhile: read it again.", version=row.version)
    return row


def _draft(session: Session, plan_id: str, *, based_on: int | None = None) -> Row[Any]:
    row = _held(session, plan_id, based_on=based_on)
    if row.state != DRAFT:
        raise PlanFixed("Only a draft can be changed: have it returned, or make a new version.", state=row.state)
    return row


def _change(session: Session, row: Row[Any], **changes: Any) -> None:
    session.execute(update(plan).where(plan.c.id == row.id).values(version=row.version + 1, **changes))
