"""The rule tables of this service, read once per process."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.registry.domain.columns import ColumnNames
from services.registry.domain.grids import GridIndex
from services.registry.domain.industries import Industries
from services.registry.domain.inference import Suggester
from services.registry.domain.places import Division, Gazetteer, PlaceFinder, gazetteer_from

_FOLDER = Path(__file__).parents[1] / "rules"
_NO_GRIDS = GridIndex()


@dataclass(frozen=True)
class Rulebook:
    """Everything that turns a register row into what the registry knows.

    `version` changes with any table; the grids are left out, because a job follows their changes.
    """

    version: str
    columns: ColumnNames
    industries: Industries
    suggester: Suggester
    gazetteer: Gazetteer
    finder: PlaceFinder
    scale_rows: Sequence[Mapping[str, Any]]
    grids: GridIndex


@dataclass(frozen=True)
class _Shipped:
    version: str
    columns: ColumnNames
    industries: Industries
    suggester: Suggester
    divisions: Mapping[str, Any]
    scale_rows: Sequence[Mapping[str, Any]]


def rulebook(own_divisions: tuple[Division, ...] = (), *, home: str = "", grids: GridIndex = _NO_GRIDS) -> Rulebook:
    """Return the shipped rules with the bureau's own divisions and grids; `home` replaces the home district."""
    return _with_own(own_divisions, home, grids)


@cache
def _shipped() -> _Shipped:
    texts = {path.stem: path.read_bytes() for path in sorted(_FOLDER.glob("*.toml"))}
    tables = {name: tomllib.loads(text.decode()) for name, text in texts.items()}
    return _Shipped(
        version=sha256(b"\0".join(texts.values())).hexdigest()[:12],
        columns=ColumnNames(tables["columns"]),
        industries=Industries(tables["industries"]),
        suggester=Suggester(tables["inference"], tables["industries"]),
        divisions=tables["divisions"],
        scale_rows=tables["scale"]["row"],
    )


@lru_cache(maxsize=4)
def _with_own(own: tuple[Division, ...], home: str, grids: GridIndex) -> Rulebook:
    shipped = _shipped()
    gazetteer = gazetteer_from(shipped.divisions, own, home=home)
    return Rulebook(
        version=f"{shipped.version}.{_fingerprint(own, gazetteer.home)}",
        columns=shipped.columns,
        industries=shipped.industries,
        suggester=shipped.suggester,
        gazetteer=gazetteer,
        finder=PlaceFinder(gazetteer),
        scale_rows=shipped.scale_rows,
        grids=grids,
    )


def _fingerprint(own: tuple[Division, ...], home: str) -> str:
    return sha256(repr((own, home)).encode()).hexdigest()[:8]
