"""The way of one restriction at one agency, from the push to its lifting. The table is rules/restrictions.toml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.credit.domain.case_facts import REMOVED, REMOVING, REVOKED
from services.credit.domain.limits import Limit, last_day
from shared.clock import business_date
from shared.machines import Due, Machine, NotAllowed, Step, Transition, require, require_all

PUSHED, RECEIVED, APPLIED, REFUSED, LIFT_REQUESTED, LIFTED = (
    "pushed", "received", "applied", "refused", "lift_requested", "lifted",
)  # fmt: skip
FEEDBACK = {"RECEIVED": "receive", "APPLIED": "apply", "REFUSED": "refuse", "LIFTED": "lift"}
WAITING = (PUSHED, LIFT_REQUESTED)
OWED = {PUSHED: "restriction_answer", LIFT_REQUESTED: "restriction_lift"}
ESCALATED = 2  # reminders: the second one goes to somebody above


@dataclass(frozen=True)
class RestrictionRules:
    """After ``remind`` an agency that has not answered is reminded, after ``escalate`` somebody above is told."""

    machine: Machine
    remind: Due
    escalate: Due


@dataclass(frozen=True, slots=True)
class Restriction:
    """``agency`` executes it; ``listing_state`` is that of its case; ``agencies``: for whom who asks may answer."""

    state: str
    agency: str
    listing_state: str = "active"
    agencies: frozenset[str] | None = None
    asked_at: datetime | None = None
    reminders: int = 0


@dataclass(frozen=True, slots=True)
class RestrictionLook:
    """What a guard sees."""

    restriction: Restriction
    step: Step


Guard = Callable[[RestrictionLook], None]


def _is_agency(look: RestrictionLook) -> None:
    """Let only the agency answer for itself; None stands for the bureau, which enters answers that came on paper."""
    allowed = look.restriction.agencies
    is_its = allowed is None or look.restriction.agency in allowed
    require(is_its, NotAllowed("other_agency", "Another agency answers for this restriction."))


def _says_what(look: RestrictionLook) -> None:
    detail = "Say which measure was applied, on which day, and who handles it."
    require_all(look.step.given, ("measure", "date", "handler"), code="feedback_incomplete", detail=detail)
    day, asked_at = date.fromisoformat(str(look.step.given["date"])), look.restriction.asked_at
    require(day <= look.step.today, NotAllowed("feedback_ahead", "A measure cannot be applied on a day to come."))
    is_after = asked_at is None or day >= business_date(asked_at)
    require(is_after, NotAllowed("feedback_before", "A measure is applied once it was asked for: look at its day."))


def _has_reason(look: RestrictionLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _listing_over(look: RestrictionLook) -> None:
    is_over = look.restriction.listing_state in (REMOVING, REMOVED, REVOKED)
    require(is_over, NotAllowed("listing_runs", "The subject is still on the list."))


def _is_clock(look: RestrictionLook) -> None:
    require(look.step.is_clock, NotAllowed("by_itself", "This happens by itself when its moment has come."))


RESTRICTION_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard for guard in (_is_agency, _says_what, _has_reason, _listing_over, _is_clock)
}


def take_restriction_step(rules: RestrictionRules, restriction: Restriction, *, step: Step) -> tuple[str, Transition]:
    """Return the state after ``step`` and its row; raises ``StepNotPossible`` or ``NotAllowed``."""
    transition = rules.machine.transition(restriction.state, step.event)
    for guard in transition.guards:
        RESTRICTION_GUARDS[guard](RestrictionLook(restriction, step))
    return transition.to or restriction.state, transition


def next_reminder(rules: RestrictionRules, restriction: Restriction) -> tuple[str, datetime] | None:
    """Return what happens next while an agency does not answer, and when; None when nothing is waited for."""
    if restriction.state not in WAITING or restriction.asked_at is None or restriction.reminders >= ESCALATED:
        return None
    event, due = (("remind", rules.remind), ("escalate", rules.escalate))[restriction.reminders]
    return event, due.after(restriction.asked_at)


def limits_of_restriction(rules: RestrictionRules, restriction: Restriction, *, today: date) -> list[Limit]:
    """Return the answer that an agency owes that was asked ``today``: it is late when somebody above is told."""
    kind = OWED.get(restriction.state)
    return [Limit(kind, last_day(rules.escalate, begins_on=today))] if kind else []


def is_escalated(restriction: Restriction) -> bool:
    """Return whether somebody above was told that the agency does not answer."""
    return restriction.state in WAITING and restriction.reminders >= ESCALATED
