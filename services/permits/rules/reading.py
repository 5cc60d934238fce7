"""Reads one table. A table that cannot be followed exactly stops the process at its start."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Any

from shared.machines import STATUSES, Source, UnusableTable

Row = Mapping[str, Any]


def table(name: str) -> dict[str, Any]:
    """Return the content of one rule table; numbers with a point are exact."""
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"), parse_float=Decimal)


def source_of(row: Row, head: Row) -> Source:
    """Return where a row stands; what it does not say, its table says. Raises ``UnusableTable``."""
    status = row.get("status", head["status"])
    if status not in STATUSES:
        raise UnusableTable(f"{status} is no status of a rule")
    document, day = row.get("source", head["source"]), row.get("effective_from", head["effective_from"])
    return Source(document, row["clause"], status, day)


def exact(value: Any) -> Decimal:
    """Return a number of a table exactly."""
    return Decimal(value)
