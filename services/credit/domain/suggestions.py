"""What waits for the bureau: what others tell that may be a violation, and the closures that the law has it propose.

A closure follows 安全生产法 第一百一十三条第一项.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.calendar import months_later
from shared.errors import Conflict
from shared.machines import Due, NotAllowed, require

OPEN, CONFIRMED, DISMISSED, COUNTED = "open", "confirmed", "dismissed", "counted"
STATES = (OPEN, CONFIRMED, DISMISSED, COUNTED)
PROPOSED, SUBMITTED = "proposed", "submitted"
CLOSURE_STATES = (PROPOSED, SUBMITTED, DISMISSED)
CLOSURE_EVENTS = {"submit": SUBMITTED, "dismiss": DISMISSED}


class SuggestionDecided(Conflict):
    code = "suggestion_decided"


@dataclass(frozen=True, slots=True)
class SuggestionKind:
    """``act`` is proposed, empty when the officer chooses; ``misses`` of a month after which it is suggested.

    Unless it ``asks``, it counts for the credit grade and nobody has to decide.
    """

    id: str
    zh: str
    en: str
    act: str
    severity: str
    misses: int
    asks: bool


@dataclass(frozen=True)
class SuggestionRules:
    """What is suggested, by kind."""

    kinds: Mapping[str, SuggestionKind]

    def suggests_for_misses(self, misses: int) -> bool:
        """Return whether so many missed commitments of a month are worth an entry (chain 6)."""
        return misses >= self.kinds["commitment_missed"].misses


def check_open(state: str) -> None:
    """Raise ``SuggestionDecided`` unless nobody has decided yet."""
    if state != OPEN:
        raise SuggestionDecided("Somebody has decided on this already.", state=state)


class ClosureDecided(Conflict):
    code = "closure_decided"


@dataclass(frozen=True, slots=True)
class Span:
    """So many ``penalties`` within the last ``days`` or ``months``, today among them."""

    id: str
    penalties: int
    days: int = 0
    months: int = 0

    def first_day(self, last: date) -> date:
        """Return from which day on penalties are counted in the span that ends with ``last``."""
        before = last - timedelta(days=self.days) if self.days else months_later(last, -self.months)
        return before + timedelta(days=1)


@dataclass(frozen=True)
class ClosureRules:
    """The spans in which penalties of ``law`` are counted; ``basis`` is how a proposal cites it.

    The bureau decides on a proposal within ``decide``.
    """

    spans: Sequence[Span]
    basis: str
    law: str
    decide: Due

    def counts(self, act: str, basis: str) -> bool:
        """Return whether a penalty is one of the law: by the act of its catalogue, or named in its basis."""
        return bool(act) or self.law in basis

    def first_day(self, today: date) -> date:
        """Return how far back penalties matter: a span may end with a penalty that lies within it itself."""
        return min(one.first_day(one.first_day(today)) for one in self.spans)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Which span is met, and by which penalties, the oldest first."""

    span: str
    penalty_ids: tuple[str, ...]


def trigger_of(rules: ClosureRules, decided: Mapping[str, date], *, has_major: bool, today: date) -> Trigger | None:
    """Return why a closure has to be proposed today, or nothing; ``decided`` are the days of the penalties by id.

    A major hazard has to be open (第一百一十三条第一项). A span ends today, or with a penalty that is no older than the
    span is long: what was decided in time counts, also when it is recorded some days later.
    """
    if not has_major:
        return None
    by_day = sorted(decided, key=lambda one: (decided[one], one))
    for span in rules.spans:
        recent = {day for day in decided.values() if span.first_day(today) <= day <= today}
        for last in sorted({today, *recent}, reverse=True):
            counted = tuple(one for one in by_day if span.first_day(last) <= decided[one] <= last)
            if len(counted) >= span.penalties:
                return Trigger(span.id, counted)
    return None


def check_ground(rules: ClosureRules, span_id: str, *, left: int) -> None:
    """Raise ``NotAllowed`` when of the penalties of a proposal too few are ``left`` that were not withdrawn."""
    needed = next(one.penalties for one in rules.spans if one.id == span_id)
    sentence = "Penalties of this proposal were withdrawn: what is left is not enough to propose a closure."
    require(left >= needed, NotAllowed("ground_lost", sentence, left=left, needed=needed))


def closure_after(state: str, event: str, *, document: str, reason: str) -> str:
    """Return the state after a decision; raises ``ClosureDecided``, or ``NotAllowed`` for what is missing."""
    if state != PROPOSED:
        raise ClosureDecided("The bureau has decided on this already.", state=state)
    if event == "submit":
        sentence = "Name the letter by which the closure is proposed to the government."
        require(bool(document.strip()), NotAllowed("document_missing", sentence, field="document"))
    else:
        require(bool(reason.strip()), NotAllowed("reason_missing", "Say why.", field="reason"))
    return CLOSURE_EVENTS[event]
