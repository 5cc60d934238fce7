"""What an enterprise may declare, and what may happen to a declared job. To declare is not to ask for approval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from services.permits.domain.triage import TriageRules
from shared.errors import Refused
from shared.machines import Machine, NotAllowed, Step, Transition, is_possible, require, require_all

ENTERPRISE, AUTHORITY = 1, 3  # who acts: the enterprise itself, or who receives, advises and orders
HOT_WORK = "hot_work"
OVERDUE = "overdue"


class DeclarationRefused(Refused):
    code = "declaration_refused"


@dataclass(frozen=True)
class DeclarationLimits:
    """The numbers of rules/declarations.toml: days, hours, counts."""

    days_ahead: int
    most_jobs: int
    longest_hours: int
    undeclared_days: int
    completion_hours: int


@dataclass(frozen=True, slots=True)
class Named:
    """One of the ways in which undeclared work comes to light."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class DeclarationRules:
    machine: Machine
    limits: DeclarationLimits
    triage: TriageRules
    findings: Mapping[str, Named]

    def completion_due(self, ends_at: datetime) -> datetime:
        """Return by when somebody says that the work is over."""
        return ends_at + timedelta(hours=self.limits.completion_hours)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of declared work as its steps see it."""

    state: str
    kind: str
    starts_at: datetime
    ends_at: datetime


def check_day(limits: DeclarationLimits, day: date, *, today: date) -> None:
    """Raise ``DeclarationRefused`` unless work of ``day`` can be declared now."""
    last = today + timedelta(days=limits.days_ahead)
    if not today <= day <= last:
        raise DeclarationRefused("Declare the work of today or of tomorrow.", field="day", last=last.isoformat())


def check_job(
    rules: DeclarationRules, given: Mapping[str, Any], *, day: date, first: datetime, after: datetime
) -> None:
    """Raise ``DeclarationRefused`` unless a job begins on ``day`` (``first`` to ``after``) and has every answer."""
    starts_at, ends_at = given["starts_at"], given["ends_at"]
    if not first <= starts_at < after:
        sentence = "Work is declared for the day on which it begins."
        raise DeclarationRefused(sentence, field="starts_at", day=day.isoformat())
    longest = timedelta(hours=rules.limits.longest_hours)
    if not starts_at < ends_at <= starts_at + longest:
        sentence = "The work ends after it begins, and within the longest time."
        raise DeclarationRefused(sentence, field="ends_at", hours=rules.limits.longest_hours)
    asked = rules.triage.asked(given["kind"], is_contractor=bool(given.get("is_contractor")))
    missing = [name for name in asked if given.get(name) in (None, "")]
    if missing:
        raise DeclarationRefused("Answer what is asked of this kind of work.", field=missing[0], missing=missing)


# What becomes of declared work with the permit that declared it, by the state of the permit.
WITH_PERMIT = {
    **dict.fromkeys(("finished", "closed", "expired", "revoked"), "end"),
    **dict.fromkeys(("rejected", "withdrawn", "void"), "fall_away"),
}


def step_with_permit(machine: Machine, job_state: str, *, permit_state: str) -> str:
    """Return the step that declared work takes as its permit comes into a state; empty for none."""
    event = WITH_PERMIT.get(permit_state, "")
    return event if (job_state, event) in machine.transitions else ""


@dataclass(frozen=True, slots=True)
class JobLook:
    """What a guard sees."""

    job: Job
    step: Step


Guard = Callable[[JobLook], None]


def _is_enterprise(look: JobLook) -> None:
    is_theirs = look.step.tier == ENTERPRISE
    require(is_theirs, NotAllowed("enterprise_only", "Only the enterprise itself can do this."))


def _is_authority(look: JobLook) -> None:
    is_above = look.step.tier >= AUTHORITY
    require(is_above, NotAllowed("authority_only", "The subdistrict or the bureau has to do this."))


def _is_clock(look: JobLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only the clock says that a time has passed."))


def _is_ordered(look: JobLook) -> None:
    """Nothing stops work but a signed order, and nothing lifts that but its end (permits §5.3)."""
    require(bool(look.step.given.get("order")), NotAllowed("order_missing", "Only a signed order stops work."))


def _has_permit(look: JobLook) -> None:
    """What happens to a permit happens to the work that it declared, and to no other."""
    require(bool(look.step.given.get("permit")), NotAllowed("permit_missing", "Only its permit ends this work."))


def _has_reason(look: JobLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _has_not_begun(look: JobLook) -> None:
    is_before = look.step.now < look.job.starts_at
    require(is_before, NotAllowed("work_has_begun", "The work has begun as declared: report its end."))


def _ended_in_time(look: JobLook) -> None:
    """The end lies after the beginning and not ahead of us."""
    ended_at = look.step.given.get("ended_at")
    is_real = ended_at is not None and look.job.starts_at < ended_at <= look.step.now
    sentence = "Say when the work ended: after its beginning, and not in the future."
    require(is_real, NotAllowed("end_unbelievable", sentence, field="ended_at"))


def _has_photo(look: JobLook) -> None:
    require(bool(look.step.given.get("photos")), NotAllowed("no_photo", "Add a photo of the place.", field="photos"))


def _is_fire_out(look: JobLook) -> None:
    """After hot work somebody has looked for residual fire before leaving (GB 30871-2022 5.2.14)."""
    is_sure = look.job.kind != HOT_WORK or look.step.given.get("is_fire_out") is True
    sentence = "Confirm that no fire is left before anybody leaves the place."
    require(is_sure, NotAllowed("residual_fire_unchecked", sentence, field="is_fire_out"))


DECLARATION_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        *(_is_enterprise, _is_authority, _is_clock, _has_reason, _has_not_begun),
        *(_ended_in_time, _has_photo, _is_fire_out, _is_ordered, _has_permit),
    )
}
ABOUT_THE_PERSON = frozenset({"is_enterprise", "is_authority", "is_clock", "has_not_begun", "is_ordered", "has_permit"})


def take_job_step(rules: DeclarationRules, job: Job, *, step: Step) -> tuple[str, Transition]:
    """Return the state after ``step`` and its row; raises ``StepNotPossible`` or ``NotAllowed``."""
    transition = rules.machine.transition(job.state, step.event)
    for guard in transition.guards:
        DECLARATION_GUARDS[guard](JobLook(job, step))
    return transition.to or job.state, transition


def allowed_job_steps(rules: DeclarationRules, job: Job, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def meets_all(event: str) -> bool:
        guards = rules.machine.transition(job.state, event).guards
        look = JobLook(job, asked)
        return all(
            is_possible(partial(DECLARATION_GUARDS[guard], look)) for guard in guards if guard in ABOUT_THE_PERSON
        )

    return [event for event in rules.machine.possible(job.state) if meets_all(event)]
