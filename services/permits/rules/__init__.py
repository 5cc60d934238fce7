"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.permits.rules.committing import commitment_rules
from services.permits.rules.declarations import declaration_rules
from services.permits.rules.interlocks import interlocks
from services.permits.rules.people import people_rules
from services.permits.rules.permitting import permit_rules
from services.permits.rules.places import place_rules
from services.permits.rules.reviews import review_rules
from services.permits.rules.rulesets import check_rulesets, ruleset, scope_rules
from services.permits.rules.signers import signer_rules
from services.permits.rules.stop_orders import stop_order_rules
from services.permits.rules.suspensions import suspension_rules

__all__ = [
    "check_tables",
    "commitment_rules",
    "declaration_rules",
    "interlocks",
    "people_rules",
    "permit_rules",
    "place_rules",
    "review_rules",
    "ruleset",
    "scope_rules",
    "signer_rules",
    "stop_order_rules",
    "suspension_rules",
]


def check_tables() -> None:
    """Read every table once; raises ``UnusableTable`` when one cannot be followed."""
    stop_order_rules()
    review_rules()
    declaration_rules()
    commitment_rules()
    people_rules()
    signer_rules()
    check_rulesets()
    permit_rules()
    suspension_rules()
    interlocks()
    place_rules()
