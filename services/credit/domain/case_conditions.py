"""Which acts lead onto the list of the severely untrustworthy (应急管理部令第11号 第六、七条), and for which trades."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.calendar import months_later
from shared.errors import NotFound
from shared.machines import Source


class ConditionUnknown(NotFound):
    code = "condition_unknown"


@dataclass(frozen=True, slots=True)
class AccidentCount:
    """``count`` accidents of these ``grades`` within ``months`` (0: whenever)."""

    grades: frozenset[str]
    count: int
    months: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One act: ``persons`` are the roles of whom it names beside the firm, ``confirms`` what no record says."""

    code: str
    zh: str
    en: str
    persons: tuple[str, ...]
    names_firm: bool
    accidents: AccidentCount | None
    clauses: tuple[str, ...]
    confirms: str
    source: Source


@dataclass(frozen=True, slots=True)
class Trades:
    """Prefixes of industry codes (GB/T 4754) that the order is about, and those with lists of their own."""

    included: tuple[str, ...]
    excluded: tuple[str, ...]

    def cover(self, industry: str) -> bool | None:
        """Return whether the order is about ``industry``; None when nobody can tell from the code (第二条 等)."""
        if industry.startswith(self.excluded):
            return False
        return True if industry.startswith(self.included) else None


@dataclass(frozen=True)
class ConditionRules:
    """The acts by their codes, and the trades."""

    conditions: Mapping[str, Condition]
    trades: Trades

    def condition(self, code: str) -> Condition:
        """Return one act; raises ``ConditionUnknown``."""
        if code not in self.conditions:
            raise ConditionUnknown("The order names no such condition: choose one of its list.", condition=code)
        return self.conditions[code]


@dataclass(frozen=True, slots=True)
class Accident:
    """``grade`` is extraordinary, serious, larger or general (国务院令第493号)."""

    grade: str
    occurred_on: date


def accidents_of_penalty(accidents: Sequence[Accident], *, decided_on: date, since: date) -> list[Accident]:
    """Return the accidents that a penalty of ``decided_on`` can be for, none from before the order (``since``)."""
    return [one for one in accidents if since <= one.occurred_on <= decided_on]


def is_reached(wanted: AccidentCount, accidents: Sequence[Accident]) -> bool:
    """True when enough accidents of the grades lie within the months (both ends counted)."""
    days = sorted(one.occurred_on for one in accidents if one.grade in wanted.grades)
    if not wanted.months:
        return len(days) >= wanted.count
    windows = zip(days, days[wanted.count - 1 :], strict=False)
    return any(last <= months_later(first, wanted.months) for first, last in windows)


def suggested_conditions(rules: ConditionRules, *, clause: str, accidents: Sequence[Accident]) -> list[Condition]:
    """Return the acts that the records of a penalty show: by its clause, or by enough accidents.

    An act that only a person can see is never suggested; what else has to be confirmed is said with the act.
    """

    def is_shown(one: Condition) -> bool:
        if one.accidents:
            return is_reached(one.accidents, accidents)
        return bool(one.clauses) and clause.startswith(one.clauses)

    return [one for one in rules.conditions.values() if is_shown(one)]
