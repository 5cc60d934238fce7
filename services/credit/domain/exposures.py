"""Public exposure: who decides that an enterprise is named, for how long, and how that ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from services.credit.domain import publicity
from services.credit.domain.violations import Named
from shared.calendar import months_later
from shared.errors import Refused
from shared.machines import Due, Machine, NotAllowed, Step, Transition, is_possible, require, require_all

PROPOSED, PUBLISHED, SUSPENDED, WITHDRAWN = "proposed", "published", "suspended", "withdrawn"
STEPS = ("publish", "drop", "suspend", "resume", "withdraw")


class ExposureRefused(Refused):
    code = "exposure_refused"


class ObjectionRefused(Refused):
    code = "objection_refused"


@dataclass(frozen=True)
class ExposureRules:
    """The kinds and the way of an exposure; months are those for which it is shown.

    A proposal is decided on within ``decide``, an objection has its reply within ``reply``.
    """

    machine: Machine
    kinds: Mapping[str, Named]
    usual_months: int
    most_months: int
    decide: Due
    reply: Due

    def shown_until(self, published_on: date, months: int) -> date:
        """Return the last day of an exposure that is published on a day for so many months."""
        return months_later(published_on, months)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Where an exposure stands, and who proposed it."""

    state: str
    proposed_by: str


@dataclass(frozen=True, slots=True)
class ExposureLook:
    """What a guard sees."""

    exposure: Exposure
    step: Step


def _is_another(look: ExposureLook) -> None:
    is_another = look.step.by != look.exposure.proposed_by
    require(is_another, NotAllowed("proposed_yourself", "Somebody else than who proposed it decides."))


def _has_reason(look: ExposureLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _is_clock(look: ExposureLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "This happens by itself when its moment has come."))


EXPOSURE_GUARDS: Mapping[str, Callable[[ExposureLook], None]] = {
    "is_another": _is_another,
    "has_reason": _has_reason,
    "is_clock": _is_clock,
}
ABOUT_THE_PERSON = frozenset({"is_another", "is_clock"})


def take_exposure_step(rules: ExposureRules, exposure: Exposure, *, step: Step) -> tuple[str, Transition]:
    """Return the state after ``step`` and its row; raises ``StepNotPossible`` or ``NotAllowed``."""
    transition = rules.machine.transition(exposure.state, step.event)
    for guard in transition.guards:
        EXPOSURE_GUARDS[guard](ExposureLook(exposure, step))
    return transition.to, transition


def allowed_exposure_steps(rules: ExposureRules, exposure: Exposure, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once a reason is given where one is asked for."""
    look = ExposureLook(exposure, asked)

    def meets_all(event: str) -> bool:
        guards = [one for one in rules.machine.transition(exposure.state, event).guards if one in ABOUT_THE_PERSON]
        return all(is_possible(partial(EXPOSURE_GUARDS[guard], look)) for guard in guards)

    return [event for event in rules.machine.possible(exposure.state) if meets_all(event)]


def check_ground(state: str, *, is_own: bool) -> None:
    """Raise ``ExposureRefused`` when a penalty in ``state`` is no ground to name an enterprise."""
    if not is_own:
        raise ExposureRefused("This penalty was decided against somebody else.", field="penalty_id")
    if state == publicity.WITHDRAWN:
        raise ExposureRefused("This penalty was withdrawn: nobody is named for it.", field="penalty_id")


def end_of_ground(state: str) -> str:
    """Return the step that ends an open exposure when the penalty behind it is withdrawn."""
    return "drop" if state == PROPOSED else "withdraw"


def check_objection(state: str) -> None:
    """Raise ``ObjectionRefused`` unless there is something to object to."""
    if state not in (PUBLISHED, SUSPENDED):
        raise ObjectionRefused("Only what is public can be objected to.", state=state)
