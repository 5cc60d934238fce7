"""The way of an annual plan: what has to be in order before it is handed in, who approves it, when it is changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from shared.machines import (
    Machine,
    NotAllowed,
    Step,
    Transition,
    is_possible,
    require,
    require_all,
)


@dataclass(frozen=True, slots=True)
class PlanState:
    """What a guard sees: who wrote the plan and handed it in, and how its lines stand.

    ``missing`` enterprises that have to be in it are not, ``over_cap`` ones would be visited too often; ``visits`` of
    ``most`` that the capacity allows (None: nobody has entered it).
    """

    state: str
    by: frozenset[str] = frozenset()
    lines: int = 0
    missing: int = 0
    over_cap: int = 0
    visits: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class PlanLook:
    plan: PlanState
    step: Step


PlanGuard = Callable[[PlanLook], None]


def _has_capacity(look: PlanLook) -> None:
    require(look.plan.most is not None, NotAllowed("capacity_missing", "Enter the officers and their days first."))


def _has_lines(look: PlanLook) -> None:
    require(look.plan.lines > 0, NotAllowed("plan_empty", "The plan has no enterprises: let it be proposed first."))


def _includes_every_one(look: PlanLook) -> None:
    sentence = "Enterprises that have to be in the plan are missing: add them, or say of each why it is left out."
    require(not look.plan.missing, NotAllowed("must_be_included", sentence, missing=look.plan.missing))


def _keeps_every_cap(look: PlanLook) -> None:
    sentence = "Some enterprises would be visited more often than their cap allows: take visits away."
    require(not look.plan.over_cap, NotAllowed("cap_exceeded", sentence, enterprises=look.plan.over_cap))


def _fits_or_says_why(look: PlanLook) -> None:
    """留有余地: what does not fit needs somebody who says how it is to be done."""
    fits = look.plan.visits <= (look.plan.most or 0)
    sentence = "The visits need more days than there are: plan fewer, or say how they are to be done."
    refusal = NotAllowed("more_than_capacity", sentence, visits=look.plan.visits, most=look.plan.most, field="reason")
    require(fits or bool(str(look.step.given.get("reason", "")).strip()), refusal)


def _is_other_person(look: PlanLook) -> None:
    sentence = "Somebody else than who wrote or submitted the plan has to approve it."
    require(look.step.by not in look.plan.by, NotAllowed("same_person", sentence))


def _has_reason(look: PlanLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _is_clock(look: PlanLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only a newer version replaces a plan."))


PLAN_GUARDS: Mapping[str, PlanGuard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _has_capacity,
        _has_lines,
        _includes_every_one,
        _keeps_every_cap,
        _fits_or_says_why,
        _is_other_person,
        _has_reason,
        _is_clock,
    )
}
ABOUT_THE_PERSON = frozenset({"is_other_person", "is_clock"})


def take_plan_step(machine: Machine, plan: PlanState, *, step: Step) -> Transition:
    """Return the row by which ``step`` leads on; raises ``StepNotPossible`` or, by a guard, ``NotAllowed``."""
    transition = machine.transition(plan.state, step.event)
    for guard in transition.guards:
        PLAN_GUARDS[guard](PlanLook(plan, step))
    return transition


def allowed_plan_steps(machine: Machine, plan: PlanState, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` could take, once everything is in order that a step asks for."""
    look = PlanLook(plan, asked)

    def meets_all(event: str) -> bool:
        guards = machine.transition(plan.state, event).guards
        return all(is_possible(partial(PLAN_GUARDS[one], look)) for one in guards if one in ABOUT_THE_PERSON)

    return [event for event in machine.possible(plan.state) if meets_all(event)]


def months_left(year: int, today: date) -> range:
    """Return the months (1 to 12) of ``year`` that are not over; empty for a year that is."""
    first = today.month if year == today.year else 1
    return range(first, 13) if year >= today.year else range(0)
