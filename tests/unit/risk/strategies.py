"""Small random cards and what may be known of them, for tests against brute force."""

from collections.abc import Iterator
from itertools import product

from hypothesis import settings
from hypothesis import strategies as st

from services.risk.domain.cards import Card, Item, Rule
from services.risk.domain.facts import Kind, Known, Origin, Value
from services.risk.domain.policy import Rulebook
from tests.unit.risk.builders import card, count_rule, flag_rule, item, veto, yes

UNITS = (0, 1, 3)  # of a count that is known
FEW = settings(max_examples=40, deadline=None)  # brute force is slow; the cards are small
POINTS = st.sampled_from([-250, -150, -100, -50, -1, 20, 50, 150])


@st.composite
def small_cards(draw: st.DrawFn) -> Card:
    """Draw a card of one to three items, each with one to three facts, sometimes with a veto."""
    items = [draw(_items(number)) for number in range(draw(st.integers(1, 3)))]
    vetoes = (veto(yes("vetoing")),) if draw(st.booleans()) else ()
    return card(*items, vetoes=vetoes)


@st.composite
def _items(draw: st.DrawFn, number: int) -> Item:
    rules = [draw(_rules(f"fact_{number}_{place}", f"g{number}")) for place in range(draw(st.integers(1, 3)))]
    return item(f"I{number}", draw(st.sampled_from([None, 100, 200])), *rules)


@st.composite
def _rules(draw: st.DrawFn, fact: str, group: str) -> Rule:
    tenths = draw(POINTS)
    if draw(st.integers(0, 3)) == 0:
        return count_rule(fact, tenths)
    is_grouped = tenths < 0 and draw(st.booleans())
    return flag_rule(fact, tenths, group=group if is_grouped else "")


@st.composite
def sheets(draw: st.DrawFn, one: Card) -> dict[str, Known]:
    """Draw what is known of the facts of a small card: each unknown, inferred or confirmed."""
    counts = {rule.fact for rule in one.rules if rule.is_per_unit}
    known = {}
    for fact in one.facts:
        origin = draw(st.sampled_from([None, Origin.INFERRED, Origin.CONFIRMED]))
        if origin:
            value: Value = draw(st.sampled_from(UNITS)) if fact in counts else draw(st.sampled_from(["no", "yes"]))
            known[fact] = Known(value, origin)
    return known


def answers(book: Rulebook, fact: str) -> list[Value]:
    """Return every answer to a question of a small card, and the saturating one of a count."""
    asked = book.facts[fact]
    return [*UNITS, asked.maximum] if asked.kind is Kind.COUNT else list(asked.options)


def completions(book: Rulebook, known: dict[str, Known], facts: list[str]) -> Iterator[dict[str, Value]]:
    """Give every way in which the enterprise may turn out, given the known facts."""
    stated = {fact: one.value for fact, one in known.items()}
    unknown = [fact for fact in facts if fact not in stated]
    for values in product(*(answers(book, fact) for fact in unknown)):
        yield stated | dict(zip(unknown, values, strict=True))
