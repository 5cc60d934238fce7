"""Reads the tables of hazards. A table that cannot be followed exactly stops the process at its start."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.inspections.domain.catalogue import Catalogue, MajorHazard
from services.inspections.domain.hazard_facts import HazardLimits, HazardRules
from services.inspections.domain.hazard_guards import GUARDS
from services.inspections.domain.routing import Tier
from shared.machines.reading import due_of, read_machine, rule_table, source_of

Row = Mapping[str, Any]


def table(name: str) -> dict[str, Any]:
    """Return the content of one rule table."""
    return rule_table(__package__, name)


@cache
def hazard_rules() -> HazardRules:
    """Return the way of a hazard in this release, read once; raises ``UnusableTable``."""
    content = table("hazards.toml")
    machine = read_machine(content, head="hazards", guards=GUARDS)
    return HazardRules(machine, _hazard_limits(content["limits"]), frozenset(major_hazards().items))


@cache
def major_hazards() -> Catalogue:
    """Return the official list of major hazards of this release."""
    content = table("major_hazards.toml")
    head = content["major_hazards"]
    groups = {row["id"]: row for row in content["group"]}
    return Catalogue(
        id=head["id"],
        version=head["version"],
        zh=head["zh"],
        en=head["en"],
        source=source_of(head, head),
        items={row["code"]: _major_hazard(row, groups[row["code"].split("-")[1]], head) for row in content["item"]},
    )


@cache
def tiers() -> Mapping[int, Tier]:
    """Return the four tiers of this release by number."""
    rows = table("tiers.toml")["tier"]
    return {row["number"]: Tier(row["number"], row["zh"], row["en"], frozenset(row["roles"])) for row in rows}


@cache
def authorities() -> frozenset[str]:
    """Return the roles that decide for the subdistrict and the bureau."""
    return frozenset(table("tiers.toml")["authority"]["roles"])


def _hazard_limits(row: Row) -> HazardLimits:
    parts = {name: tuple(row[name]) for name in ("order_parts", "plan_parts", "report_parts")}
    dues = {name: due_of(row[name]) for name in ("intermediary_report", "grading")}
    return HazardLimits(**{**row, **parts, **dues})


def _major_hazard(row: Row, group: Row, head: Row) -> MajorHazard:
    return MajorHazard(
        code=row["code"],
        group=group["id"],
        group_zh=group["zh"],
        group_en=group["en"],
        zh=row["zh"],
        label=row["label"],
        clause=f"{head['zh']} {group['clause']}",
    )
