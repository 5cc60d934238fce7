"""What others tell that stops work: an alarm at its place, people who may not work any more, an order to halt.

Why a permit was stopped or ended, where nobody wrote it, is a code of the rules and what it is about. Beside both
stands the same in one line, which events and files have always told as ``reason``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.machines import Source

GAS_OVER_LIMIT, LAST_GUARDIAN_LEFT, PRODUCTION_HALTED = "test_gas", "check_out", "production_halted"
Given = dict[str, Any]  # what comes with a step


@dataclass(frozen=True)
class SuspensionRules:
    """From which level of alarm on, for which kinds; ``causes``: by what, what the permit is said to stand for."""

    alarm_level: int
    alarm_kinds: frozenset[str]
    causes: Mapping[str, str]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm at an enterprise; an empty ``place`` means that nobody knows where."""

    level: int
    place: str


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """The kind of a work, and where it is done: the id of the ledger (empty: none) and the words of the permit."""

    kind: str
    place_id: str
    place: str


def stops(rules: SuspensionRules, alarm: Alarm, *, work: WorkPlace) -> bool:
    """True when ``alarm`` stops ``work``: high enough, a kind that it is about, at its place or nobody knows where.

    A permit that names no place of the ledger and other words than the alarm is not known to be elsewhere: it stops.
    """
    if alarm.level < rules.alarm_level or work.kind not in rules.alarm_kinds:
        return False
    return not alarm.place or alarm.place in (work.place_id, work.place) or not work.place_id


def any_stops(rules: SuspensionRules, alarms: Iterable[Alarm], *, work: WorkPlace) -> bool:
    """True when one of ``alarms`` stops ``work``."""
    return any(stops(rules, alarm, work=work) for alarm in alarms)


def because(code: str) -> Given:
    """Return what comes with a step for a reason that needs no more words than its code."""
    return _given(code, code)


def because_it_ended() -> Given:
    """Return why a permit expires: the time that it was for has passed (GB 30871-2022 4.16)."""
    return _given("expired", "4.16")


def because_of_permit(number: str, state: str) -> Given:
    """Return why a permit goes along: the one of its job with ``number`` is now in ``state`` (4.6, 10.8)."""
    return _given("related", f"{number} {state}", number=number, state=state)


def because_of_alarm(*, quantity: str, level: int, place: str, called: str) -> Given:
    """Return which alarm stopped the work; ``called`` is what people call its ``place``, both may be empty."""
    line = " ".join(part for part in (quantity, f"L{level}", place) if part)
    return _given("alarm", line, quantity=quantity, level=level, place=called)


def because_of_person(problem: str) -> Given:
    """Return which problem with one of its people stopped the work."""
    return _given("person", problem, problem=problem)


def because_of_order(number: str) -> Given:
    """Return which stop order stopped the work."""
    return _given("stop_order", number, number=number)


def _given(code: str, line: str, **about: Any) -> Given:
    return {"reason": line, "reason_code": code, "reason_about": about}
