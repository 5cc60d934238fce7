"""Reads when a closure has to be proposed."""

from functools import cache

from services.credit.domain.suggestions import ClosureRules, Span
from shared.machines.reading import rule_table


@cache
def closure_rules() -> ClosureRules:
    """Return when a closure is proposed in this release, read once."""
    content = rule_table(__package__, "closures.toml")
    head = content["closures"]
    return ClosureRules(tuple(Span(**row) for row in content["span"]), head["source"], head["law"])
