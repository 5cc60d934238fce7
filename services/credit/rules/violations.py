"""Reads the catalogue of what the law punishes."""

from functools import cache

from services.credit.domain.violations import Act, Catalogue, Named
from shared.machines.reading import Row, rule_table, source_of

WORDS = ("code", "clause", "zh", "en", "first", "refusal", "persons")


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "violations.toml")
    acts = [_act(row, content["violations"]) for row in content["violation"]]
    severities = [Named(**row) for row in content["severity"]]
    return Catalogue(
        acts={one.code: one for one in acts},
        severities={one.id: one for one in severities},
        version=content["violations"]["version"],
    )


def _act(row: Row, head: Row) -> Act:
    return Act(
        **{name: row[name] for name in WORDS},
        hazard_items=tuple(row["hazard_items"]),
        source=source_of(row, head),
    )
