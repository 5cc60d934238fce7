"""The table of interlocks as data: rules about two works, rules about what one needs beside it, their conditions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.machines import Source

FORBID, REQUIRE, AVOID, CASCADE, UNCERTAIN = "forbid", "require", "avoid", "cascade", "uncertain"
EFFECTS = (FORBID, UNCERTAIN, REQUIRE, CASCADE, AVOID)  # the gravest first

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {  # what is known of the fact, and the value of the table
    "is": lambda known, value: known == value,
    "is_not": lambda known, value: known != value,
    "above": lambda known, value: known is not None and known > value,
    "not_above": lambda known, value: known is None or known <= value,
    "below": lambda known, value: known is not None and known < value,
    "not_below": lambda known, value: known is not None and known >= value,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact compared by one of ``COMPARISONS``."""

    fact: str
    comparison: str
    value: Any


@dataclass(frozen=True, slots=True)
class Words:
    """A rule and what to do about it, in both languages."""

    zh: str
    en: str
    todo_zh: str
    todo_en: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule about two works: one of ``a`` and one of ``b`` in this ``relation``, nearer than ``metres``."""

    rule: str
    a: frozenset[str]
    b: frozenset[str]
    when_a: tuple[Condition, ...]
    when_b: tuple[Condition, ...]
    relation: str
    metres: float
    effect: str
    states: frozenset[str]
    words: Words
    source: Source


@dataclass(frozen=True, slots=True)
class Need:
    """A rule about one work: ``needs`` is the kind of permit that has to be there too; "" is advice."""

    rule: str
    kinds: frozenset[str]
    when: tuple[Condition, ...]
    needs: str
    words: Words
    source: Source


@dataclass(frozen=True, slots=True)
class Interlocks:
    """The table: pairs, needs, the states that count, how far things fall (from which height, metres)."""

    version: str
    counts: frozenset[str]
    pairs: tuple[Pair, ...]
    needs: tuple[Need, ...]
    falls: tuple[tuple[float, float], ...]
    doings: Mapping[str, tuple[str, str]]
