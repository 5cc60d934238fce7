"""Score cards and matrices as data, and the engine that evaluates a card: caps, bonuses in full, vetoes, thresholds.

Points are whole tenths, because 0.1 has no exact binary fraction and the sums decide a colour. The printed card leaves
open whether a bonus may exceed the cap of its item. Decided here: deductions are clamped to the cap, bonuses are added
in full, and the total is clamped to 0…100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import prod

from services.risk.domain.facts import Condition, Text, Value
from services.risk.domain.levels import Level
from shared.errors import Refused


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


class UnsuitableFactor(Refused):
    code = "unsuitable_factor"


@dataclass(frozen=True, slots=True)
class Factor:
    """A judged quantity and its allowed values with their meaning."""

    id: str
    label: Text
    values: Mapping[Decimal, Text]


@dataclass(frozen=True, slots=True)
class Band:
    """From ``bound`` on (or, when ``is_strict``, above it) the product means ``level``."""

    bound: Decimal
    level: Level
    is_strict: bool = False

    def holds(self, product: Decimal) -> bool:
        """Return whether ``product`` reaches the band."""
        return product > self.bound if self.is_strict else product >= self.bound


@dataclass(frozen=True, slots=True)
class Matrix:
    """A method in one version; ``bands`` stand worst first and the last one takes the rest."""

    id: str
    version: str
    name: Text
    source: Source
    factors: tuple[Factor, ...]
    bands: tuple[Band, ...]

    def product(self, judged: Mapping[str, Decimal]) -> Decimal:
        """Return the product of the judged factors; raises ``UnsuitableFactor`` for a value not in the table."""
        for factor in self.factors:
            if judged.get(factor.id) not in factor.values:
                allowed = ", ".join(str(value) for value in factor.values)
                raise UnsuitableFactor(f"{factor.id} must be one of {allowed}.", field=factor.id)
        return prod((judged[factor.id] for factor in self.factors), start=Decimal(1))

    def level(self, judged: Mapping[str, Decimal]) -> Level:
        """Return the level of the judged factors; raises ``UnsuitableFactor`` for a value not in the table."""
        product = self.product(judged)
        return next((band.level for band in self.bands if band.holds(product)), Level.BLUE)


Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that counted, with the tenths of a point before the item's cap."""

    rule: Rule
    value: Value
    tenths: int


@dataclass(frozen=True, slots=True)
class ItemTally:
    """What one item costs (``deducted`` >= 0, after the cap) and earns (``added`` >= 0), in tenths."""

    item: Item
    deducted: int
    added: int
    hits: tuple[Hit, ...]

    @property
    def net(self) -> int:
        """The item's effect on the total, in tenths."""
        return self.added - self.deducted


@dataclass(frozen=True, slots=True)
class Tally:
    """A whole evaluation; ``total`` is the sum before it is clamped to 0…``card.base``."""

    card: Card
    total: int
    items: tuple[ItemTally, ...]
    vetoes: tuple[Veto, ...]

    @property
    def score(self) -> int:
        """The score in tenths, from 0 to the card's base."""
        return max(0, min(self.card.base, self.total))

    @property
    def level(self) -> Level:
        """The level by score and vetoes."""
        return Level.RED if self.vetoes else self.card.level_of(self.score)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The rules that counted, heaviest first."""
        hits = [hit for item in self.items for hit in item.hits]
        return tuple(sorted(hits, key=lambda hit: -abs(hit.tenths)))


def tally(card: Card, values: Values) -> Tally:
    """Evaluate ``card`` for ``values``; a fact without a value moves nothing."""
    items = tuple(tally_item(item, values) for item in card.items)
    vetoes = tuple(veto for veto in card.vetoes if veto.is_met(values))
    return Tally(card, card.base + sum(item.net for item in items), items, vetoes)


def tally_item(item: Item, values: Values) -> ItemTally:
    """Evaluate one item of a card."""
    hits = _heaviest_of_groups(
        [
            Hit(rule, values[rule.fact], tenths)
            for rule in item.rules
            if (tenths := rule.tenths_for(values.get(rule.fact)))
        ]
    )
    deducted = -sum(hit.tenths for hit in hits if hit.tenths < 0)
    added = sum(hit.tenths for hit in hits if hit.tenths > 0)
    return ItemTally(item, deducted if item.cap is None else min(deducted, item.cap), added, hits)


def _heaviest_of_groups(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    heaviest: dict[str, Hit] = {}
    for hit in hits:
        key = hit.rule.group or hit.rule.id
        if key not in heaviest or abs(hit.tenths) > abs(heaviest[key].tenths):
            heaviest[key] = hit
    return tuple(heaviest.values())
