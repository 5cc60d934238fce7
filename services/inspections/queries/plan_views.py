"""A plan as pages and systems see it: the arithmetic of its capacity, its months, and what is still to be done."""

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from services.inspections.domain.machines import Step
from services.inspections.domain.plan_steps import allowed_plan_steps
from services.inspections.domain.plans import split_days, working_days_of
from services.inspections.queries.plan_lines import kinds, months
from services.inspections.queries.plans import capacity_of, most_of, state_of, steps_of
from services.inspections.rules import plan_rules
from services.inspections.tables import plan_line
from shared.calendar import is_arranged

Document = dict[str, Any]


def plan_view(row: Row[Any]) -> Document:
    """Return a plan with the name of its state."""
    state = plan_rules().machine.states[row.state]
    return {**row._asdict(), "state_zh": state.zh, "state_en": state.en}


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
        "steps": steps_of(session, row.id),
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
