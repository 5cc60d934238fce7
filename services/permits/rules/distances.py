"""Reads the distances that rules name."""

from collections.abc import Mapping
from functools import cache

from services.permits.domain.profiles import Distance
from services.permits.rules.reading import exact, table
from shared.machines.reading import source_of


@cache
def distances() -> Mapping[str, Distance]:
    """Return the distances of this release by id, read once."""
    content = table("distances.toml")
    head = content["distances"]
    return {row["id"]: Distance(row["id"], exact(row["metres"]), source_of(row, head)) for row in content["distance"]}
