"""The message side of inspections."""

from services.inspections import subscriptions
from services.inspections.rules import check_tables
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return what inspections listens to; raises ``UnusableTable`` when the rule tables do not fit together."""
    check_tables()
    return Declarations.collect("inspections", subscriptions, upkeep)
