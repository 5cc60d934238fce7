"""The way of a task: what each step needs, when it is due, what happens around that moment, where it escalates to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from services.inspections.domain.late_checks import is_too_late
from shared.calendar import add_working_days
from shared.clock import business_date
from shared.ground import metres_between
from shared.machines import (
    Machine,
    NotAllowed,
    Step,
    Transition,
    end_of,
    is_possible,
    require,
    require_all,
)

INTERMEDIARY, HIGHEST_TIER = 2, 4
QUEUE = ":"  # the name of a queue has one, that of an account never


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """The numbers of rules/tasks.toml."""

    fence_metres: int
    photos_per_abnormal_item: int


@dataclass(frozen=True)
class TaskRules:
    """``authorities``: the roles that give tasks to others."""

    machine: Machine
    limits: TaskLimits
    authorities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Task:
    """``place`` is the exact position (longitude, latitude) of the enterprise, None when nobody knows it.

    ``is_recorded``: everybody has signed the record of the check.
    """

    state: str = "planned"
    tier: int = 1
    owner: str = ""
    due_at: datetime | None = None
    is_overdue: bool = False
    place: tuple[float, float] | None = None
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class MovedTask:
    task: Task
    transition: Transition


@dataclass(frozen=True, slots=True)
class TaskLook:
    """What a guard sees."""

    rules: TaskRules
    task: Task
    step: Step

    @property
    def given(self) -> Mapping[str, Any]:
        return self.step.given


Guard = Callable[[TaskLook], None]


def _has_owner(look: TaskLook) -> None:
    require_all(look.given, ("owner",), code="owner_missing", detail="A task is never without an owner: name one.")


def _is_owner(look: TaskLook) -> None:
    """A self-check is the enterprise's: any of its people may do it."""
    is_own = look.step.by == look.task.owner or look.task.tier == look.step.tier == 1
    require(is_own, NotAllowed("not_the_owner", "This task is somebody else's: let it be assigned to you first."))


def _is_clock_or_assigns(look: TaskLook) -> None:
    is_able = look.step.is_clock or not look.rules.authorities.isdisjoint(look.step.roles)
    sentence = "The subdistrict or the bureau gives tasks to others: ask there."
    require(is_able, NotAllowed("authority_only", sentence))


def _is_in_a_queue(look: TaskLook) -> None:
    require(QUEUE in look.task.owner, NotAllowed("not_in_a_queue", "This task has an owner already."))


def _is_of_this_tier(look: TaskLook) -> None:
    refusal = NotAllowed("tier_too_low", "This task belongs to a higher tier.", tier=look.task.tier)
    require(look.step.tier >= look.task.tier, refusal)


def _comes_on_a_visit(look: TaskLook) -> None:
    """Whoever comes for an intermediary is on a visit: that one measures the way there, the stay and the way out."""
    is_on_a_visit = look.step.tier != INTERMEDIARY or bool(look.given.get("visit"))
    sentence = "Begin the visit of this task and do that there."
    require(is_on_a_visit, NotAllowed("visit_missing", sentence))


def _is_inside_fence(look: TaskLook) -> None:
    """A self-check happens at home, a visit notes it by itself; without an exact position there is no fence."""
    if look.task.tier == 1 or look.task.place is None or look.given.get("visit"):
        return
    longitude, latitude = look.given.get("longitude"), look.given.get("latitude")
    if longitude is None or latitude is None:
        raise NotAllowed("position_missing", "Switch the position on: checking in needs it.")
    metres = round(metres_between(look.task.place, (longitude, latitude)))
    refusal = NotAllowed("outside_fence", f"You are {metres} m away: check in at the enterprise.", metres=metres)
    require(metres <= look.rules.limits.fence_metres, refusal)


def _has_every_answer(look: TaskLook) -> None:
    missing = list(look.given.get("unanswered", ()))
    sentence = "Answer every item that has to be answered."
    require(not missing, NotAllowed("answers_missing", sentence, missing=missing))


def _has_a_photo_of_what_is_abnormal(look: TaskLook) -> None:
    """A checklist may ask for photos of more than what is not in order."""
    least, photos = look.rules.limits.photos_per_abnormal_item, look.given.get("photos", {})
    missing = [item for item in look.given.get("photographed", ()) if len(photos.get(item, ())) < least]
    sentence = "Attach a photo to every item that is not in order, and to those that ask for one."
    require(not missing, NotAllowed("photos_missing", sentence, missing=missing))


def _is_signed(look: TaskLook) -> None:
    """Government supervision signs the record of the check, a document of its own (Art. 68); others sign here."""
    is_signed = look.task.tier == HIGHEST_TIER or bool(look.given.get("signed"))
    require(is_signed, NotAllowed("signature_missing", "Sign the record."))


def _is_recorded(look: TaskLook) -> None:
    """Two officers and the other side have signed, or its refusal is recorded (Art. 68)."""
    sentence = "Let two officers and the other side sign the record of this check first."
    require(look.task.is_recorded, NotAllowed("record_not_signed", sentence))


