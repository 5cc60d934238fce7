"""Which card for whom, and the whole set of rule tables that is in force together."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

from services.risk.domain.cards import Card, Matrix, Source
from services.risk.domain.facts import Condition, Fact, Inference, Sheet, Text, UnknownFact
from services.risk.domain.levels import Strategy
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


Content = dict[str, Any]  # {"cards": [table of a card, …], "policy": table of the policy}
MOST_POINTS = 100


class Part(StrEnum):
    RULE = "rule"  # its points, negative ones are deducted
    ITEM = "item"  # its cap
    THRESHOLD = "threshold"  # the lowest score of a level


VALUE_OF = {Part.RULE: ("rule", "id", "points"), Part.ITEM: ("item", "id", "cap")}


class UnknownPart(Refused):
    code = "unknown_part"


class UnsuitablePoints(Refused):
    code = "unsuitable_points"


@dataclass(frozen=True, slots=True)
class Amendment:
    """``part`` with ``id`` (for a threshold the number of its level) of a card shall be ``value`` points."""

    card: str
    part: Part
    id: str
    value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands in two versions of a policy at the same place."""

    card: str
    part: Part
    id: str
    zh: str
    en: str
    before: float
    after: float


def amended(content: Content, amendments: Iterable[Amendment], *, number: int) -> Content:
    """Return the content with ``amendments``; what changed carries ``number`` at the end of its version.

    Raises ``UnknownPart`` and ``UnsuitablePoints``.
    """
    fresh = deepcopy(content)
    for one in amendments:
        row, name = _place(fresh, one)
        _check(one, before=row[name])
        row[name] = one.value
    for card in fresh["cards"]:
        _check_thresholds(card["card"])
    changed = {one.card for one in differences(content, fresh)}
    for card in fresh["cards"]:
        if card["card"]["id"] in changed:
            card["card"]["version"] = _version(card["card"]["version"], number)
    fresh["policy"]["policy"]["version"] = _version(fresh["policy"]["policy"]["version"], number)
    return fresh


def differences(before: Content, after: Content) -> list[Difference]:
    """Return every place at which two versions of a policy differ, in the order of the cards."""
    old = {(card, part, id_): value for card, part, id_, value, _ in _values(before)}
    return [
        Difference(card, part, id_, label["zh"], label["en"], old[card, part, id_], value)
        for card, part, id_, value, label in _values(after)
        if old[card, part, id_] != value
    ]


def _values(content: Content) -> Iterable[tuple[str, Part, str, float, Mapping[str, str]]]:
    for card in content["cards"]:
        name = card["card"]["id"]
        for row in card["card"]["thresholds"]:
            label = {"zh": f"{row['level']} 级最低分", "en": f"lowest score of level {row['level']}"}
            yield name, Part.THRESHOLD, str(row["level"]), row["at_least"], label
        for part, (table, key, value) in VALUE_OF.items():
            yield from ((name, part, row[key], row[value], row) for row in card[table] if value in row)


def _place(content: Content, one: Amendment) -> tuple[dict[str, Any], str]:
    cards = [card for card in content["cards"] if card["card"]["id"] == one.card]
    if cards and one.part is Part.THRESHOLD:
        found = [row for row in cards[0]["card"]["thresholds"] if str(row["level"]) == one.id]
        name = "at_least"
    elif cards:
        table, key, name = VALUE_OF[one.part]
        found = [row for row in cards[0][table] if row[key] == one.id and name in row]
    else:
        found, name = [], ""
    if not found:
        raise UnknownPart(f"The policy has no {one.part} {one.id} on card {one.card}.", field=one.id)
    return found[0], name


def _check(one: Amendment, *, before: float) -> None:
    """Points are whole tenths within the card's hundred, and a deduction stays a deduction."""
    has_turned = one.part is Part.RULE and one.value * before <= 0
    is_negative = one.part is not Part.RULE and one.value < 0
    if has_turned or is_negative or abs(one.value) > MOST_POINTS or round(one.value * 10, 6) % 1:
        raise UnsuitablePoints(
            f"{one.id}: points are whole tenths up to {MOST_POINTS}; a deduction must stay one, a bonus too.",
            field=one.id,
        )


def _check_thresholds(card: Mapping[str, Any]) -> None:
    """A better level needs a higher score."""
    by_level = [row["at_least"] for row in sorted(card["thresholds"], key=lambda row: row["level"])]
    if any(worse >= better for worse, better in pairwise(by_level)):
        raise UnsuitablePoints(f"{card['id']}: a better level must need a higher score.", field="threshold")


def _version(version: str, number: int) -> str:
    return ".".join([*version.split(".")[:2], str(number)])
