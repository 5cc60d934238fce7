"""The message side of identity."""

from services.identity import subscriptions
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return everything that identity's worker does."""
    return Declarations.collect("identity", subscriptions, upkeep)
