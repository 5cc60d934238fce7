"""The credit grade A to D (credit-and-inspections §5.4): what is counted, what moves it, and why it is what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.credit.domain.publicity import same_day
from services.credit.domain.violations import Named
from shared.machines import Source

LASTING = frozenset({"listed", "major_hazard_overdue"})  # hold as long as their cause, not for a time
NOT_COUNTED = ("standardisation", "years_without_deaths", "registered_engineers", "honours")


@dataclass(frozen=True, slots=True)
class CreditFact:
    """Something that is recorded of an enterprise; ``reference`` is its id."""

    kind: str
    happened_on: date
    reference: str


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
class Move:
    """``at_least`` so many of these ``facts`` make the grade ``steps`` worse."""

    words: Named
    facts: frozenset[str]
    at_least: int
    steps: int


@dataclass(frozen=True)
class Policy:
    """How facts are counted from a day on; ``grades`` from the best on, ``points`` and words by kind of fact."""

    version: str
    effective_from: date
    start: int
    months: int
    grades: Sequence[GradeLimit]
    points: Mapping[str, int]
    words: Mapping[str, Named]
    moves: Sequence[Move]
    source: Source

    def changed(self, points: Mapping[str, int], *, start: int | None = None) -> "Policy":
        """Return the policy with other points or another start, to be tried out."""
        return replace(self, points={**self.points, **points}, start=self.start if start is None else start)


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
    """A grade with its reasons; ``by_score`` is the grade before anything moved it."""

    grade: str
    score: int
    by_score: str
    counted: Sequence[Counted]
    moved: Sequence[Moved]


def policy_on(policies: Sequence[Policy], day: date) -> Policy:
    """Return the policy in force on a day; before the first one, the first one."""
    valid = [one for one in policies if one.effective_from <= day]
    return valid[-1] if valid else policies[0]


def rate(policy: Policy, facts: Sequence[CreditFact], *, today: date) -> Rating:
    """Return the grade that the recorded facts make today, between 0 and 100 points, with every reason (§5.4)."""
    counting = [one for one in facts if counts(policy, one, today=today)]
    by_kind: dict[str, list[str]] = {}
    for fact in counting:
        by_kind.setdefault(fact.kind, []).append(fact.reference)
    counted = [
        Counted(policy.words[kind], len(by_kind[kind]), points * len(by_kind[kind]), tuple(by_kind[kind]))
        for kind, points in policy.points.items()
        if kind in by_kind
    ]
    score = min(max(policy.start + sum(one.points for one in counted), 0), 100)
    moved = [one for move in policy.moves for one in _moved(move, by_kind)]
    order = [one.id for one in policy.grades]
    by_score = next(one.id for one in policy.grades if one.is_met(score))
    worst = min(order.index(by_score) + max((one.steps for one in moved), default=0), len(order) - 1)
    return Rating(order[worst], score, by_score, counted, moved)


def counts(policy: Policy, fact: CreditFact, *, today: date) -> bool:
    """Return whether a fact still counts: within the months of the policy, or as long as its cause lasts."""
    return fact.kind in LASTING or fact.happened_on > same_day(today, -policy.months)


def next_change(policy: Policy, facts: Sequence[CreditFact], *, today: date) -> date | None:
    """Return the first day on which a fact that counts today counts no more; nothing when none will."""
    ends = [
        same_day(one.happened_on, policy.months)
        for one in facts
        if one.kind not in LASTING and counts(policy, one, today=today)
    ]
    return max(min(ends), today + timedelta(days=1)) if ends else None


def as_document(rating: Rating) -> dict[str, Any]:
    """Return the reasons of a rating as they are stored and shown."""
    return {
        "counted": [
            {**_words(one.words), "count": one.count, "points": one.points, "references": list(one.references)}
            for one in rating.counted
        ],
        "moved": [
            {**_words(one.words), "steps": one.steps, "references": list(one.references)} for one in rating.moved
        ],
    }


def _words(words: Named) -> dict[str, str]:
    return {"id": words.id, "zh": words.zh, "en": words.en}


def _moved(move: Move, by_kind: Mapping[str, Sequence[str]]) -> list[Moved]:
    references = tuple(one for kind in sorted(move.facts) for one in by_kind.get(kind, ()))
    return [Moved(move.words, move.steps, references)] if len(references) >= move.at_least else []
