"""Reads the table of what may be a violation."""

from functools import cache

from services.credit.domain.suggestions import SuggestionKind, SuggestionRules
from shared.machines.reading import rule_table


@cache
def suggestion_rules() -> SuggestionRules:
    """Return what is suggested in this release, read once."""
    content = rule_table(__package__, "suggestions.toml")
    kinds = [SuggestionKind(**{"misses": 0, "asks": True} | row) for row in content["kind"]]
    return SuggestionRules({one.id: one for one in kinds})
