"""Which questions settle the colour: the fewest facts to confirm so that nothing left open can change it.

The set is chosen for the case that every answer confirms what the score assumes now; an answer that surprises
changes the score, and the questions are found anew. Facts that decide the card and facts that can mean direct red
come first. Of the others each item of the card offers its subsets with what stays at stake, and the items are
combined so that the total at stake no longer reaches a threshold. That is exact, because each fact belongs to one
item. Last, a question that other answers make superfluous is dropped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from services.risk.domain.cards import Card, Item, tally, tally_item
from services.risk.domain.facts import Known, Origin, Sheet, Value
from services.risk.domain.grading import Grade, Outlook, Standing, grade, is_settled, outlooks_of
from services.risk.domain.levels import Level
from services.risk.domain.policy import Rulebook
from services.risk.domain.possibilities import Possible, contradicted, harshest, mildest, silent


@dataclass(frozen=True, slots=True)
class Plan:
    """Asking ``facts`` leaves at most ``loss`` tenths downwards and ``gain`` tenths upwards at stake."""

    facts: tuple[str, ...]
    loss: int
    gain: int

    def __add__(self, other: "Plan") -> "Plan":
        return Plan(self.facts + other.facts, self.loss + other.loss, self.gain + other.gain)


NOTHING_ASKED = Plan((), 0, 0)


def next_questions(book: Rulebook, standing: Standing, *, graded: Grade) -> tuple[str, ...]:
    """Return the facts to confirm next, the weightiest first; none when confirmed facts settle the colour."""
    if is_settled(book, standing, level=graded.level, sheet=standing.confirmed):
        return ()
    card = graded.outlook.card
    assumed = silent(card, graded.outlook.possible)
    asked = [*_gate_questions(book, standing, graded), *_veto_questions(card, standing)]
    confirmed = _open_outlook(book, standing, graded, answered=_answers(asked, assumed))
    plan = _smallest(card, confirmed, assumed, level=graded.level)
    candidates = [*asked, *_by_weight(card, graded, plan.facts)]
    return _without_superfluous(book, standing, graded, candidates=candidates)


def item_plans(item: Item, possible: Possible, *, assumed: Mapping[str, Value]) -> list[Plan]:
    """Return what each subset of an item's open facts would leave at stake, without the inferior ones."""
    open_facts = [fact for fact in item.facts if len(possible[fact]) > 1]
    now = tally_item(item, assumed).net
    plans = []
    for count in range(len(open_facts) + 1):
        for asked in combinations(open_facts, count):
            left = {fact: (assumed[fact],) if fact in asked else possible[fact] for fact in item.facts}
            worst = tally_item(item, harshest(left)).net
            best = tally_item(item, mildest(left)).net
            plans.append(Plan(asked, now - worst, best - now))
    return _useful(plans)


def combined(choices: Iterable[list[Plan]]) -> list[Plan]:
    """Return the useful ways to take one plan of each list."""
    ways = [NOTHING_ASKED]
    for plans in choices:
        ways = _useful([way + plan for way in ways for plan in plans])
    return ways


def _useful(plans: Iterable[Plan]) -> list[Plan]:
    """Keep, of the plans with equally many questions and the same gain, the one with the least loss."""
    best: dict[tuple[int, int], Plan] = {}
    for plan in plans:
        key = (len(plan.facts), plan.gain)
        if key not in best or plan.loss < best[key].loss:
            best[key] = plan
    return list(best.values())


def _smallest(card: Card, outlook: Outlook, assumed: Mapping[str, Value], *, level: Level | None) -> Plan:
    """Return the plan with the fewest questions after which the score stays within the scores of ``level``."""
    lowest, highest = _scores_of(card, outlook, level)
    ways = combined(item_plans(item, outlook.possible, assumed=assumed) for item in card.items)
    total = tally(card, assumed).total
    enough = [way for way in ways if total - way.loss >= lowest and total + way.gain <= highest]
    if not enough:  # a veto that was assumed keeps it red whatever the score: nothing more to ask
        return NOTHING_ASKED
    return min(enough, key=lambda way: (len(way.facts), way.loss + way.gain))


