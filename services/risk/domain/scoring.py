"""One engine evaluates any card: caps per item, bonuses in full, vetoes, thresholds.

The printed card leaves open whether a bonus may exceed the cap of its item. Decided here: deductions are clamped
to the cap, bonuses are added in full, and the total is clamped to 0…100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.risk.domain.cards import Card, Item, Rule, Veto
from services.risk.domain.facts import Value
from services.risk.domain.levels import Level

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
