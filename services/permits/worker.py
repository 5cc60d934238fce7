"""The message side of permits."""

from services.permits import subscriptions
from services.permits.rules import check_tables
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return what permits listens to; its worker refuses to start when the rule tables cannot be followed."""
    return Declarations.collect("permits", subscriptions, upkeep, check=check_tables)