def _scores_of(card: Card, outlook: Outlook, level: Level | None) -> tuple[int, int]:
    """Return the lowest and highest total (unclamped) with which the enterprise stays at ``level``."""
    reach = 10 * card.base
    edges = [lowest for lowest, _ in card.thresholds]
    floors = [-reach, *sorted(edges)]
    ceilings = [*(edge - 1 for edge in sorted(edges)), reach]
    bands = [
        (floor, ceiling)
        for floor, ceiling in zip(floors, ceilings, strict=True)
        if outlook.composed(card.level_of(max(floor, 0))) == level
    ]
    return (bands[0][0], bands[-1][1]) if bands else (-reach, reach)


def _gate_questions(book: Rulebook, standing: Standing, graded: Grade) -> list[str]:
    """Ask whether the card is the right one: no to each card before it, and yes to one reason for it."""
    chosen = graded.outlook.selection
    before = book.policy.selections[: book.policy.selections.index(chosen)]
    refuting = [one.fact for selection in before for one in selection.any_of if one.fact not in standing.confirmed]
    said = [
        one.fact for one in chosen.any_of if one.fact in standing.sheet and one.holds(standing.sheet[one.fact].value)
    ]
    is_sure = any(standing.sheet[fact].is_confirmed for fact in said)
    return refuting if is_sure else [*refuting, *said[:1]]


def _veto_questions(card: Card, standing: Standing) -> list[str]:
    return [fact for fact in card.facts if fact in card.vetoing_facts and fact not in standing.confirmed]


def _answers(facts: Iterable[str], assumed: Mapping[str, Value]) -> dict[str, Known]:
    return {fact: Known(assumed[fact], Origin.CONFIRMED) for fact in facts}


def _open_outlook(book: Rulebook, standing: Standing, graded: Grade, *, answered: Mapping[str, Known]) -> Outlook:
    """Return the outlook under the present card when only confirmed facts and ``answered`` are known."""
    sheet = {**standing.confirmed, **answered}
    outlooks = outlooks_of(book, sheet, risk_points=standing.risk_points)
    return next(one for one in outlooks if one.card.id == graded.outlook.card.id)


def _by_weight(card: Card, graded: Grade, facts: Iterable[str]) -> list[str]:
    """Order ``facts`` by the points that each can move by itself, the largest first."""
    ladders = {fact: graded.outlook.possible[fact] for fact in facts}

    def weight(fact: str) -> int:
        return max(
            (abs(rule.tenths_for(value)) for rule in card.rules_of_fact[fact] for value in ladders[fact]),
            default=0,
        )

    return sorted(facts, key=lambda fact: (-weight(fact), card.facts.index(fact)))


def _without_superfluous(
    book: Rulebook, standing: Standing, graded: Grade, *, candidates: list[str]
) -> tuple[str, ...]:
    """Drop, from the lightest up, each question whose answer changes nothing once the others are answered."""
    assumed = silent(graded.outlook.card, graded.outlook.possible)
    kept = list(dict.fromkeys(candidates))
    for fact in reversed(tuple(kept)):
        fewer = [one for one in kept if one != fact]
        sheet = {**standing.confirmed, **_answers(fewer, assumed)}
        if is_settled(book, standing, level=graded.level, sheet=sheet):
            kept = fewer
    return tuple(kept)


Move = tuple[int, tuple[tuple[str, Value], ...]]  # tenths gained, facts with their new values
NOTHING: Move = (0, ())


@dataclass(frozen=True, slots=True)
class Change:
    """``fact`` would have to be ``after``; None before is unknown."""

    fact: str
    before: Value | None
    after: Value


