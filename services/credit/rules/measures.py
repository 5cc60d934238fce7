"""Reads what follows from a listing, and the way of a restriction at an agency."""

from functools import cache

from services.credit.domain.measures import Measure, MeasureRules, Purpose
from services.credit.domain.restrictions import RESTRICTION_GUARDS, RestrictionRules
from shared.machines.reading import due_of, read_machine, rule_table, source_of


@cache
def measure_rules() -> MeasureRules:
    """Return the measures of this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "measures.toml")
    head = content["measures"]
    return MeasureRules(
        list_code=head["list_code"],
        list_name=head["list_name"],
        order=head["order"],
        version=head["version"],
        source=source_of(head, head),
        measures={row["code"]: Measure(**row) for row in content["measure"]},
        restrictions={row["code"]: Measure(**row) for row in content["restriction"]},
        purposes={row["code"]: Purpose(**row) for row in content["purpose"]},
    )


@cache
def restriction_rules() -> RestrictionRules:
    """Return the way of a restriction in this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "restrictions.toml")
    machine = read_machine(content, head="restrictions", guards=RESTRICTION_GUARDS)
    limits = content["limits"]
    return RestrictionRules(machine, remind=due_of(limits["remind"]), escalate=due_of(limits["escalate"]))
