"""How good what a source delivers is, in four measures and one score (rules/quality.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_TABLE = Path(__file__).parents[1] / "rules" / "quality.toml"
MEASURES = ("completeness", "validity", "conflicts", "freshness")


class Delivered(NamedTuple):
    """What the newest import of a source came to; `lacking` is how many rows lack a fact, or how many columns do.

    `wanted` is what would be there if nothing lacked: weighed facts of all rows, or all columns that its kind knows.
    `repeated` rows speak of the same with other content, `namesakes` bear the name of another enterprise.
    """

    kind: str
    rows: int
    refused: int
    corrected: int
    repeated: int
    namesakes: int
    lacking: float
    wanted: float
    days: int


@cache
def formula() -> Mapping[str, Any]:
    """Return the table of rules/quality.toml."""
    return tomllib.loads(_TABLE.read_text("utf-8"))


def scored(one: Delivered) -> dict[str, float]:
    """Return the four measures and the score of what a source delivered, each from 0 to 1."""
    table = formula()
    invalid = one.refused * table["validity"]["refused"] + one.corrected * table["validity"]["corrected"]
    measures = {
        "completeness": _share(one.lacking, of=one.wanted),
        "validity": _share(invalid, of=one.rows),
        "conflicts": _share(one.repeated + one.namesakes, of=one.rows),
        "freshness": _freshness(one.kind, one.days),
    }
    score = sum(table["weights"][name] * value for name, value in measures.items())
    return {name: round(value, 3) for name, value in {**measures, "score": score}.items()}


def _share(bad: float, *, of: float) -> float:
    return max(0.0, 1 - bad / of) if of else 0.0


def _freshness(kind: str, days: int) -> float:
    table = formula()["freshness"]
    fresh = table["days"][kind]
    late = max(0, days - fresh)
    return max(0.0, 1 - late / (fresh * (table["stale"] - 1)))
