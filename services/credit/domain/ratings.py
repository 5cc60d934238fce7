"""The credit grade A to D (credit-and-inspections §5.4): what is counted, what moves it, and why it is what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.credit.domain.violations import Named
from shared.calendar import months_later
from shared.machines import Source

STANDARDISED = {"1": "standardised_1", "2": "standardised_2", "3": "standardised_3"}  # kind of fact by level
QUIET = "years_without_death"
LASTING = frozenset({"listed", "major_hazard_overdue", QUIET, *STANDARDISED.values()})  # as long as their cause


@dataclass(frozen=True, slots=True)
class CreditFact:
    """Something that is recorded of an enterprise; ``reference`` is its id.

    One with a last day, ``until``, counts up to it whatever the months of the policy are; ``count`` are persons where
    the fact is about so many.
    """

    kind: str
    happened_on: date
    reference: str
    until: date | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class GradeLimit:
    """A grade is reached ``above`` a score, or ``from`` it on."""

    id: str
    least: int
    is_above: bool

    def is_met(self, score: int) -> bool:
        """Return whether a score is enough."""
        return score > self.least if self.is_above else score >= self.least


@dataclass(frozen=True, slots=True)
class Start:
    """Where the score of an enterprise begins of which this is recorded; ``alternative`` as another source has it."""

    words: Named
    points: int
    alternative: int


@dataclass(frozen=True, slots=True)
class Bonus:
    """``at_least`` so many of a ``fact`` add ``points``; of one ``group`` only the best counts."""

    words: Named
    group: str
    fact: str
    at_least: int
    points: int


@dataclass(frozen=True, slots=True)
class Move:
    """``at_least`` so many of these ``facts`` make the grade ``steps`` worse; a locked one is no policy's to change."""

    words: Named
    facts: frozenset[str]
    at_least: int
    steps: int
    is_locked: bool = False


@dataclass(frozen=True)
class Policy:
    """How facts are counted from a day on; ``grades`` from the best on, ``points`` and words by kind of fact.

    ``most_bonus`` are the points that all bonuses add together at most.
    """

    version: str
    effective_from: date
    start: int
    starts: Sequence[Start]
    months: int
    grades: Sequence[GradeLimit]
    points: Mapping[str, int]
    words: Mapping[str, Named]
    bonuses: Sequence[Bonus]
    most_bonus: int
    moves: Sequence[Move]
    source: Source


@dataclass(frozen=True, slots=True)
class Counted:
    """So many facts of a kind, and the points that they make together."""

    words: Named
    count: int
    points: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """What made the grade so many ``steps`` worse."""

    words: Named
    steps: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """A grade with its reasons; ``by_score`` is the grade before anything moved it.

    ``started`` says why the score began elsewhere than that of most, ``bonus`` are the points that ``earned`` adds.
    """

    grade: str
    score: int
    by_score: str
    start: int
    started: Sequence[Counted]
    counted: Sequence[Counted]
    earned: Sequence[Counted]
    bonus: int
    moved: Sequence[Moved]


ByKind = Mapping[str, Sequence[CreditFact]]


def policy_on(policies: Sequence[Policy], day: date) -> Policy:
    """Return the policy in force on a day; before the first one, the first one."""
    valid = [one for one in policies if one.effective_from <= day]
    return valid[-1] if valid else policies[0]


def rate(policy: Policy, facts: Sequence[CreditFact], *, today: date) -> Rating:
    """Return the grade that the recorded facts make today, between 0 and 100 points, with every reason (§5.4)."""
    by_kind: dict[str, list[CreditFact]] = {}
    for fact in facts:
        if counts(policy, fact, today=today):
            by_kind.setdefault(fact.kind, []).append(fact)
    started, counted, earned = _started(policy, by_kind), _counted(policy, by_kind), _earned(policy, by_kind)
    start = started[0].points if started else policy.start
    bonus = min(sum(one.points for one in earned), policy.most_bonus)
    score = min(max(start + sum(one.points for one in counted) + bonus, 0), 100)
    moved = [one for move in policy.moves for one in _moved(move, by_kind)]
    order = [one.id for one in policy.grades]
    by_score = next(one.id for one in policy.grades if one.is_met(score))
    worst = min(order.index(by_score) + max((one.steps for one in moved), default=0), len(order) - 1)
    return Rating(order[worst], score, by_score, start, started, counted, earned, bonus, moved)


