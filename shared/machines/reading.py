"""Reads rule tables. A table that cannot be followed exactly stops the process at its start."""

import tomllib
from collections.abc import Callable, Collection, Mapping
from importlib.resources import files
from typing import Any

from shared.machines.machine import STATUSES, Due, Machine, Source, State, Transition, UnusableTable

Row = Mapping[str, Any]


def rule_table(package: str, name: str) -> dict[str, Any]:
    """Return the content of one rule table of ``package`` (TOML)."""
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))


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
