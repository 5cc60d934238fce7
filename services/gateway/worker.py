"""The message side of the gateway: what it reacts to."""

from services.gateway import subscriptions
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return the subscriptions of the gateway, and what every service does for security."""
    return Declarations.collect("gateway", subscriptions, upkeep)