def counts(policy: Policy, fact: CreditFact, *, today: date) -> bool:
    """Return whether a fact counts today: up to its last day, within the months of the policy, or with its cause."""
    if fact.happened_on > today:
        return False
    if fact.until is not None:
        return today <= fact.until
    return fact.kind in LASTING or fact.happened_on > months_later(today, -policy.months)


def next_change(policy: Policy, facts: Sequence[CreditFact], *, today: date) -> date | None:
    """Return the first day on which a fact begins to count, or counts no more; nothing when none will."""
    days = [one for fact in facts if (one := _turn_of(policy, fact, today=today)) is not None]
    return max(min(days), today + timedelta(days=1)) if days else None


def registered_at(enterprise_id: str) -> datetime:
    """Return the moment (UTC) at which an enterprise was entered in the register: its id is a UUIDv7, which says so."""
    return datetime.fromtimestamp((UUID(enterprise_id).int >> 80) / 1000, UTC)


def quiet_from(known_since: date, last_death: date | None, *, years: int) -> date:
    """Return from which day on an enterprise has had no death for so many years (§5.4: 5年无死亡).

    It is counted from its last accident with a death, and at the earliest from the day since which it is known: of the
    years before that nothing is recorded, and unknown is never no.
    """
    return months_later(max(known_since, last_death or known_since), 12 * years)


def as_document(rating: Rating) -> dict[str, Any]:
    """Return the reasons of a rating as they are stored and shown."""
    counted = {name: [_told(one) for one in getattr(rating, name)] for name in ("started", "counted", "earned")}
    moved = [{**_words(one.words), "steps": one.steps, "references": list(one.references)} for one in rating.moved]
    return {"start": rating.start, **counted, "bonus": rating.bonus, "moved": moved}


def _turn_of(policy: Policy, fact: CreditFact, *, today: date) -> date | None:
    if fact.happened_on > today:
        return fact.happened_on
    if not counts(policy, fact, today=today):
        return None
    if fact.until is not None:
        return fact.until + timedelta(days=1)
    return None if fact.kind in LASTING else months_later(fact.happened_on, policy.months)


def _told(one: Counted) -> dict[str, Any]:
    return {**_words(one.words), "count": one.count, "points": one.points, "references": list(one.references)}


def _words(words: Named) -> dict[str, str]:
    return {"id": words.id, "zh": words.zh, "en": words.en}


def _references(facts: Sequence[CreditFact]) -> tuple[str, ...]:
    return tuple(one.reference for one in facts)


def _started(policy: Policy, by_kind: ByKind) -> list[Counted]:
    return [
        Counted(one.words, 1, one.points, _references(by_kind[one.words.id]))
        for one in policy.starts
        if one.words.id in by_kind
    ]


def _counted(policy: Policy, by_kind: ByKind) -> list[Counted]:
    return [
        Counted(policy.words[kind], len(by_kind[kind]), points * len(by_kind[kind]), _references(by_kind[kind]))
        for kind, points in policy.points.items()
        if kind in by_kind
    ]


def _earned(policy: Policy, by_kind: ByKind) -> list[Counted]:
    """Return the best bonus of each group; of several facts about persons the one about most of them counts."""
    best: dict[str, Counted] = {}
    for bonus in policy.bonuses:
        facts = by_kind.get(bonus.fact, ())
        count = max((one.count for one in facts), default=0)
        is_better = bonus.group not in best or bonus.points > best[bonus.group].points
        if count >= bonus.at_least and is_better:
            best[bonus.group] = Counted(bonus.words, count, bonus.points, _references(facts))
    return list(best.values())


def _moved(move: Move, by_kind: ByKind) -> list[Moved]:
    references = tuple(one for kind in sorted(move.facts) for one in _references(by_kind.get(kind, ())))
    return [Moved(move.words, move.steps, references)] if len(references) >= move.at_least else []
