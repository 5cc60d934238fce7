"""When the law has the bureau propose to close a business (安全生产法 第一百一十三条第一项)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.errors import Conflict
from shared.machines import NotAllowed, require

PROPOSED, SUBMITTED, DISMISSED = "proposed", "submitted", "dismissed"
STATES = (PROPOSED, SUBMITTED, DISMISSED)
EVENTS = {"submit": SUBMITTED, "dismiss": DISMISSED}


class ClosureDecided(Conflict):
    code = "closure_decided"


@dataclass(frozen=True, slots=True)
class Span:
    """So many ``penalties`` within the last ``days``, today among them."""

    id: str
    days: int
    penalties: int


@dataclass(frozen=True)
class ClosureRules:
    """The spans in which penalties are counted; ``basis`` is how a proposal cites the law."""

    spans: Sequence[Span]
    basis: str

    @property
    def longest(self) -> timedelta:
        """Return how far back penalties matter."""
        return timedelta(days=max(one.days for one in self.spans))


@dataclass(frozen=True, slots=True)
class Trigger:
    """Which span is met, and by which penalties, the oldest first."""

    span: str
    penalty_ids: tuple[str, ...]


def trigger_of(rules: ClosureRules, decided: Mapping[str, date], *, has_major: bool, today: date) -> Trigger | None:
    """Return why a closure has to be proposed today, or nothing; ``decided`` are the days of the penalties by id.

    A major hazard has to be open (第一百一十三条第一项).
    """
    if not has_major:
        return None
    by_day = sorted(decided, key=lambda one: (decided[one], one))
    for span in rules.spans:
        first = today - timedelta(days=span.days - 1)
        counted = tuple(one for one in by_day if first <= decided[one] <= today)
        if len(counted) >= span.penalties:
            return Trigger(span.id, counted)
    return None


def decide(state: str, event: str, *, document: str, reason: str) -> str:
    """Return the state after a decision; raises ``ClosureDecided``, or ``NotAllowed`` for what is missing."""
    if state != PROPOSED:
        raise ClosureDecided("The bureau has decided on this already.", state=state)
    if event == "submit":
        sentence = "Name the letter by which the closure is proposed to the government."
        require(bool(document.strip()), NotAllowed("document_missing", sentence, field="document"))
    else:
        require(bool(reason.strip()), NotAllowed("reason_missing", "Say why.", field="reason"))
    return EVENTS[event]
