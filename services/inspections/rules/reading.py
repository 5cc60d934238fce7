"""Reads the tables of hazards. A table that cannot be followed exactly stops the process at its start."""

import tomllib
from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from services.inspections.domain.catalogue import Catalogue, MajorHazard
from services.inspections.domain.hazard_facts import HazardLimits, HazardRules
from services.inspections.domain.hazard_guards import GUARDS
from services.inspections.domain.machines import STATUSES, Due, Machine, Source, State, Transition, UnusableTable
from services.inspections.domain.routing import Tier

Row = Mapping[str, Any]


def table(name: str) -> dict[str, Any]:
    """Return the content of one rule table."""
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


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


def read_machine(content: Row, *, head: str, guards: Mapping[str, Callable[..., None]]) -> Machine:
    """Return the machine of a table; raises ``UnusableTable`` for states, guards or units that do not exist."""
    states = {row["id"]: State(row["id"], row["zh"], row["en"], row["is_open"]) for row in content["state"]}
    transitions: dict[tuple[str, str], Transition] = {}
    for row in content["transition"]:
        transition = _transition(row, content[head])
        _check(transition, states, guards)
        for start in row["from"]:
            if start not in states or (start, transition.event) in transitions:
                raise UnusableTable(f"row {transition.row}: {start} is unknown or has two rows for {transition.event}")
            transitions[start, transition.event] = transition
    return Machine(content[head]["id"], content[head]["version"], states, transitions)


def source_of(row: Row, head: Row) -> Source:
    """Return where a row stands; what it does not say, its table says. Raises ``UnusableTable``."""
    status = row.get("status", head["status"])
    if status not in STATUSES:
        raise UnusableTable(f"{status} is no status of a rule")
    document, day = row.get("source", head["source"]), row.get("effective_from", head["effective_from"])
    return Source(document, row.get("clause", ""), status, day)


def due_of(row: Row) -> Due:
    """Return a time limit such as ``{ days = 10 }``; raises ``UnusableTable`` for another unit."""
    ((unit, amount),) = row.items()
    if unit not in ("hours", "days", "working_days"):
        raise UnusableTable(f"{unit} is no unit of time")
    return Due(amount, unit)


def _transition(row: Row, head: Row) -> Transition:
    return Transition(
        row=row["row"],
        event=row["event"],
        to=row.get("to", ""),
        guards=tuple(row["guards"]),
        due=due_of(row["due"]) if "due" in row else None,
        tells=tuple(row["tells"]),
        source=source_of(row, head),
        to_if_listed=row.get("to_if_listed", ""),
    )


def _check(transition: Transition, states: Collection[str], guards: Collection[str]) -> None:
    targets = {name for name in (transition.to, transition.to_if_listed) if name}
    unknown = [*(targets - set(states)), *(set(transition.guards) - set(guards))]
    if unknown:
        raise UnusableTable(f"row {transition.row} names what does not exist: {', '.join(unknown)}")


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