def changes_to(book: Rulebook, standing: Standing, *, graded: Grade, wanted: Level) -> tuple[Change, ...] | None:
    """Return the fewest changes of facts that bring the card's level to ``wanted`` or beyond; None when no facts can.

    Towards a better level facts become mild, towards a worse one harsh. What already is as wanted needs none.
    One change may move it by more than one level, like the end of a veto, which then is the answer.
    """
    if graded.level is None or graded.level == wanted:
        return () if graded.level == wanted else None
    place = 0 if wanted > graded.level else -1
    card, possible = graded.outlook.card, graded.outlook.possible
    now = silent(card, possible)
    ends = {fact: _ladder(book, card.id, fact)[place] for fact in card.facts}
    targets = {fact: end if _is_possible(book, standing, {fact: end}) else now[fact] for fact, end in ends.items()}
    forced = _lifted_vetoes(graded, targets) if place == 0 else ()
    choices = [_item_moves(item, now, targets, place=place, forced=forced) for item in card.items]
    for _, plan in sorted(_combined(choices).items()):
        changed = (*((fact, targets[fact]) for fact in forced), *plan[1])
        level = _level_after(book, standing, changed)
        if level is not None and (level >= wanted if place == 0 else level <= wanted):
            return tuple(Change(fact, _known(standing, fact), after) for fact, after in dict(changed).items())
    return None


def _lifted_vetoes(graded: Grade, targets: Mapping[str, Value]) -> tuple[str, ...]:
    """The facts that mean direct red now have to change whatever the score."""
    values = silent(graded.outlook.card, graded.outlook.possible)
    conditions = [one for veto in graded.counted.vetoes for one in veto.any_of]
    return tuple(dict.fromkeys(one.fact for one in conditions if one.holds(values[one.fact])))


def _item_moves(
    item: Item, now: Mapping[str, Value], targets: Mapping[str, Value], *, place: int, forced: Iterable[str]
) -> dict[int, Move]:
    """Return, by the number of changed facts of an item, the plan that moves the score furthest."""
    base = {**now, **{fact: targets[fact] for fact in forced}}
    before = tally_item(item, base).net
    movable = [fact for fact in item.facts if base[fact] != targets[fact] and fact not in forced]
    best: dict[int, Move] = {0: NOTHING}
    for count in range(1, len(movable) + 1):
        for chosen in combinations(movable, count):
            moved = tally_item(item, {**base, **{fact: targets[fact] for fact in chosen}}).net - before
            gain = moved if place == 0 else -moved
            if gain > best.get(count, best[max(best)])[0]:
                best[count] = (gain, tuple((fact, targets[fact]) for fact in chosen))
    return best


def _combined(choices: Iterable[dict[int, Move]]) -> dict[int, Move]:
    """Return, by the number of changed facts in all items, the move that shifts the score furthest."""
    ways: dict[int, Move] = {0: NOTHING}
    for moves in choices:
        both = [
            (held + count, (way[0] + move[0], way[1] + move[1]))
            for held, way in ways.items()
            for count, move in moves.items()
        ]
        ways = {}
        for count, move in sorted(both, key=lambda one: one[1][0]):
            ways[count] = move
    return ways


def _level_after(book: Rulebook, standing: Standing, changed: Iterable[tuple[str, Value]]) -> Level | None:
    """Return the level that the engine gives once these facts are confirmed; None when they contradict each other."""
    sheet = _changed_sheet(standing, dict(changed))
    if contradicted(sheet, book.clauses):
        return None
    return grade(book, Standing(sheet, standing.is_assessed, standing.risk_points)).level


def _ladder(book: Rulebook, card: str, fact: str) -> tuple[Value, ...]:
    return book.ladders[card][fact]


def _known(standing: Standing, fact: str) -> Value | None:
    return standing.sheet[fact].value if fact in standing.sheet else None


def _is_possible(book: Rulebook, standing: Standing, changed: Mapping[str, Value]) -> bool:
    """Return whether the changes do not contradict what is known."""
    return not contradicted(_changed_sheet(standing, changed), book.clauses)


def _changed_sheet(standing: Standing, changed: Mapping[str, Value]) -> Sheet:
    return {**standing.sheet, **{fact: Known(value, Origin.CONFIRMED) for fact, value in changed.items()}}
