"""Grids: which one an enterprise lies in, and who makes up the team of one (credit-and-inspections §7.3)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from services.registry.domain.coordinates import Point
from services.registry.domain.geometry import Area, bounds_of, holds, size_of
from services.registry.domain.places import is_code, is_within
from shared.errors import Conflict, NotFound, Refused

_RULES = Path(__file__).parents[1] / "rules" / "grid_kinds.toml"
_CELL = 0.02  # degrees, about two kilometres: the squares by which polygons are found
_CODE = re.compile(r"[\w.-]{1,64}\Z")

Basis = Literal["polygon", "person", "file", "division", ""]
STATUSES = ("open", "closed")


class GridNotFound(NotFound):
    code = "grid_not_found"


class GridExists(Conflict):
    code = "grid_exists"


class GridMalformed(Refused):
    code = "grid_malformed"


class MemberKindUnknown(Refused):
    code = "member_kind_unknown"


class MemberUnfit(Refused):
    """The account does not exist, is shut, or has no role that this kind of member needs."""

    code = "member_unfit"


@dataclass(frozen=True, slots=True)
class MemberKind:
    """One row of rules/grid_kinds.toml; `group` is fixed (the 3), x or y of the "3+X+Y" grid."""

    id: str
    group: str
    title: str
    title_en: str
    least: int
    roles: frozenset[str]
    grants_scope: bool


class Member(NamedTuple):
    """An account in the team of a grid."""

    account_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class GridArea:
    """One open grid as enterprises are looked up in it; `area` may be empty."""

    code: str
    division: str
    area: Area


class GridIndex:
    """Finds the grid of an enterprise; the same object as long as no grid changes."""

    def __init__(self, grids: Iterable[GridArea] = ()) -> None:
        self._cells: dict[tuple[int, int], list[GridArea]] = defaultdict(list)
        self._only: dict[str, str] = {}
        self._inside: Counter[str] = Counter()
        ordered = sorted(grids, key=lambda one: (size_of(one.area), one.code))
        self._learn_divisions(ordered)
        for one in ordered:
            if one.area:
                self._learn_area(one)

    def holding(self, point: Point) -> str:
        """Return the code of the grid whose polygon holds `point`, the smallest where they overlap; "" for none."""
        candidates = self._cells.get(_cell(*point), ())
        return next((one.code for one in candidates if holds(one.area, point)), "")

    def of_division(self, division: str) -> str:
        """Return the grid that alone answers for a division or the nearest one above it; "" when several might."""
        if self._inside[division] > (division in self._only):
            return ""
        for length in (12, 9):
            if length <= len(division) and (code := self._only.get(division[:length])) is not None:
                return code
        return ""

    def _learn_divisions(self, grids: Sequence[GridArea]) -> None:
        shared = Counter(one.division for one in grids)
        for one in grids:
            self._only[one.division] = one.code if shared[one.division] == 1 else ""
            self._inside.update(one.division[:length] for length in (9, 12) if length <= len(one.division))

    def _learn_area(self, grid: GridArea) -> None:
        bounds = bounds_of(grid.area)
        (west, south), (east, north) = _cell(bounds.west, bounds.south), _cell(bounds.east, bounds.north)
        for x in range(west, east + 1):
            for y in range(south, north + 1):
                self._cells[x, y].append(grid)


def _cell(longitude: float, latitude: float) -> tuple[int, int]:
    return int(longitude / _CELL), int(latitude / _CELL)


def grid_of(facts: Mapping[str, Any], index: GridIndex) -> tuple[str, Basis]:
    """Return the grid of an enterprise and what it follows from.

    An exact position in a polygon decides; else what a person or a file said; else the division, when one grid
    alone answers for it. `facts` has location_precision, longitude, latitude, stated_grid, origins and division.
    """
    if facts["location_precision"] == "exact":
        held_by = index.holding(Point(facts["longitude"], facts["latitude"]))
        if held_by:
            return held_by, "polygon"
    if facts["stated_grid"]:
        return facts["stated_grid"], "person" if facts["origins"].get("grid") == "person" else "file"
    by_division = index.of_division(facts["division"])
    return by_division, "division" if by_division else ""


def check_grid(code: str, division: str, *, home: str) -> None:
    """Raise `GridMalformed` unless code and division (a subdistrict or village of `home`) can be those of a grid."""
    if not _CODE.match(code):
        raise GridMalformed("A grid code has up to 64 letters, digits, dots, underscores and hyphens.", code=code)
    if not (is_code(division) and len(division) >= 9 and is_within(division, home)):
        raise GridMalformed("Give the 9 or 12 digits of a subdistrict or village of this district.", division=division)


@cache
def member_kinds() -> Mapping[str, MemberKind]:
    """Return the kinds of members by id, in the order of the table."""
    table = tomllib.loads(_RULES.read_text("utf-8"))
    return {
        row["id"]: MemberKind(
            id=row["id"],
            group=row["group"],
            title=row["title"],
            title_en=row["title_en"],
            least=row["least"],
            roles=frozenset(row["roles"]),
            grants_scope=row["grants_scope"],
        )
        for row in table["kind"]
    }


def check_members(members: Sequence[Member], *, roles: Mapping[str, frozenset[str]]) -> None:
    """Raise `MemberKindUnknown` or `MemberUnfit`; `roles` holds those of every live account in question."""
    for member in members:
        kind = member_kinds().get(member.kind)
        if kind is None:
            raise MemberKindUnknown("There is no such kind of member.", kind=member.kind, kinds=list(member_kinds()))
        if not kind.roles & roles.get(member.account_id, frozenset()):
            raise MemberUnfit(
                f"The account must exist and have one of the roles {', '.join(sorted(kind.roles))}.",
                account_id=member.account_id,
                kind=member.kind,
            )


def kinds_missing(members: Iterable[Member]) -> list[str]:
    """Return the kinds of which the team has fewer members than the table asks for."""
    present = Counter(member.kind for member in members)
    return [kind.id for kind in member_kinds().values() if present[kind.id] < kind.least]
