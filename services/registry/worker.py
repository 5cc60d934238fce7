"""The message side of the registry."""

from services.registry import subscriptions
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return everything that the registry reacts to, and what every service does for security."""
    return Declarations.collect("registry", subscriptions, upkeep)
