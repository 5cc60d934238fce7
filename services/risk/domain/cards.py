"""Score cards: 100 points, items with a cap, rules that deduct or add, vetoes, thresholds. All of it is data.

Points are whole tenths, because 0.1 has no exact binary fraction and the sums decide a colour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.risk.domain.facts import Condition, Text, Value
from services.risk.domain.levels import Level


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule table comes from; ``status`` is official, practice or design (our own proposal)."""

    document: str
    status: str
    effective_from: date
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """``tenths`` (negative: deduct, positive: add) once or per unit, when ``condition`` holds.

    Of the rules of one ``group`` only the heaviest counts.
    """

    id: str
    condition: Condition
    tenths: int
    clause: str
    label: Text
    is_per_unit: bool = False
    group: str = ""

    @property
    def fact(self) -> str:
        """The fact that the rule looks at."""
        return self.condition.fact

    def tenths_for(self, value: Value | None) -> int:
        """Return the tenths of a point that ``value`` costs (negative) or earns; unknown moves nothing."""
        if value is None or not self.condition.holds(value):
            return 0
        return self.tenths * value if self.is_per_unit and isinstance(value, int) else self.tenths


@dataclass(frozen=True)
class Item:
    """A chapter of the card; together its rules deduct at most ``cap`` tenths (None: no cap)."""

    id: str
    label: Text
    cap: int | None
    rules: tuple[Rule, ...]

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that the item's rules look at."""
        return tuple(dict.fromkeys(rule.fact for rule in self.rules))


@dataclass(frozen=True, slots=True)
class Veto:
    """Direct red when any of the conditions holds."""

    id: str
    any_of: tuple[Condition, ...]
    clause: str
    label: Text

    def is_met(self, values: Mapping[str, Value]) -> bool:
        """Return whether ``values`` make the enterprise red at once."""
        return any(condition.fact in values and condition.holds(values[condition.fact]) for condition in self.any_of)


@dataclass(frozen=True)
class Card:
    """A score card in one version. ``thresholds`` are (lowest tenths, level), best level first."""

    id: str
    version: str
    name: Text
    source: Source
    base: int
    thresholds: tuple[tuple[int, Level], ...]
    items: tuple[Item, ...]
    vetoes: tuple[Veto, ...] = ()
    needs_assessment: bool = False

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of all items."""
        return tuple(rule for item in self.items for rule in item.rules)

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that the card asks for: those of the vetoes first, then in the order of the rules."""
        vetoing = [condition.fact for veto in self.vetoes for condition in veto.any_of]
        return tuple(dict.fromkeys(vetoing + [rule.fact for rule in self.rules]))

    @cached_property
    def vetoing_facts(self) -> frozenset[str]:
        """The facts of which some value means direct red."""
        return frozenset(condition.fact for veto in self.vetoes for condition in veto.any_of)

    @cached_property
    def veto_ids(self) -> frozenset[str]:
        """The ids of the vetoes."""
        return frozenset(veto.id for veto in self.vetoes)

    @cached_property
    def adding_facts(self) -> frozenset[str]:
        """The facts that can only add points."""
        return frozenset(rule.fact for rule in self.rules if rule.tenths > 0)

    @cached_property
    def rules_of_fact(self) -> dict[str, tuple[Rule, ...]]:
        """The rules by the fact that they look at."""
        return {fact: tuple(rule for rule in self.rules if rule.fact == fact) for fact in self.facts}

    def level_of(self, tenths: int) -> Level:
        """Return the level of a score; a threshold belongs to the better level (应急〔2018〕19号)."""
        return next((level for lowest, level in self.thresholds if tenths >= lowest), Level.RED)
