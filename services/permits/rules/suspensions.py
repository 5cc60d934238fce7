"""Reads the table of suspensions."""

from functools import cache

from services.permits.domain.suspensions import SuspensionRules
from shared.machines.reading import rule_table, source_of


@cache
def suspension_rules() -> SuspensionRules:
    """Return what stops work in this release."""
    content = rule_table(__package__, "suspensions.toml")
    head, alarm = content["suspensions"], content["alarm"]
    return SuspensionRules(
        alarm_level=alarm["level"],
        alarm_kinds=frozenset(alarm["kinds"]),
        causes={name: content[name]["cause"] for name in ("alarm", "people", "halt")},
        sources={name: source_of(content[name], head) for name in ("alarm", "people", "halt")},
    )
