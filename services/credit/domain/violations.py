"""The catalogue of what the law punishes (安全生产法 第九十二至一百一十四条)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.machines import NotAllowed, Source, require


@dataclass(frozen=True, slots=True)
class Named:
    """Something with an id and its words."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Act:
    """What the law punishes: ``first`` what follows, ``refusal`` when it goes on, ``persons`` what is personal."""

    code: str
    clause: str
    zh: str
    en: str
    first: str
    refusal: str
    persons: str
    hazard_items: tuple[str, ...]
    source: Source

    @property
    def basis(self) -> str:
        """Return the law and its clause, as a decision cites it."""
        return f"{self.source.document.partition(' ')[0].removeprefix('中华人民共和国')} {self.clause}"


@dataclass(frozen=True)
class Catalogue:
    """The acts by code, and how severe one may be called."""

    acts: Mapping[str, Act]
    severities: Mapping[str, Named]
    version: str

    def act(self, code: str) -> Act:
        """Return an act; raises ``NotAllowed`` for one that the catalogue does not have."""
        if code not in self.acts:
            raise NotAllowed("act_unknown", "There is no such act in the catalogue: choose one of it.", field="act")
        return self.acts[code]


def check_violation(catalogue: Catalogue, act: str, *, found_on: date, today: date) -> Act:
    """Return the act of a violation; raises ``NotAllowed`` for an unknown one and for a day to come."""
    sentence = "What was seen is not of a day to come."
    require(found_on <= today, NotAllowed("day_impossible", sentence, field="found_on"))
    return catalogue.act(act)
