"""Reads the table of interlocks."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from services.permits.domain.conflicts import RELATIONS
from services.permits.domain.interlocks import COMPARISONS, EFFECTS, Condition, Interlocks, Need, Pair, Words
from services.permits.rules.distances import distances
from shared.machines import UnusableTable
from shared.machines.reading import rule_table, source_of

Row = Mapping[str, Any]
WORDS = ("zh", "en", "todo_zh", "todo_en")


@cache
def interlocks() -> Interlocks:
    """Return the interlocks of this release, read once; raises ``UnusableTable``."""
    return read_interlocks(rule_table("services.permits.rules", "interlocks.toml"))


def read_interlocks(content: Row) -> Interlocks:
    """Return the interlocks of a table; raises ``UnusableTable`` for what no code can follow."""
    head = content["interlocks"]
    return Interlocks(
        version=head["version"],
        counts=frozenset(head["counts"]),
        pairs=tuple(_pair(row, head) for row in content["pair"]),
        needs=tuple(_need(row, head) for row in content["need"]),
        falls=tuple((row["above"], row["radius"]) for row in content["fall"]),
        doings={row["id"]: (row["zh"], row["en"]) for row in content["doing"]},
    )


def _pair(row: Row, head: Row) -> Pair:
    return Pair(
        rule=row["rule"],
        a=frozenset(row["a"]),
        b=frozenset(row["b"]),
        when_a=_conditions(row.get("when_a", ())),
        when_b=_conditions(row.get("when_b", ())),
        relation=_one_of(row["relation"], RELATIONS),
        metres=float(distances()[_one_of(row["distance"], distances())].metres) if "distance" in row else 0,
        effect=_one_of(row["effect"], EFFECTS),
        states=frozenset(row.get("states", head["counts"])),
        words=Words(*(row[name] for name in WORDS)),
        source=source_of(row, head),
    )


def _need(row: Row, head: Row) -> Need:
    return Need(
        rule=row["rule"],
        kinds=frozenset(row["kinds"]),
        when=_conditions(row["when"]),
        needs=row.get("needs", ""),
        words=Words(*(row[name] for name in WORDS)),
        source=source_of(row, head),
    )


def _conditions(rows: Collection[Row]) -> tuple[Condition, ...]:
    return tuple(_condition(row) for row in rows)


def _condition(row: Row) -> Condition:
    [(comparison, value)] = [(name, value) for name, value in row.items() if name != "fact"]
    return Condition(row["fact"], _one_of(comparison, COMPARISONS), value)


def _one_of(name: str, known: Collection[str]) -> str:
    if name not in known:
        raise UnusableTable(f"{name} is not one of {', '.join(known)}")
    return name
