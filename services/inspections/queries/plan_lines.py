"""A plan in its figures and lines: capacity, months, which visits wait, run or are done, what a version changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session

from services.inspections.domain.plan_steps import allowed_plan_steps
from services.inspections.domain.plans import DRAW, MONTHS, cap_of, monthly_split, split_days, working_days_of
from services.inspections.queries import in_state, steps_of
from services.inspections.queries.caps import falls_in, is_on_site
from services.inspections.queries.enterprises import in_area
from services.inspections.queries.plans import (
    DONE,
    STANDS,
    UNGRADED,
    capacity_of,
    most_of,
    over_cap,
    state_of,
)
from services.inspections.rules import plan_rules
from services.inspections.tables import enterprise, plan_line, plan_step, plan_visit, standing, task
from shared.calendar import is_arranged
from shared.machines import Step
from shared.security.principal import Principal

Document = dict[str, Any]
Condition = ColumnElement[bool]
MOST_CHANGES = 200
RANK = func.coalesce(standing.c.level, UNGRADED).label("rank")


def stand() -> ColumnElement[str]:
    """Return how a visit stands, as an expression over ``plan_visit`` and its ``task``."""
    return case(
        (plan_visit.c.dropped != "", "dropped"),
        (plan_visit.c.task_id.is_(None), "waiting"),
        (task.c.state.in_(DONE), "done"),
        (task.c.is_overdue & task.c.is_open, "overdue"),
        (task.c.is_open, "running"),
        else_="ended",
    )


def lines(principal: Principal, *, plan_id: str, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the lines of a plan in the own area, the worst level first."""
    joined = plan_line.join(enterprise, enterprise.c.enterprise_id == plan_line.c.enterprise_id)
    joined = joined.outerjoin(standing, standing.c.enterprise_id == plan_line.c.enterprise_id)
    named = (enterprise.c.name, enterprise.c.division, enterprise.c.industry, standing.c.level)
    conditions = [_CONDITIONS[name](value) for name, value in wanted.items() if name in _CONDITIONS and value]
    if wanted.get("month") or wanted.get("stand"):
        conditions.append(_has_visit(wanted.get("month"), wanted.get("stand")))
    is_over = over_cap().label("is_over_cap")
    own = (plan_line.c.plan_id == plan_id, in_area(principal))
    return select(plan_line, *named, RANK, is_over).select_from(joined).where(*own, *conditions)


def _has_visit(month: int | None, wanted: str | None) -> Condition:
    visits = select(plan_visit.c.id).outerjoin(task, task.c.id == plan_visit.c.task_id)
    visits = visits.where(
        plan_visit.c.plan_id == plan_line.c.plan_id, plan_visit.c.enterprise_id == plan_line.c.enterprise_id
    )
    visits = visits.where(plan_visit.c.month == month) if month else visits
    return (visits.where(stand() == wanted) if wanted else visits).exists()


_CONDITIONS: Mapping[str, Callable[[Any], Condition]] = {
    "kind": lambda kind: plan_line.c.kind == kind,
    "q": lambda text: enterprise.c.name.contains(text, autoescape=True),
    "left_out": lambda _: plan_line.c.visits == 0,
    "over_cap": lambda _: over_cap(),
    "enterprise_id": lambda one: plan_line.c.enterprise_id == one,
}


def line_views(session: Session, rows: Sequence[Row[Any]]) -> list[Document]:
    """Return lines with their cap and their visits."""
    visits: dict[str, list[Document]] = {}
    if rows:
        ids = [row.enterprise_id for row in rows]
        own = (plan_visit.c.plan_id == rows[0].plan_id, plan_visit.c.enterprise_id.in_(ids))
        joined = plan_visit.outerjoin(task, task.c.id == plan_visit.c.task_id)
        wanted = select(plan_visit, stand().label("stand")).select_from(joined).where(*own)
        for row in session.execute(wanted.order_by(plan_visit.c.month)):
            visits.setdefault(row.enterprise_id, []).append(row._asdict())
    rules = plan_rules()
    return [
        {**row._asdict(), "cap": cap_of(rules, row.level), "months": visits.get(row.enterprise_id, [])} for row in rows
    ]


