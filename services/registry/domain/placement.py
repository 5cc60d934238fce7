"""Where an enterprise lies, as far as its address tells: a subdistrict, another county, or nowhere yet.

Every row gets exactly one of `placed`, `unplaced`, `other_county`, so that the three always add up to all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from services.registry.domain.divisions import Division, Gazetteer
from services.registry.domain.words import alternation

PlacementKind = Literal["placed", "unplaced", "other_county"]
PLACEMENTS: tuple[PlacementKind, ...] = ("placed", "unplaced", "other_county")

# A short name that a road, hill or river carries says nothing about where the house stands.
_ROAD = re.compile(
    r"(?:山?[东南西北中]?[一二三四五六七八九十]?(?:支?路|大道|大街|街(?=[东南西北中]?(?:\d|号|$))|巷|公路)|山庄)"
)


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
