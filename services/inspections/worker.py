"""The message side of inspections."""

from services.inspections import subscriptions
from services.inspections.rules import check_tables
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return what inspections listens to; its worker refuses to start when the rule tables cannot be followed."""
    return Declarations.collect("inspections", subscriptions, upkeep, check=check_tables)
