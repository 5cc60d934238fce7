"""The grade of an enterprise: the colour now, how bad it may still be, and whether it is settled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from services.risk.domain.cards import Card, Tally, tally
from services.risk.domain.facts import YES, Known, Sheet, Value
from services.risk.domain.levels import Level, compose, worst_of
from services.risk.domain.policy import Rulebook, Selection
from services.risk.domain.possibilities import Possible, harshest, mildest, possible_values, silent

MOST_REASONS = 8
UNKNOWN_FACTS = "unknown_facts"
INFERRED_FACTS = "inferred_facts"
INFERRED_HAZARD = "inferred_hazard"
ASSESSMENT_NOT_CONFIRMED = "assessment_not_confirmed"
RISK_POINTS = "risk_points"


@dataclass(frozen=True, slots=True)
class Standing:
    """All that grading looks at. ``risk_points`` is the worst level of the enterprise's risk-point ledger."""

    sheet: Sheet
    is_assessed: bool = False
    risk_points: Level | None = None

    @property
    def confirmed(self) -> dict[str, Known]:
        """The facts that a person has confirmed."""
        return {fact: known for fact, known in self.sheet.items() if known.is_confirmed}


@dataclass(frozen=True)
class Outlook:
    """Everything that a card may still come to under one selection: ``possible`` values of each fact."""

    card: Card
    selection: Selection
    possible: Possible
    risk_points: Level | None = None

    @cached_property
    def worst(self) -> Level | None:
        """The level when every open fact turns out at its harshest."""
        return self.level_for(harshest(self.possible))

    @cached_property
    def best(self) -> Level | None:
        """The level when every open fact turns out at its mildest."""
        return self.level_for(mildest(self.possible))

    def settles(self, level: Level | None) -> bool:
        """Return whether the open facts cannot move the colour away from ``level``."""
        return self.worst == level == self.best

    def level_for(self, values: Mapping[str, Value]) -> Level | None:
        """Return the level that the strategy gives for complete ``values``."""
        return self.level_of(tally(self.card, values))

    def level_of(self, counted: Tally) -> Level | None:
        """Return the level that the strategy gives for an evaluated card."""
        return self.composed(self.card.level_of(counted.score), is_vetoed=bool(counted.vetoes))

    def composed(self, card_level: Level, *, is_vetoed: bool = False) -> Level | None:
        """Return the level that the strategy makes of the card's level."""
        return compose(
            self.selection.strategy,
            card=card_level,
            risk_points=self.risk_points,
            is_vetoed=is_vetoed,
        )


@dataclass(frozen=True)
class Grade:
    """A grade with its reasons. ``counted`` is the evaluation behind ``score`` (tenths of a point)."""

    level: Level | None
    worst_level: Level | None
    counted: Tally
    outlook: Outlook
    facts: tuple[str, ...]
    doubts: tuple[str, ...] = field(default=())

    @property
    def is_provisional(self) -> bool:
        """Whether something unknown, inferred or unassessed still stands behind the colour."""
        return bool(self.doubts)

    @property
    def open_facts(self) -> tuple[str, ...]:
        """The facts that matter and are unknown."""
        return tuple(fact for fact in self.facts if len(self.outlook.possible[fact]) > 1)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Ids of vetoes and rules, heaviest first, then the doubts; at most eight.

        A rule whose fact is unknown may cost points, the fewest that are possible, but says nothing that is so.
        """
        is_by_points = self.level is not None and self.level < self.counted.level
        weighty = [veto.id for veto in self.counted.vetoes] + [RISK_POINTS] * is_by_points
        weighty += [hit.rule.id for hit in self.counted.hits if len(self.outlook.possible[hit.rule.fact]) == 1]
        return (*weighty[: MOST_REASONS - len(self.doubts)], *self.doubts)


def grade(book: Rulebook, standing: Standing) -> Grade:
    """Grade an enterprise from what is known of it.

    The score counts known facts only; ``worst_level`` puts the unknown ones at their harshest, under every card
    that may apply. The grade is provisional until confirmed facts alone settle the colour.
    """
    outlooks = outlooks_of(book, standing.sheet, risk_points=standing.risk_points)
    chosen = outlooks[-1]
    counted = tally(chosen.card, silent(chosen.card, chosen.possible))
    level = chosen.level_of(counted)
    return Grade(
        level=level,
        worst_level=worst_of(*(outlook.worst for outlook in outlooks)),
        counted=counted,
        outlook=chosen,
        facts=book.questions_of[chosen.card.id],
        doubts=_doubts(book, standing, level=level, outlooks=outlooks),
    )


def outlooks_of(book: Rulebook, sheet: Sheet, *, risk_points: Level | None = None) -> list[Outlook]:
    """Return the outlook under each card that may apply; the last one is the one that does as far as is known."""
    gates = possible_values(book.gate_ladders, sheet, clauses=book.clauses)
    return [
        Outlook(
            card=book.cards[selection.card],
            selection=selection,
            possible=possible_values(book.ladders[selection.card], sheet, clauses=book.clauses),
            risk_points=risk_points,
        )
        for selection in book.policy.candidates(gates)
    ]


def _doubts(book: Rulebook, standing: Standing, *, level: Level | None, outlooks: list[Outlook]) -> tuple[str, ...]:
    found = []
    if not all(outlook.settles(level) for outlook in outlooks):
        found.append(UNKNOWN_FACTS)
    elif not is_settled(book, standing, level=level, sheet=standing.confirmed):
        found.append(INFERRED_FACTS)
    if level is Level.BLUE and _has_inferred_hazard(book, standing.sheet):
        found.append(INFERRED_HAZARD)
    if outlooks[-1].card.needs_assessment and not standing.is_assessed:
        found.append(ASSESSMENT_NOT_CONFIRMED)
    return tuple(found)


def is_settled(book: Rulebook, standing: Standing, *, level: Level | None, sheet: Sheet) -> bool:
    """Return whether ``sheet`` alone leaves no other colour than ``level``, under every card that may apply."""
    outlooks = outlooks_of(book, sheet, risk_points=standing.risk_points)
    return all(outlook.settles(level) for outlook in outlooks)


def _has_inferred_hazard(book: Rulebook, sheet: Sheet) -> bool:
    return any(
        fact in sheet and sheet[fact].value == YES and not sheet[fact].is_confirmed
        for fact in book.inference.features.values()
    )
