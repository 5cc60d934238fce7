"""The measures of each kind of permit, and which of them a job surely involves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.permits.domain.kinds import WorkFacts
from shared.machines import NotAllowed

INVOLVED, UNANSWERED = "involved", "unanswered"
ANY = "any"
BLANK = "（ ）"  # where the sentence of the standard leaves a number to be written in
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of a form; ``text`` is the sentence of the standard, ``en`` our short wording.

    It is involved when it always is, when the question ``condition`` is answered yes, at one of ``levels``, when the
    job has another permit of the kind ``related``, or when the number ``number_of`` is above ``above`` (and ``also`` is
    answered yes).
    """

    kind: str
    number: int
    text: str
    en: str
    clause: str
    condition: str
    is_always: bool
    is_free: bool
    levels: tuple[str, ...]
    related: str
    number_of: str
    above: Decimal
    also: str

    @property
    def blanks(self) -> int:
        """Return how many numbers are to be written in."""
        return self.text.count(BLANK)

    @property
    def asks_for_words(self) -> bool:
        """Return whether the sentence says nothing without what is written in: numbers, or the other measure."""
        return self.is_free or self.blanks > 0

    def is_complete(self, note: str) -> bool:
        """Return whether ``note`` is what belongs into the sentence: a number for each blank, or words (annex A)."""
        return not self.asks_for_words or bool(note.strip()) and len(NUMBER.findall(note)) >= self.blanks


@dataclass(frozen=True)
class MeasureRules:
    measures: Mapping[str, tuple[Measure, ...]]


def measures_of(kind: str, *, rules: MeasureRules) -> tuple[Measure, ...]:
    """Return the rows of the form of ``kind`` in order (A.1 to A.8); raises ``NotAllowed`` for an unknown kind."""
    if kind not in rules.measures:
        raise NotAllowed("kind_unknown", "There is no such kind of work: choose one of the eight.", kind=kind)
    return rules.measures[kind]


def suggested(kind: str, facts: WorkFacts, *, rules: MeasureRules, level: str = "") -> dict[int, str]:
    """Return for each row whether it is surely involved; never that it is not: that a person decides."""
    rows = measures_of(kind, rules=rules)
    return {row.number: INVOLVED if _is_involved(row, facts, level) else UNANSWERED for row in rows}


def _is_involved(row: Measure, facts: WorkFacts, level: str) -> bool:
    return (
        row.is_always
        or level in row.levels
        or facts.is_yes(row.condition)
        or _is_related(row, facts)
        or _is_above(row, facts)
    )


def _is_related(row: Measure, facts: WorkFacts) -> bool:
    return bool(facts.related) if row.related == ANY else row.related in facts.related


def _is_above(row: Measure, facts: WorkFacts) -> bool:
    if not row.number_of:
        return False
    number = facts.number(row.number_of)
    return number is not None and number > row.above and (not row.also or facts.is_yes(row.also))