def _is_of_a_higher_tier(look: TaskLook) -> None:
    sentence = "Somebody of a higher tier has to do this."
    require(look.step.tier > look.task.tier, NotAllowed("tier_too_low", sentence, tier=look.task.tier + 1))


def _is_of_the_highest_tier(look: TaskLook) -> None:
    is_top = look.task.tier == HIGHEST_TIER and look.step.tier == HIGHEST_TIER
    require(is_top, NotAllowed("not_confirmed", "A higher tier has to confirm this record first."))


def _is_clock_or_of_a_higher_tier(look: TaskLook) -> None:
    """The clock ends what is owed no more; nobody stands above the highest tier."""
    if not look.step.is_clock and look.step.tier < HIGHEST_TIER:
        _is_of_a_higher_tier(look)


def _has_reason(look: TaskLook) -> None:
    require_all(look.given, ("reason",), code="reason_missing", detail="Say why.")


def _has_evidence(look: TaskLook) -> None:
    require(bool(look.given.get("evidence")), NotAllowed("evidence_missing", "Attach a photo or a recording of it."))


def _is_clock(look: TaskLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only the clock says that a deadline has passed."))


def _has_passed(look: TaskLook) -> None:
    due_at = look.task.due_at
    has_passed = due_at is not None and due_at <= look.step.now and not look.task.is_overdue
    require(has_passed, NotAllowed("not_overdue", "The deadline has not passed, or that is noted already."))


TASK_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _has_owner,
        _is_owner,
        _is_clock_or_assigns,
        _is_in_a_queue,
        _is_of_this_tier,
        _comes_on_a_visit,
        _is_inside_fence,
        _has_every_answer,
        _has_a_photo_of_what_is_abnormal,
        _is_signed,
        _is_recorded,
        _is_of_a_higher_tier,
        _is_of_the_highest_tier,
        _is_clock_or_of_a_higher_tier,
        _has_reason,
        _has_evidence,
        _is_clock,
        _has_passed,
    )
}


# Guards that look only at who takes the step and where the task stands, not at what is given with the step.
ABOUT_THE_PERSON = frozenset(
    {
        "is_owner",
        "is_clock_or_assigns",
        "is_in_a_queue",
        "is_of_this_tier",
        "comes_on_a_visit",
        "is_of_a_higher_tier",
        "is_of_the_highest_tier",
        "is_clock_or_of_a_higher_tier",
        "is_clock",
    }
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: so many calendar days before (negative) or working days after the due moment.

    With ``takes_begun`` it also takes what its owner has begun on site and never handed in.
    """

    id: str
    days: int
    act: str
    whom: str
    takes_begun: bool = False

    def moment(self, due_at: datetime) -> datetime:
        """Return when the rung is reached; after the due moment with the end of that working day."""
        if self.days <= 0:
            return due_at + timedelta(days=self.days)
        last_day = business_date(due_at - timedelta(microseconds=1))
        return end_of(add_working_days(last_day, self.days))


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody of ``tier`` has to come within so many working days; ``cause`` and ``basis`` as the plan counts it."""

    tier: int
    working_days: int
    cause: str = ""
    basis: str = ""

    def last_day(self, today: date) -> date:
        """Return the last day on which it is in time."""
        return add_working_days(today, self.working_days)


def next_rung(ladder: Sequence[Rung], due_at: datetime, *, climbed: int) -> tuple[datetime, Rung] | None:
    """Return when which rung comes after the first ``climbed`` ones; None at the top."""
    if climbed >= len(ladder):
        return None
    return ladder[climbed].moment(due_at), ladder[climbed]


def take_task_step(rules: TaskRules, task: Task, *, step: Step) -> MovedTask:
    """Return the task after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed`` (§7.2)."""
    transition = rules.machine.transition(task.state, step.event)
    look = TaskLook(rules, task, step)
    for guard in transition.guards:
        TASK_GUARDS[guard](look)
    changes = _CHANGES[step.event](look) if step.event in _CHANGES else {}
    return MovedTask(replace(task, state=transition.to or task.state, **changes), transition)


def allowed_task_steps(rules: TaskRules, task: Task, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def meets_all(event: str) -> bool:
        look = TaskLook(rules, task, replace(asked, event=event))
        guards = rules.machine.transition(task.state, event).guards
        return all(is_possible(partial(TASK_GUARDS[guard], look)) for guard in guards if guard in ABOUT_THE_PERSON)

    return [event for event in rules.machine.possible(task.state) if meets_all(event)]


_CHANGES: Mapping[str, Callable[[TaskLook], dict[str, Any]]] = {
    "assign": lambda look: {"owner": look.given["owner"]},
    "take": lambda look: {"owner": look.step.by},
    "overdue": lambda look: {"is_overdue": True},
    "submit": lambda look: {"is_overdue": look.task.is_overdue and is_too_late(look.task.due_at, look.step)},
}
