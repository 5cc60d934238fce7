"""The way of a transfer to another authority: receipt, reply, result, and when somebody has to ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.clock import business_date
from shared.machines import Due, Machine, NotAllowed, Step, Transition, require, require_all

SENT = "sent"
ANSWERS = ("receive", "accept", "refuse", "resolve")


@dataclass(frozen=True)
class TransferRules:
    """``receipt``: by when the letter is received; ``reminder``: from one reminder to the next."""

    machine: Machine
    receipt: Due
    reminder: Due


@dataclass(frozen=True, slots=True)
class MovedTransfer:
    """``due_at``: by when the other authority is expected to do the next thing; None when nothing is expected."""

    state: str
    transition: Transition
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransferLook:
    """What a guard sees; ``sent_on`` is the day of the letter."""

    step: Step
    sent_on: date


def _has_receipt(look: TransferLook) -> None:
    given = look.step.given
    require_all(given, ("signed_for_by", "on"), code="receipt_missing", detail="Say who signed for it, and when.")
    _is_possible_day(look)


def _has_reply(look: TransferLook) -> None:
    require_all(look.step.given, ("reply",), code="reply_missing", detail="Write what the receiver has answered.")
    _is_possible_day(look)


def _is_possible_day(look: TransferLook) -> None:
    day = look.step.given.get("on") or look.step.today
    sentence = "Choose a day from that of the letter to today."
    is_possible = look.sent_on <= day <= look.step.today
    require(is_possible, NotAllowed("day_not_possible", sentence, field="on", earliest=look.sent_on.isoformat()))


TRANSFER_GUARDS: Mapping[str, Callable[[TransferLook], None]] = {"has_receipt": _has_receipt, "has_reply": _has_reply}


def take_transfer_step(rules: TransferRules, state: str, *, step: Step, sent_at: datetime) -> MovedTransfer:
    """Return where a transfer stands after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed``."""
    transition = rules.machine.transition(state, step.event)
    for guard in transition.guards:
        TRANSFER_GUARDS[guard](TransferLook(step, business_date(sent_at)))
    due_at = transition.due.after(step.now) if transition.due else None
    return MovedTransfer(transition.to, transition, due_at)
