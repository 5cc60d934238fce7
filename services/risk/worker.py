"""The message side of risk."""

from services.risk import subscriptions
from services.risk.rules import dynamic_rules, rulebook
from shared.declarations import Declarations
from shared.security import upkeep


def declarations() -> Declarations:
    """Return what risk subscribes to and re-emits; raises ``UnusableCard`` when the rule tables do not fit together."""
    rulebook()
    dynamic_rules()
    return Declarations.collect("risk", subscriptions, upkeep)
