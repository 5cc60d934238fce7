"""The message side of risk."""

from services.risk import subscriptions
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return what risk subscribes to and re-emits."""
    return Declarations.collect("risk", subscriptions, upkeep)
