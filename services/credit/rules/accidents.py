"""Reads the grades and kinds of accidents."""

from functools import cache

from services.credit.domain.accidents import AccidentRules, Grade
from services.credit.domain.violations import Named
from shared.machines.reading import rule_table


@cache
def accident_rules() -> AccidentRules:
    """Return the grades and kinds of this release, read once."""
    content = rule_table(__package__, "accidents.toml")
    return AccidentRules(
        grades=tuple(Grade(**row) for row in content["grade"]),
        kinds={row["id"]: Named(**row) for row in content["kind"]},
        version=content["accidents"]["version"],
    )
