"""The message side of the registry."""

from services.registry import subscriptions
from shared.declarations import Declarations


def declarations() -> Declarations:
    """Return everything that the registry reacts to."""
    return Declarations.collect("registry", subscriptions)
