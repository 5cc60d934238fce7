"""Divisions as the map names them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Division:
    """A division; the point is WGS-84 degrees, or unknown."""

    code: str
    name: str
    longitude: float | None = None
    latitude: float | None = None


Divisions = Mapping[str, Division]
