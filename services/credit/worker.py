"""The message side of credit."""

from services.credit import subscriptions
from services.credit.rules import check_tables
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return what credit listens to; its worker refuses to start when the rule tables cannot be followed."""
    return Declarations.collect("credit", subscriptions, upkeep, check=check_tables)
