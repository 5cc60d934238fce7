"""Reads the table of places."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.permits.domain.places import PlaceHazard, PlaceKind, PlaceRules
from shared.machines.reading import rule_table, source_of


@cache
def place_rules() -> PlaceRules:
    """Return what the ledger of places may hold in this release, read once; raises ``UnusableTable``."""
    content = rule_table("services.permits.rules", "places.toml")
    head, fixed = content["places"], content["fixed_area"]
    return PlaceRules(
        version=head["version"],
        kinds={row["id"]: _kind(row, head) for row in content["kind"]},
        hazards={row["id"]: _hazard(row, head) for row in content["hazard"]},
        fixed_years=fixed["years"],
        fixed_metres=fixed["metres"],
        columns=content["columns"],
        answers=content["answers"],
    )


def _kind(row: Mapping[str, Any], head: Mapping[str, Any]) -> PlaceKind:
    return PlaceKind(row["id"], row["zh"], row["en"], tuple(row.get("within", ())), source_of(row, head))


def _hazard(row: Mapping[str, Any], head: Mapping[str, Any]) -> PlaceHazard:
    return PlaceHazard(row["id"], row["zh"], row["en"], row.get("is_poisoning", False), source_of(row, head))
