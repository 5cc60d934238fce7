"""The order to stop dangerous work: who signs it, when it holds, and who lifts it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from shared.errors import Refused
from shared.machines import Machine, NotAllowed, Step, Transition, is_possible, require, require_all

PREPARED, IN_FORCE = "prepared", "in_force"
STEPS = ("countersign", "issue_alone", "lift", "drop")


class NothingNamed(Refused):
    code = "nothing_named"


@dataclass(frozen=True)
class StopOrderRules:
    """``officer`` is the role of who signs, ``number`` how an order is numbered."""

    machine: Machine
    officer: str
    number: str

    def numbered(self, *, year: int, serial: int) -> str:
        """Return the number of the ``serial``-th order of a year."""
        return self.number.format(year=year, serial=serial)


@dataclass(frozen=True, slots=True)
class StopOrder:
    """``signed_by`` is who prepared it."""

    state: str
    signed_by: str


def check_preparing(rules: StopOrderRules, step: Step, *, is_whole: bool, named: int) -> None:
    """Raise unless an officer prepares an order that stops all work of an enterprise, or names what it stops."""
    _require_officer(rules, step)
    if is_whole == bool(named):
        sentence = "Name the work that has to stop, or let the order stop all work of the enterprise."
        raise NothingNamed(sentence, field="job_ids")


def _require_officer(rules: StopOrderRules, step: Step) -> None:
    is_officer = rules.officer in step.roles
    require(is_officer, NotAllowed("officers_only", "Officers of the bureau sign orders."))


@dataclass(frozen=True, slots=True)
class OrderLook:
    """What a guard sees."""

    rules: StopOrderRules
    order: StopOrder
    step: Step


Guard = Callable[[OrderLook], None]


def _is_officer(look: OrderLook) -> None:
    _require_officer(look.rules, look.step)


def _is_another(look: OrderLook) -> None:
    is_another = look.step.by != look.order.signed_by
    require(is_another, NotAllowed("signed_already", "Another officer has to sign beside you."))


def _has_reason(look: OrderLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


STOP_ORDER_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard for guard in (_is_officer, _is_another, _has_reason)
}
ABOUT_THE_PERSON = frozenset({"is_officer", "is_another"})


def take_order_step(rules: StopOrderRules, order: StopOrder, *, step: Step) -> tuple[str, Transition]:
    """Return the state after ``step`` and its row; raises ``StepNotPossible`` or ``NotAllowed``."""
    transition = rules.machine.transition(order.state, step.event)
    for guard in transition.guards:
        STOP_ORDER_GUARDS[guard](OrderLook(rules, order, step))
    return transition.to, transition


def allowed_order_steps(rules: StopOrderRules, order: StopOrder, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once a reason is given where one is asked for."""
    look = OrderLook(rules, order, asked)

    def meets_all(event: str) -> bool:
        guards = rules.machine.transition(order.state, event).guards
        named = [guard for guard in guards if guard in ABOUT_THE_PERSON]
        return all(is_possible(partial(STOP_ORDER_GUARDS[guard], look)) for guard in named)

    return [event for event in rules.machine.possible(order.state) if meets_all(event)]
