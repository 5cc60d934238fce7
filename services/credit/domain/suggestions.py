"""What others tell that may be a violation, until an officer has looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import Conflict

OPEN, CONFIRMED, DISMISSED, COUNTED = "open", "confirmed", "dismissed", "counted"
STATES = (OPEN, CONFIRMED, DISMISSED, COUNTED)


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
