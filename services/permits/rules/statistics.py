"""Reads how permits are put together in figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shared.machines.reading import rule_table


@dataclass(frozen=True, slots=True)
class StateGroup:
    """States that are counted together."""

    id: str
    zh: str
    en: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatisticsRules:
    """The groups of states, how many days are counted at once, the words of the file."""

    groups: tuple[StateGroup, ...]
    longest_days: int
    columns: Mapping[str, str]
    parts: Mapping[str, str]


@cache
def statistics_rules() -> StatisticsRules:
    """Return the table of this release, read once; raises ``UnusableTable``."""
    content = rule_table("services.permits.rules", "statistics.toml")
    groups = (StateGroup(row["id"], row["zh"], row["en"], tuple(row["states"])) for row in content["group"])
    return StatisticsRules(tuple(groups), content["limits"]["longest_days"], content["columns"], content["parts"])
