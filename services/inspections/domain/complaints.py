"""The way of a complaint of an enterprise about its intermediary; the table is rules/complaints.toml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from services.inspections.domain.visits import ENTERPRISE, INTERMEDIARY
from shared.machines import (
    Due,
    Machine,
    NotAllowed,
    Step,
    Transition,
    is_possible,
    require,
    require_all,
)


@dataclass(frozen=True, slots=True)
class Subject:
    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class ComplaintRules:
    """``answer``: by when a complaint is answered, from its receipt; ``authorities``: the roles that answer it."""

    machine: Machine
    answer: Due
    subjects: Mapping[str, Subject]
    authorities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Complaint:
    """``due_at``: by when it is answered; None once it was."""

    state: str
    received_at: datetime
    due_at: datetime | None
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class ComplaintLook:
    """What a guard sees."""

    rules: ComplaintRules
    complaint: Complaint
    step: Step


Guard = Callable[[ComplaintLook], None]


def _is_intermediary(look: ComplaintLook) -> None:
    is_theirs = look.step.tier == INTERMEDIARY
    require(is_theirs, NotAllowed("intermediary_only", "The intermediary itself responds."))


def _is_authority(look: ComplaintLook) -> None:
    is_able = not look.rules.authorities.isdisjoint(look.step.roles)
    require(is_able, NotAllowed("authority_only", "The subdistrict or the bureau has to do this."))


def _is_enterprise(look: ComplaintLook) -> None:
    check_complainer(look.step)


def _is_clock(look: ComplaintLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only the clock says that a time has passed."))


def _has_passed(look: ComplaintLook) -> None:
    one = look.complaint
    has_passed = one.due_at is not None and one.due_at <= look.step.now and not one.is_overdue
    require(has_passed, NotAllowed("not_due", "The time has not passed, or that is noted already."))


def _has_reason(look: ComplaintLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _has_answer(look: ComplaintLook) -> None:
    require_all(look.step.given, ("answer",), code="answer_missing", detail="Write the answer.")


COMPLAINT_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (_is_intermediary, _is_authority, _is_enterprise, _is_clock, _has_passed, _has_reason, _has_answer)
}
ABOUT_THE_PERSON = frozenset({"is_intermediary", "is_authority", "is_enterprise", "is_clock"})


def check_complainer(step: Step) -> None:
    """Raise ``NotAllowed`` unless the enterprise itself complains."""
    require(step.tier == ENTERPRISE, NotAllowed("enterprise_only", "Only the enterprise itself can do this."))


def take_complaint_step(rules: ComplaintRules, complaint: Complaint, *, step: Step) -> tuple[Complaint, Transition]:
    """Return the complaint after ``step`` with the row that led there; raises ``StepNotPossible``, ``NotAllowed``."""
    transition = rules.machine.transition(complaint.state, step.event)
    for guard in transition.guards:
        COMPLAINT_GUARDS[guard](ComplaintLook(rules, complaint, step))
    state = transition.to or complaint.state
    moved = replace(
        complaint,
        state=state,
        due_at=_due_at(complaint, transition) if rules.machine.states[state].is_open else None,
        is_overdue=step.event == "overdue" or (complaint.is_overdue and not transition.due),
    )
    return moved, transition


def _due_at(complaint: Complaint, transition: Transition) -> datetime | None:
    """Thirty working days run from the receipt; what is extended, from the last day that it had."""
    if transition.due is None or complaint.due_at is None:
        return complaint.due_at
    last_moment = complaint.due_at - timedelta(microseconds=1)
    return transition.due.after(last_moment if transition.event == "extend" else complaint.received_at)


def allowed_complaint_steps(rules: ComplaintRules, complaint: Complaint, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def meets_all(event: str) -> bool:
        look = ComplaintLook(rules, complaint, replace(asked, event=event))
        guards = rules.machine.transition(complaint.state, event).guards
        return all(is_possible(partial(COMPLAINT_GUARDS[one], look)) for one in guards if one in ABOUT_THE_PERSON)

    return [event for event in rules.machine.possible(complaint.state) if meets_all(event)]
