"""Which column of somebody else's file holds what (rules/columns.toml)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_NOTE = re.compile(r"[(（][^()（）]*[)）]")
_SIGNS = re.compile(r"[\s_\-*:：、/.·]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The recognised columns of one file: field name → position, hazard feature → position and header."""

    header: tuple[str, ...]
    fields: Mapping[str, int]
    features: Mapping[str, int] = field(default_factory=dict)
    unrecognised: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # the header names of required fields that no column holds

    def shown(self) -> dict[str, Any]:
        """Return field → header, feature → header, and the headers nobody knows."""
        return {
            "recognised": {name: self.header[at] for name, at in self.fields.items()},
            "features": {name: self.header[at] for name, at in self.features.items()},
            "unrecognised": list(self.unrecognised),
        }


def folded(header: str) -> str:
    """Return a header as it is compared: half width, lower case, without notes, spaces and signs."""
    text = unicodedata.normalize("NFKC", header).strip().lower()
    return _SIGNS.sub("", _NOTE.sub("", text) or text)


class ColumnNames:
    """The synonyms of rules/columns.toml."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.titles: dict[str, str] = {name: synonyms[0] for name, synonyms in table["fields"].items()}
        self._required: Sequence[str] = table["required"]
        self._fields = _by_synonym(table["fields"])
        self._features = _by_synonym(table["features"])
        self._yes, self._no = frozenset(table["values"]["yes"]), frozenset(table["values"]["no"])
        self._deregistered = frozenset(table["values"]["deregistered"])
        self._crs = _by_synonym(table["crs"])

    @property
    def required_titles(self) -> tuple[str, ...]:
        """The headers of the fields that a file must have."""
        return tuple(self.titles[name] for name in self._required)

    def recognise(self, header: Sequence[str]) -> Columns:
        """Return which of `header` hold known fields; of two columns for one field the first counts."""
        fields: dict[str, int] = {}
        features: dict[str, int] = {}
        unrecognised = []
        for position, title in enumerate(header):
            key = folded(title)
            if key in self._fields and self._fields[key] not in fields:
                fields[self._fields[key]] = position
            elif key in self._features and self._features[key] not in features:
                features[self._features[key]] = position
            else:
                unrecognised.append(title)
        missing = tuple(self.titles[name] for name in self._required if name not in fields)
        return Columns(tuple(header), fields, features, tuple(unrecognised), missing)

    def yes_or_no(self, cell: str) -> str | None:
        """Return "yes" or "no" for a cell such as 是, √ or 0; None when it says neither."""
        key = cell.lower()
        return "yes" if key in self._yes else "no" if key in self._no else None

    def is_deregistered(self, cell: str) -> bool:
        """True for a registration status that means that the enterprise is no more."""
        return unicodedata.normalize("NFKC", cell).lower() in self._deregistered

    def coordinate_system(self, cell: str) -> str | None:
        """Return `WGS-84`, `GCJ-02` or `BD-09`; None when the name is unknown."""
        return self._crs.get(folded(cell))


def _by_synonym(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {folded(synonym): name for name, synonyms in table.items() for synonym in synonyms}
