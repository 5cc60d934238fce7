"""Reads what is due in credit: who has to act, and when somebody is warned."""

from functools import cache

from services.credit.domain.limits import WHO, LimitKind
from shared.machines import UnusableTable
from shared.machines.reading import Row, rule_table, source_of


@cache
def limit_kinds() -> dict[str, LimitKind]:
    """Return the kinds of limits of this release by id, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "limits.toml")
    return {row["id"]: _kind(row, content["limits"]) for row in content["limit"]}


def _kind(row: Row, head: Row) -> LimitKind:
    if row["by"] not in WHO:
        raise UnusableTable(f"limit {row['id']}: nobody is called {row['by']}")
    same = {name: row[name] for name in ("id", "about", "by", "zh", "en", "left")}
    return LimitKind(**same, source=source_of(row, head))
