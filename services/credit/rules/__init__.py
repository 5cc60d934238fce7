"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.credit.rules.accidents import accident_rules
from services.credit.rules.cases import case_rules
from services.credit.rules.closures import closure_rules
from services.credit.rules.exposures import exposure_rules
from services.credit.rules.imports import import_rules
from services.credit.rules.limits import limit_kinds
from services.credit.rules.measures import measure_rules, restriction_rules
from services.credit.rules.publicity import publicity_rules
from services.credit.rules.ratings import attested_kinds, quiet_years, rating_policies
from services.credit.rules.suggestions import suggestion_rules
from services.credit.rules.violations import catalogue

__all__ = [
    "accident_rules",
    "case_rules",
    "catalogue",
    "check_tables",
    "closure_rules",
    "exposure_rules",
    "suggestion_rules",
    "import_rules",
    "limit_kinds",
    "measure_rules",
    "publicity_rules",
    "rating_policies",
    "restriction_rules",
]


def check_tables() -> None:
    """Read every table once; raises ``UnusableTable`` when one cannot be followed."""
    catalogue()
    case_rules()
    measure_rules()
    restriction_rules()
    publicity_rules()
    exposure_rules()
    closure_rules()
    suggestion_rules()
    rating_policies()
    attested_kinds()
    quiet_years()
    import_rules()
    accident_rules()
    limit_kinds()
