"""Reads the way of a permit."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.permits.domain.permit_facts import Confirmation, Need, PermitRules
from services.permits.domain.permit_guards import GUARDS
from shared.machines.reading import read_machine, rule_table


@cache
def permit_rules() -> PermitRules:
    """Return the way of a permit in this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "permits.toml")
    limits = content["limits"]
    return PermitRules(
        machine=read_machine(content, head="permits", guards=GUARDS),
        expiring_minutes=limits["expiring_minutes"],
        acceptance_hours=limits["acceptance_hours"],
        on_site_metres=limits["on_site_metres"],
        guardian_away_seconds=limits["guardian_away_seconds"],
        fence_metres=limits["fence_metres"],
        confirmations=tuple(Confirmation(**row) for row in content["confirmation"]),
        needs=tuple(_need(row) for row in content["need"]),
    )


def _need(row: Mapping[str, Any]) -> Need:
    return Need(**{**row, "kinds": frozenset(row["kinds"])})
