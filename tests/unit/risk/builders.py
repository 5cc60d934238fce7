"""Short ways to write facts and small cards in tests. Points are tenths, as in the domain."""

from datetime import date

from services.risk.domain.cards import Card, Item, Rule, Source, Veto
from services.risk.domain.facts import NO, YES, Condition, Fact, Inference, Kind, Known, Origin, Text, Value
from services.risk.domain.levels import Level, Strategy
from services.risk.domain.policy import Policy, Rulebook, Selection
from services.risk.domain.possibilities import Clause

TEXT = Text("题", "text")
SOURCE = Source("a test", "design", date(2026, 1, 1))
THRESHOLDS = ((900, Level.BLUE), (750, Level.YELLOW), (600, Level.ORANGE))
BIG_COUNT = 50


def confirmed(**values: Value) -> dict[str, Known]:
    """Return a sheet of confirmed facts."""
    return {fact: Known(value, Origin.CONFIRMED) for fact, value in values.items()}


def inferred(**values: Value) -> dict[str, Known]:
    """Return a sheet of inferred facts."""
    return {fact: Known(value, Origin.INFERRED, ("词",)) for fact, value in values.items()}


def yes(fact: str) -> Condition:
    """Return the condition that a flag is yes."""
    return Condition(fact, (YES,))


def flag_rule(fact: str, tenths: int, *, group: str = "") -> Rule:
    """Return a rule that counts once when the flag ``fact`` is yes."""
    return Rule(id=f"rule_{fact}", condition=yes(fact), tenths=tenths, clause="1", label=TEXT, group=group)


def count_rule(fact: str, tenths: int) -> Rule:
    """Return a rule that counts per unit of ``fact``."""
    condition = Condition(fact, at_least=1)
    return Rule(f"rule_{fact}", condition, tenths=tenths, clause="1", label=TEXT, is_per_unit=True)


def item(name: str, cap: int | None, *rules: Rule) -> Item:
    """Return an item of a card."""
    return Item(name, TEXT, cap, rules)


def card(*items: Item, vetoes: tuple[Veto, ...] = ()) -> Card:
    """Return a card with the usual thresholds."""
    return Card(
        id="TEST", version="1", name=TEXT, source=SOURCE, base=1000, thresholds=THRESHOLDS, items=items, vetoes=vetoes
    )


def veto(*conditions: Condition) -> Veto:
    """Return a veto."""
    return Veto("V1", conditions, "1", TEXT)


def book_of(one: Card, *, clauses: tuple[Clause, ...] = ()) -> Rulebook:
    """Return a rulebook in which ``one`` is the card for everyone."""
    counts = {rule.fact for rule in one.rules if rule.is_per_unit}
    facts = {
        fact: Fact(fact, Kind.COUNT, TEXT, maximum=BIG_COUNT)
        if fact in counts
        else Fact(fact, Kind.FLAG, TEXT, (NO, YES))
        for fact in one.facts
    }
    return Rulebook(
        facts=facts,
        clauses=clauses,
        cards={one.id: one},
        matrices={},
        policy=Policy("P", "1", TEXT, SOURCE, (Selection(one.id, Strategy.SCORE_CARD),), {}),
        inference=Inference({}, {}, {}),
    )
