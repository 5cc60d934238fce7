"""Which card for whom, and the whole set of rule tables that is in force together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.risk.domain.cards import Card, Source
from services.risk.domain.composition import Strategy
from services.risk.domain.facts import Condition, Fact, Sheet, Text, UnknownFact
from services.risk.domain.inference import Inference
from services.risk.domain.matrices import Matrix
from services.risk.domain.possibilities import Clause, Possible, contradicted, ladder, require_exact
from shared.errors import Refused


class ContradictingFacts(Refused):
    code = "contradicting_facts"


@dataclass(frozen=True, slots=True)
class Selection:
    """The card and the strategy for enterprises of which any condition holds (none written: for everyone)."""

    card: str
    strategy: Strategy
    any_of: tuple[Condition, ...] = ()
    label: Text = Text("", "")

    def is_certain(self, possible: Possible) -> bool:
        """Return whether it applies whatever the open facts are."""
        return not self.any_of or any(
            all(condition.holds(value) for value in possible[condition.fact]) for condition in self.any_of
        )

    def is_open(self, possible: Possible) -> bool:
        """Return whether one of its conditions may hold."""
        return any(condition.holds(value) for condition in self.any_of for value in possible[condition.fact])


@dataclass(frozen=True, slots=True)
class Policy:
    """``selections`` are tried in order; the last one is for everyone."""

    id: str
    version: str
    name: Text
    source: Source
    selections: tuple[Selection, ...]
    doubts: Mapping[str, Text]

    def candidates(self, possible: Possible) -> Sequence[Selection]:
        """Return the selections that may apply; the last of them does unless an earlier one turns out to."""
        certain = next(place for place, one in enumerate(self.selections) if one.is_certain(possible))
        return [*(one for one in self.selections[:certain] if one.is_open(possible)), self.selections[certain]]


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Every rule table that grading uses, read together and checked against each other; equal only to itself."""

    facts: Mapping[str, Fact]
    clauses: tuple[Clause, ...]
    cards: Mapping[str, Card]
    matrices: Mapping[str, Matrix]
    policy: Policy
    inference: Inference

    def __post_init__(self) -> None:
        for card in self.cards.values():
            require_exact(card, self.ladders[card.id])

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The facts that decide which card applies."""
        return tuple(dict.fromkeys(condition.fact for one in self.policy.selections for condition in one.any_of))

    @cached_property
    def questions_of(self) -> dict[str, tuple[str, ...]]:
        """The facts that matter under each card, gates first."""
        return {card.id: tuple(dict.fromkeys(self.gates + card.facts)) for card in self.cards.values()}

    @cached_property
    def ladders(self) -> dict[str, Possible]:
        """For each card the values of the facts that matter, mildest first."""
        return {
            card.id: {fact: ladder(card, self.facts[fact], clauses=self.clauses) for fact in self.questions_of[card.id]}
            for card in self.cards.values()
        }

    @cached_property
    def gate_ladders(self) -> Possible:
        """The values of the facts that decide which card applies."""
        return {fact: self.facts[fact].options for fact in self.gates}

    @cached_property
    def headcount_steps(self) -> tuple[int, ...]:
        """The numbers of workers at which some card changes, ascending."""
        steps = {
            condition.at_least
            for card in self.cards.values()
            for condition in [rule.condition for rule in card.rules]
            if condition.fact == "headcount"
        }
        return tuple(sorted(steps | {0}))

    def check(self, sheet: Sheet) -> None:
        """Raise ``UnknownFact``, ``UnsuitableValue`` or ``ContradictingFacts`` unless ``sheet`` can be true."""
        for name, known in sheet.items():
            if name not in self.facts:
                raise UnknownFact(f"No card asks for {name}.", field=name)
            self.facts[name].check(known.value)
        broken = contradicted(sheet, self.clauses)
        if broken:
            names = sorted({literal.condition.fact for literal in broken})
            raise ContradictingFacts(f"These facts contradict each other: {', '.join(names)}.", facts=names)
