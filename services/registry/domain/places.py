"""Administrative divisions and where an address lies in them (rules: risk-grading §5.3).

A code is cut by the length of its level, never by stripping zeros: 331002400000 lies in 331002400. Every address is
`placed`, `unplaced` (it names no place) or of an `other_county`, so that the three always add up to all.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from services.registry.domain.wording import alternation
from shared.errors import Conflict, NotFound, Refused

LEVEL_LENGTHS = (2, 4, 6, 9, 12)  # province, city, county (GB/T 2260), subdistrict, village (GB/T 10114)
_CODE = re.compile(r"\d+\Z")
_TRANSFERS = Path(__file__).parents[1] / "rules" / "transfers.toml"


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

    def subdistricts(self) -> list[Division]:
        """The subdistricts and towns of the home district, by code."""
        return [row for code, row in sorted(self.divisions.items()) if row.level == 4 and is_within(code, self.home)]


def named(gazetteer: Gazetteer, name: str) -> str:
    """Return the code of the home subdistrict that is called `name` in any of its ways, "" when none is."""
    for division in gazetteer.subdistricts():
        if name in (division.name, *division.names, *division.short, *division.former):
            return division.code
    return ""


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


def gazetteer_from(table: Mapping[str, Any], own: Iterable[Division] = (), *, home: str = "") -> Gazetteer:
    """Build the gazetteer of rules/divisions.toml; the bureau's own rows and `home` stand above the shipped ones."""
    divisions = {row["code"]: division_from(row) for row in table["division"]}
    divisions.update({row.code: row for row in own})
    elsewhere = tuple(division_from(row) for row in table.get("elsewhere", ()))
    return Gazetteer(home or table["home"]["division"], divisions, elsewhere)


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


PlacementKind = Literal["placed", "unplaced", "other_county"]
PLACEMENTS: tuple[PlacementKind, ...] = ("placed", "unplaced", "other_county")

# A short name that a road, hill or river carries says nothing about where the house stands.
_ROAD = re.compile(
    r"(?:山?[东南西北中]?[一二三四五六七八九十]?(?:支?路|大道|大街|街(?=[东南西北中]?(?:\d|号|$))|巷|公路)|山庄)"
)


# Where an enterprise of another county stands on the transfer list: due to be sent, sent, accepted there, returned
# from there; overtaken means that it was placed in the home district before an answer came.
TransferState = Literal["due", "sent", "accepted", "returned", "overtaken"]
TRANSFER_STATES: tuple[TransferState, ...] = ("due", "sent", "accepted", "returned", "overtaken")


class PlaceMissing(Refused):
    """Nothing was said that could place an enterprise, or it names no open grid."""

    code = "place_missing"


class NotUnplaced(Conflict):
    code = "enterprise_not_unplaced"


class NotElsewhere(Conflict):
    """Only an enterprise whose address names another county can be handed over to it."""

    code = "enterprise_not_elsewhere"


class TransferNotFound(NotFound):
    code = "transfer_not_found"


class TransferRunning(Conflict):
    code = "transfer_running"


class TransferAnswered(Conflict):
    code = "transfer_answered"


class CountyUnfit(Refused):
    code = "county_unfit"


PARK_KINDS = ("park", "shared_building")
PARK_STATUSES = ("open", "closed")
PARK_PRECISIONS = ("exact", "address")
MOST_TENANTS_AT_ONCE = 1_000


class ParkNotFound(NotFound):
    code = "park_not_found"


class ParkExists(Conflict):
    code = "park_exists"


class ParkMalformed(Refused):
    code = "park_malformed"


class ParkClosed(Conflict):
    code = "park_closed"


class SelectionTooLarge(Refused):
    code = "selection_too_large"


@dataclass(frozen=True, slots=True)
class Placement:
    """The division an address names, the words that said so, and what follows from them."""

    kind: PlacementKind
    division: str = ""  # 9-digit subdistrict, or the 6-digit county when it is another one
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Mention:
    code: str
    strength: int  # 3 full name, 2 former name, 1 short name


def check_park(division: str, *, home: str) -> None:
    """Raise `ParkMalformed` unless a park can lie in `division`: a subdistrict or village of the district `home`."""
    if not (is_code(division) and len(division) >= LEVEL_LENGTHS[3] and is_within(division, home)):
        raise ParkMalformed("Give the 9 or 12 digits of a subdistrict or village of this district.", division=division)


@cache
def transfer_words() -> Mapping[str, Mapping[str, str]]:
    """Return the headers (`titles`, by column) and the words for the `states` of the transfer list as a file."""
    return tomllib.loads(_TRANSFERS.read_text("utf-8"))


def county_for(neighbour: str, wanted: str, *, home: str) -> str:
    """Return the county that a row is sent to: the one its address names, unless another one is `wanted`.

    Raises `CountyUnfit` for what is no county or the home district.
    """
    county = wanted or neighbour
    if len(county) != LEVEL_LENGTHS[2] or not is_code(county) or county == home:
        raise CountyUnfit("Give the six digits of another county.", county=county)
    return county


class PlaceFinder:
    """Recognises the divisions of one gazetteer in addresses."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.home = gazetteer.home
        self._mentions: dict[str, _Mention] = {}
        self._own_names = frozenset(_names_of(gazetteer.divisions.get(gazetteer.home)))
        for division in (*gazetteer.elsewhere, *gazetteer.subdistricts()):
            self._learn(division)
        self._pattern = alternation([*self._mentions, *self._own_names])

    def find(self, address: str) -> Placement:
        """Return where `address` lies; full names outrank former names, those short ones, then the first counts."""
        folded = address if address.isascii() else unicodedata.normalize("NFKC", address)
        best: tuple[int, Placement] = (0, Placement("unplaced"))
        is_home_named = False
        for match in self._pattern.finditer(folded):
            words = match.group()
            if words in self._own_names:
                is_home_named = True
                continue
            mention = self._mentions[words]
            if mention.strength < 3 and _ROAD.match(folded, match.end()):
                continue
            if is_home_named and not mention.code.startswith(self.home):
                continue  # 椒江区…(临海粮食局中转站): the county named first holds
            if mention.strength > best[0]:
                best = (mention.strength, self._placement(mention, words))
        return best[1]

    def _placement(self, mention: _Mention, words: str) -> Placement:
        kind: PlacementKind = "placed" if mention.code.startswith(self.home) else "other_county"
        return Placement(kind, mention.code, words)

    def _learn(self, division: Division) -> None:
        for strength, names in ((1, division.short), (2, division.former), (3, division.names)):
            for name in names:
                self._mentions[name] = _Mention(division.code, strength)


def _names_of(division: Division | None) -> tuple[str, ...]:
    return (*division.names, *division.short) if division else ()
