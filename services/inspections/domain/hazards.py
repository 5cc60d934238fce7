"""The way of a hazard: which step leads where, what it changes, what is due then. The table is rules/hazards.toml."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from services.inspections.domain.hazard_facts import (
    GENERAL,
    INTERMEDIARY,
    MAJOR,
    Hazard,
    HazardRules,
    Look,
    Moved,
)
from services.inspections.domain.hazard_guards import ABOUT_THE_PERSON, GUARDS
from shared.machines import Step, Transition, is_possible


def take_step(rules: HazardRules, hazard: Hazard, *, step: Step) -> Moved:
    """Return the hazard after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed`` (§6.3)."""
    transition = rules.machine.transition(hazard.state, step.event)
    look = Look(rules, hazard, step)
    for guard in transition.guards:
        GUARDS[guard](look)
    state = (transition.to_if_listed if hazard.listed_on else "") or transition.to or hazard.state
    changes = CHANGES[step.event](look) if step.event in CHANGES else {}
    moved = replace(hazard, state=state, **changes)
    return Moved(moved, transition, _due_at(rules, moved, transition=transition, step=step))


def allowed_steps(rules: HazardRules, hazard: Hazard, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def meets_all(event: str) -> bool:
        look = Look(rules, hazard, replace(asked, event=event))
        guards = rules.machine.transition(hazard.state, event).guards
        return all(is_possible(partial(GUARDS[guard], look)) for guard in guards if guard in ABOUT_THE_PERSON)

    return [event for event in rules.machine.possible(hazard.state) if meets_all(event)]


def is_reported_late(rules: HazardRules, *, tier: int, level: str, found_at: datetime, reported_at: datetime) -> bool:
    """Return whether an intermediary told of a major hazard later than two hours after finding it (Yuhang, S54)."""
    is_clocked = tier == INTERMEDIARY and level == MAJOR
    return is_clocked and reported_at > rules.limits.intermediary_report.after(found_at)


def is_repeat(rules: HazardRules, *, closed_on: date, found_on: date) -> bool:
    """Return whether the same item at the same place comes back within twelve months (§6.3 row 20)."""
    years, month = divmod(closed_on.month - 1 + rules.limits.repeat_months, 12)
    last = _same_day(closed_on.year + years, month + 1, day=closed_on.day)
    return closed_on <= found_on <= last


def _same_day(year: int, month: int, *, day: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (following - timedelta(days=1)).day))


def _due_at(rules: HazardRules, moved: Hazard, *, transition: Transition, step: Step) -> datetime | None:
    """The two hours of an intermediary run from the finding, everything else from the step."""
    if transition.event == "find" and moved.found_at is not None:
        is_clocked = moved.found_tier == INTERMEDIARY and moved.item in rules.major_items
        return (rules.limits.intermediary_report if is_clocked else rules.limits.grading).after(moved.found_at)
    return transition.due.after(step.now) if transition.due else None


def _found(look: Look) -> dict[str, Any]:
    given, step = look.given, look.step
    return {
        "item": given.get("item", ""),
        "found_by": step.by,
        "found_tier": step.tier,
        "found_at": given.get("found_at", step.now),
    }


def _graded(level: str) -> Callable[[Look], dict[str, Any]]:
    nothing_runs = {"deadline": None, "began_on": None, "is_overdue": False}
    return lambda look: {"level": level, "item": look.given.get("item") or look.hazard.item, **nothing_runs}


def _ordered(look: Look) -> dict[str, Any]:
    usual = look.step.today + timedelta(days=look.rules.limits.general_default_days)
    return {"deadline": look.given.get("deadline") or usual, "began_on": look.step.today}


def _planned(look: Look) -> dict[str, Any]:
    began_on = look.hazard.began_on or look.step.today
    return {"deadline": look.given["deadline"], "began_on": began_on, "is_overdue": False}


def _failed(look: Look) -> dict[str, Any]:
    deadline = look.given.get("deadline") or look.hazard.deadline
    is_major = look.hazard.level == MAJOR
    halted = {"was_halted": True} if is_major else {"is_overdue": False, "deadline": deadline}
    return {"again": look.hazard.again + 1, "submitted_by": "", **halted}


CHANGES: Mapping[str, Callable[[Look], dict[str, Any]]] = {
    "find": _found,
    "grade_general": _graded(GENERAL),
    "grade_major": _graded(MAJOR),
    "fix_on_spot": lambda look: {"submitted_by": look.step.by},
    "order": _ordered,
    "rectify": lambda look: {"submitted_by": look.step.by, "wanted_deadline": None},
    "overdue": lambda look: {"is_overdue": True},
    "fail": _failed,
    "extend": lambda look: {"deadline": look.given["deadline"]},
    "request_extension": lambda look: {"wanted_deadline": look.given["deadline"]},
    "grant_extension": lambda look: {"deadline": look.hazard.wanted_deadline, "wanted_deadline": None},
    "refuse_extension": lambda look: {"wanted_deadline": None},
    "safety_order": lambda look: {"was_halted": True},
    "withdraw_order": lambda look: {"deadline": None, "began_on": None, "is_overdue": False, "was_halted": False},
    "approve_plan": _planned,
    "list": lambda look: {"listed_on": look.step.today},
    "keep_open": lambda look: {"was_halted": True},
}
