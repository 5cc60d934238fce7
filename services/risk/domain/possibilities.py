"""What an unknown fact may still be: the values that could matter, mildest first, narrowed by what is known.

Only values at which some rule changes are kept, so a count has a handful of them. Because each fact touches one
item and one group of a card, its values have one order of harm, and "every open fact at its harshest" is exactly
the worst case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.risk.domain.cards import Card, Rule
from services.risk.domain.facts import Condition, Fact, Kind, Sheet, Value

Possible = Mapping[str, tuple[Value, ...]]  # fact id -> the values that it may have, mildest first


class UnusableCard(ValueError):
    """A rule table that the engine cannot evaluate exactly; found when it is read, never while grading."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A condition, or its opposite when it ``is_negated``."""

    condition: Condition
    is_negated: bool = False

    def holds(self, value: Value) -> bool:
        """Return whether it is true of ``value``."""
        return self.condition.holds(value) is not self.is_negated


Clause = tuple[Literal, ...]  # at least one of the literals is true, whatever the enterprise


def ladder(card: Card, fact: Fact, *, clauses: Sequence[Clause]) -> tuple[Value, ...]:
    """Return the values of ``fact`` between which something changes, from the mildest to the harshest."""
    rules = card.rules_of_fact.get(fact.id, ())
    if fact.kind is Kind.COUNT:
        values: Iterable[Value] = _turning_points(card, fact, clauses)
    else:
        values = fact.options
    return tuple(sorted(values, key=lambda value: (-_worth(rules, value), _is_vetoing(card, fact.id, value))))


def require_exact(card: Card, ladders: Possible) -> None:
    """Raise ``UnusableCard`` unless each fact of ``card`` has one order of harm.

    That is so when its rules stand in one item, exclude each other or share a group, do not both add and deduct,
    and when no value is direct red while a costlier one is not.
    """
    for fact, rules in card.rules_of_fact.items():
        is_choice = all(rule.condition.values for rule in rules)
        is_group = len({rule.group for rule in rules}) == 1 and bool(rules and rules[0].group)
        items = [item for item in card.items if fact in item.facts]
        if len(items) > 1 or not (len(rules) < 2 or is_choice or is_group):
            raise UnusableCard(f"{card.id}: the rules of {fact} must stand in one item and one group")
        if len({rule.tenths > 0 for rule in rules}) > 1:
            raise UnusableCard(f"{card.id}: {fact} both adds and deducts")
        vetoing = [_is_vetoing(card, fact, value) for value in ladders[fact]]
        if vetoing != sorted(vetoing):
            raise UnusableCard(f"{card.id}: a veto on {fact} must begin at its costliest values")


def possible_values(ladders: Possible, sheet: Sheet, *, clauses: Sequence[Clause]) -> dict[str, tuple[Value, ...]]:
    """Return what each fact may be, given the known ones and what follows from them by ``clauses``.

    What is known stays as it is, even when it contradicts a clause.
    """
    possible = dict(ladders)
    possible.update({fact: (known.value,) for fact, known in sheet.items()})
    is_changed = True
    while is_changed:
        is_changed = False
        for clause in clauses:
            is_changed |= _narrow(possible, clause)
    return possible


def contradicted(sheet: Sheet, clauses: Sequence[Clause]) -> Clause | None:
    """Return a clause that the known facts break, or None."""
    for clause in clauses:
        facts = [literal.condition.fact for literal in clause]
        if all(fact in sheet for fact in facts) and not any(
            literal.holds(sheet[literal.condition.fact].value) for literal in clause
        ):
            return clause
    return None


def harshest(possible: Possible) -> dict[str, Value]:
    """Return every fact at its worst."""
    return {fact: values[-1] for fact, values in possible.items()}


def mildest(possible: Possible) -> dict[str, Value]:
    """Return every fact at its best."""
    return {fact: values[0] for fact, values in possible.items()}


def silent(card: Card, possible: Possible) -> dict[str, Value]:
    """Return every fact at the value that says least: no deduction beyond what is certain, no bonus unearned."""
    return {fact: values[-1] if fact in card.adding_facts else values[0] for fact, values in possible.items()}


def _narrow(possible: dict[str, tuple[Value, ...]], clause: Clause) -> bool:
    """When only one literal can still be true it must be: keep the values that make it so."""
    live = None
    for literal in clause:
        if _can_hold(possible, literal):
            if live:
                return False
            live = literal
    if live is None:
        return False
    fact = live.condition.fact
    values = possible.get(fact, ())
    kept = tuple(value for value in values if live.holds(value))
    if len(kept) == len(values):
        return False
    possible[fact] = kept
    return True


def _can_hold(possible: Possible, literal: Literal) -> bool:
    values = possible.get(literal.condition.fact)
    return values is None or any(literal.holds(value) for value in values)


def _turning_points(card: Card, fact: Fact, clauses: Sequence[Clause]) -> set[Value]:
    rules = card.rules_of_fact.get(fact.id, ())
    conditions = [rule.condition for rule in rules]
    conditions += [condition for veto in card.vetoes for condition in veto.any_of]
    conditions += [literal.condition for clause in clauses for literal in clause]
    points = {0} | {one.at_least + step for one in conditions if one.fact == fact.id for step in (-1, 0)}
    points |= {_saturation(card, rule, fact) for rule in rules if rule.is_per_unit}
    return {point for point in points if 0 <= point <= fact.maximum}


def _saturation(card: Card, rule: Rule, fact: Fact) -> int:
    """The count from which one more changes nothing."""
    cap = next(item.cap for item in card.items if rule in item.rules)
    if cap is None or rule.tenths > 0:
        return fact.maximum
    return min(fact.maximum, -(cap // rule.tenths))


def _worth(rules: Sequence[Rule], value: Value) -> int:
    worths = [rule.tenths_for(value) for rule in rules]
    is_grouped = any(rule.group for rule in rules)
    return (min(worths, default=0) or max(worths, default=0)) if is_grouped else sum(worths)


def _is_vetoing(card: Card, fact: str, value: Value) -> bool:
    return any(condition.fact == fact and condition.holds(value) for veto in card.vetoes for condition in veto.any_of)
