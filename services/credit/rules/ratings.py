"""Reads the policies of the credit grade."""

from functools import cache

from services.credit.domain.ratings import GradeLimit, Move, Policy
from services.credit.domain.violations import Named
from shared.machines.reading import Row, rule_table, source_of


@cache
def rating_policies() -> tuple[Policy, ...]:
    """Return the policies from the oldest on, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "ratings.toml")
    found = [_policy(row, content["ratings"]) for row in content["policy"]]
    return tuple(sorted(found, key=lambda one: one.effective_from))


def _policy(row: Row, head: Row) -> Policy:
    return Policy(
        version=row["version"],
        effective_from=row["effective_from"],
        start=row["start"],
        months=row["months"],
        grades=tuple(GradeLimit(one["id"], one.get("above", one.get("from")), "above" in one) for one in row["grade"]),
        points={one["fact"]: one["points"] for one in row["points"]},
        words={one["fact"]: Named(one["fact"], one["zh"], one["en"]) for one in row["points"]},
        moves=tuple(_move(one) for one in row["move"]),
        source=source_of(row, head),
    )


def _move(row: Row) -> Move:
    return Move(Named(row["id"], row["zh"], row["en"]), frozenset(row["facts"]), row["at_least"], row["steps"])
