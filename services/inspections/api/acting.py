"""In which of the four tiers the caller acts."""

from services.inspections.domain.tiers import tier_of
from services.inspections.rules import tiers
from shared.http import principal


def acting_tier() -> int:
    """Return the tier of the caller's roles; 0 for somebody who belongs to none."""
    return tier_of(tiers(), principal().roles)
