"""Reads when a closure has to be proposed."""

from functools import cache

from services.credit.domain.suggestions import ClosureRules, Span
from shared.machines.reading import due_of, rule_table


@cache
def closure_rules() -> ClosureRules:
    """Return when a closure is proposed in this release, read once."""
    content = rule_table(__package__, "closures.toml")
    head = content["closures"]
    spans, decide = tuple(Span(**row) for row in content["span"]), due_of(content["limits"]["decide"])
    return ClosureRules(spans, head["source"], head["law"], decide)
