"""The tree of administrative divisions (rules: risk-grading §5.3).

A code is cut by the length of its level, never by stripping zeros: 331002400000 lies in 331002400.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LEVEL_LENGTHS = (2, 4, 6, 9, 12)  # province, city, county (GB/T 2260), subdistrict, village (GB/T 10114)
_CODE = re.compile(r"\d+\Z")


@dataclass(frozen=True, slots=True)
class Division:
    """One division; `names` and `short` are how addresses write it, `former` what has become part of it."""

    code: str
    name: str
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    longitude: float | None = None
    latitude: float | None = None

    @property
    def level(self) -> int:
        """1 province, 2 city, 3 county, 4 subdistrict or town, 5 village."""
        return LEVEL_LENGTHS.index(len(self.code)) + 1


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The divisions a bureau works with, its home district, and the counties that are not its own."""

    home: str
    divisions: Mapping[str, Division]
    elsewhere: tuple[Division, ...] = ()
    city_names: tuple[str, ...] = ()
    version: str = field(default="", compare=False)

    def subdistricts(self) -> list[Division]:
        """The subdistricts and towns of the home district, by code."""
        return [row for code, row in sorted(self.divisions.items()) if row.level == 4 and is_within(code, self.home)]


def is_code(text: str) -> bool:
    """True for digits of a length that some level has."""
    return len(text) in LEVEL_LENGTHS and bool(_CODE.match(text))


def is_within(code: str, other: str) -> bool:
    """True when `code` is the division `other` or lies in it."""
    return code.startswith(other)


def subdistrict_of(code: str) -> str:
    """Return the 9-digit subdistrict of a division code; "" when the code is coarser than that."""
    return code[:9] if len(code) >= 9 else ""


def parent_of(code: str) -> str:
    """Return the code one level up, "" for a province."""
    shorter = [length for length in LEVEL_LENGTHS if length < len(code)]
    return code[: shorter[-1]] if shorter else ""


def gazetteer_from(table: Mapping[str, Any], extra: Iterable[Division] = (), *, version: str = "") -> Gazetteer:
    """Build the gazetteer of rules/divisions.toml; rows of `extra` (the bureau's own) stand above shipped ones."""
    divisions = {row["code"]: division_from(row) for row in table["division"]}
    divisions.update({row.code: row for row in extra})
    elsewhere = tuple(division_from(row) for row in table.get("elsewhere", ()))
    home = table["home"]
    return Gazetteer(home["division"], divisions, elsewhere, tuple(home.get("city_names", ())), version)


def division_from(row: Mapping[str, Any]) -> Division:
    """Build one division from a table row with code, name and optional lists and point."""
    return Division(
        code=row["code"],
        name=row["name"],
        names=tuple(row.get("names") or (row["name"],)),
        short=tuple(row.get("short") or ()),
        former=tuple(row.get("former") or ()),
        longitude=row.get("longitude"),
        latitude=row.get("latitude"),
    )