def months(session: Session, row: Row[Any], *, quota: int, weights: Sequence[int]) -> list[Document]:
    """Return for each month the visits by how they stand, and how many are to be drawn and were drawn by lot then."""
    joined = plan_visit.outerjoin(task, task.c.id == plan_visit.c.task_id)
    named = stand().label("stand")
    counted = select(plan_visit.c.month, named, func.count()).select_from(joined)
    counted = counted.where(plan_visit.c.plan_id == row.id).group_by(plan_visit.c.month, named)
    found = {(month, name): number for month, name, number in session.execute(counted)}
    drawn, made = monthly_split(quota, weights), _drawn_by_month(session, row)
    return [
        {
            "month": month,
            "working_days": weights[month - 1],
            "drawn": drawn[month - 1],
            "drawn_made": made.get(month, 0),
            "planned": sum(found.get((month, name), 0) for name in STANDS),
            **{name: found.get((month, name), 0) for name in STANDS},
        }
        for month in range(1, MONTHS + 1)
    ]


def _drawn_by_month(session: Session, row: Row[Any]) -> Mapping[int, int]:
    columns, month = task.c, func.extract("month", task.c.first_day)
    own = (is_on_site(), columns.cause == DRAW, columns.authority == row.authority, falls_in(row.year))
    counted = select(month.label("month"), func.count()).where(*own)
    return {int(one[0]): one[1] for one in session.execute(counted.group_by("month"))}


def kinds(session: Session, plan_id: str) -> Mapping[str, tuple[int, int]]:
    """Return how many enterprises and visits a plan has of each kind."""
    counted = select(plan_line.c.kind, func.count(), func.sum(plan_line.c.visits)).where(plan_line.c.plan_id == plan_id)
    return {kind: (number, visits) for kind, number, visits in session.execute(counted.group_by(plan_line.c.kind))}


def changes(session: Session, row: Row[Any]) -> Document:
    """Return what a version changed of the one that it replaces: enterprises added, left out, in other months."""
    old, new = (_months_by_enterprise(session, one) for one in (row.replaces, row.id))
    changed = sorted(one for one in {*old, *new} if old.get(one) != new.get(one))
    shown = changed[:MOST_CHANGES]
    titled = select(enterprise.c.enterprise_id, enterprise.c.name).where(enterprise.c.enterprise_id.in_(shown))
    names = {one[0]: one[1] for one in session.execute(titled)}
    items = [{"enterprise_id": one, "name": names[one], "before": old.get(one), "after": new.get(one)} for one in shown]
    return {"count": len(changed), "items": items}


def _months_by_enterprise(session: Session, plan_id: str | None) -> dict[str, list[int]]:
    both = (plan_visit.c.plan_id == plan_line.c.plan_id) & (plan_visit.c.enterprise_id == plan_line.c.enterprise_id)
    joined = plan_line.outerjoin(plan_visit, both)
    wanted = select(plan_line.c.enterprise_id, plan_visit.c.month).select_from(joined)
    wanted = wanted.where(plan_line.c.plan_id == plan_id).order_by(plan_visit.c.month)
    found: dict[str, list[int]] = {}
    for enterprise_id, month in session.execute(wanted):
        found.setdefault(enterprise_id, []).extend([month] if month else [])
    return found


