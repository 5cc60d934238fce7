"""Reads the table of signers."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from services.permits.domain.signers import SignerRule, SignerRules
from shared.machines.reading import rule_table, source_of

Row = Mapping[str, Any]


@cache
def signer_rules() -> SignerRules:
    """Return who signs in which role in this release."""
    content = rule_table(__package__, "signers.toml")
    rules = [one for row in content["signer"] for one in _rules(row, content["signers"])]
    return SignerRules(
        signers={rule.role: rule for rule in rules},
        posts_of_accounts={row["role"]: frozenset(row["posts"]) for row in content["account_role"]},
        longest_mandate=timedelta(days=content["limits"]["longest_mandate_days"]),
    )


def _rules(row: Row, head: Row) -> list[SignerRule]:
    posts, source = frozenset(row["posts"]), source_of(row, head)
    return [SignerRule(role, posts, row.get("needs_letter", False), source) for role in row["roles"]]
