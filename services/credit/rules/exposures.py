"""Reads the table of public exposure."""

from functools import cache

from services.credit.domain.exposures import EXPOSURE_GUARDS, ExposureRules
from services.credit.domain.violations import Named
from shared.machines.reading import due_of, read_machine, rule_table


@cache
def exposure_rules() -> ExposureRules:
    """Return the way of an exposure in this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "exposures.toml")
    return ExposureRules(
        machine=read_machine(content, head="exposures", guards=EXPOSURE_GUARDS),
        kinds={row["id"]: Named(**row) for row in content["kind"]},
        usual_months=content["period"]["usual_months"],
        most_months=content["period"]["most_months"],
        decide=due_of(content["limits"]["decide"]),
        reply=due_of(content["limits"]["reply"]),
    )