def table_rows(session: Session, principal: Principal, row: Row[Any]) -> Iterator[list[str]]:
    """Yield the rows of the table that is handed in, in the order of its columns (龙岩 2025)."""
    musts = plan_rules().musts
    found = session.execute(lines(principal, plan_id=row.id, wanted={}).order_by(RANK, plan_line.c.enterprise_id)).all()
    number = 0
    for number, line in enumerate(line_views(session, found), 1):
        yield _cells(
            number,
            line,
            why="、".join(musts[one].zh for one in line["musts"]),
            whom=line["name"],
            when=(f"{line['visits']} 次/年，上限 {line['cap']} 次/年", _months(line["months"])),
            by=row.agency,
        )
    for level, quota in row.quotas.items():
        number += 1
        pool = f"{level} 级企业 {quota['pool']} 家，抽取 {quota['percent']}%（{quota['visits']} 家）"
        often = (f"上限 {cap_of(plan_rules(), int(level))} 次/年", "全年")
        line = {"kind": "random", "is_joint": False, "note": ""}
        yield _cells(number, line, why="", whom=pool, when=often, by=row.agency)


def _months(visits: Sequence[Document]) -> str:
    return "、".join(f"{visit['month']}月" for visit in visits)


def _cells(number: int, line: Document, *, why: str, whom: str, when: tuple[str, str], by: str) -> list[str]:
    words, kind = plan_rules().words, line["kind"]
    basis = f"{words['basis']}{'；' + why if why else ''}"
    joint = words["joint"]["yes" if line["is_joint"] else "no"]
    way = (words["content"][kind], words["mode"][kind])
    return [str(number), words["matter"], basis, whom, *way, *when, by, joint, line["note"]]


def plan_view(row: Row[Any]) -> Document:
    """Return a plan with the name of its state."""
    return in_state(row, plan_rules().machine)


def whole_plan(session: Session, row: Row[Any], *, asked: Step) -> Document:
    """Return one version of a plan with all its figures and the steps that who ``asked`` may take."""
    state, weights = state_of(session, row, now=asked.now), working_days_of(row.year)
    left_out = select(func.count()).where(plan_line.c.plan_id == row.id, plan_line.c.visits == 0)
    drawn = sum(quota["visits"] for quota in row.quotas.values())
    return {
        **plan_view(row),
        "arithmetic": _arithmetic(row),
        "calendar": {"working_days": sum(weights), "is_arranged": is_arranged(row.year)},
        "quotas": _quotas(row),
        "kinds": [
            {"kind": kind, "enterprises": number, "visits": visits}
            for kind, (number, visits) in sorted(kinds(session, row.id).items())
        ],
        "months": months(session, row, quota=drawn, weights=weights),
        **{name: getattr(state, name) for name in ("lines", "visits", "missing", "over_cap")},
        "left_out": session.scalar(left_out),
        "allowed": allowed_plan_steps(plan_rules().machine, state, asked=asked),
        "steps": steps_of(session, plan_step, row.id),
    }


def _arithmetic(row: Row[Any]) -> Document | None:
    capacity, rules = capacity_of(row), plan_rules()
    if capacity is None:
        return None
    key, general = split_days(rules, capacity)
    return {
        **row.capacity,
        "total": capacity.total,
        "other_days": sum(capacity.other_enforcement.values()),
        "non_days": sum(capacity.non_enforcement.values()),
        "inspection_days": capacity.inspection_days,
        "key_days": key,
        "general_days": general,
        "reserve_percent": rules.reserve_percent,
        "officers_each": rules.officers_per_inspection,
        "most": most_of(row),
    }


def _quotas(row: Row[Any]) -> list[Document]:
    levels = plan_rules().levels
    shares = {level: one.share for level, one in levels.items() if one.share}
    nothing = {level: {"percent": share[0], "pool": 0, "visits": 0} for level, share in shares.items()}
    return [
        {"level": level, "least": share[0], "most": share[1], **row.quotas.get(str(level), nothing[level])}
        for level, share in shares.items()
    ]


def table_view() -> Document:
    """Return the words of a plan: categories of days, reasons to be in it, columns of its table."""
    rules = plan_rules()
    musts = [{"id": one.id, "zh": one.zh, "en": one.en} for one in rules.musts.values()]
    names = ("other_enforcement", "non_enforcement", "columns")
    return {"musts": musts, **{name: list(getattr(rules, name)) for name in names}}
