"""Reads the table of measures."""

from functools import cache
from itertools import groupby

from services.permits.domain.measures import Measure, MeasureRules
from services.permits.rules.reading import exact, table
from shared.machines import UnusableTable
from shared.machines.reading import Row


@cache
def measure_rules() -> MeasureRules:
    """Return the measures of this release, read once; raises ``UnusableTable``."""
    return read_measures(table("measures.toml"))


def read_measures(content: Row) -> MeasureRules:
    """Return the measures of a table; raises ``UnusableTable`` unless those of a kind are numbered from 1."""
    found = {kind: tuple(_measure(row) for row in rows) for kind, rows in groupby(content["measure"], _kind_of)}
    for kind, rows in found.items():
        if [row.number for row in rows] != list(range(1, len(rows) + 1)):
            raise UnusableTable(f"the measures of {kind} are not numbered in their order")
    return MeasureRules(found)


def _kind_of(row: Row) -> str:
    return str(row["kind"])


def _measure(row: Row) -> Measure:
    return Measure(
        **{name: row[name] for name in ("kind", "number", "en", "clause")},
        **{name: row.get(name, "") for name in ("condition", "related", "number_of")},
        **{name: row.get(name, False) for name in ("is_always", "is_free")},
        text=row["zh"],
        levels=tuple(row.get("levels", ())),
        above=exact(row.get("above", 0)),
        also=row.get("with", ""),
    )
