"""What others tell that stops work: an alarm at its place, people who may not work any more, an order to halt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.machines import Source


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
