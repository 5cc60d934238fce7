"""Reads the table of the pilot review."""

from functools import cache

from services.permits.domain.declarations import Named
from services.permits.domain.reviews import ReviewRules
from shared.machines.reading import rule_table


@cache
def review_rules() -> ReviewRules:
    """Return how declared work is answered in a pilot of this release, read once."""
    content = rule_table(__package__, "reviews.toml")
    return ReviewRules(outcomes={row["id"]: Named(**row) for row in content["outcome"]}, **content["limits"])
