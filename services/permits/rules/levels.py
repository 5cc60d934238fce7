"""Reads the table of levels."""

from functools import cache

from services.permits.domain.levels import Band, HeightRules, LevelRules, LiftRules, Reason, UpgradeRules
from services.permits.rules.reading import exact, table
from shared.machines import UnusableTable
from shared.machines.reading import Row, source_of


@cache
def level_rules() -> LevelRules:
    """Return how levels are computed in this release, read once; raises ``UnusableTable``."""
    return read_levels(table("levels.toml"))


def read_levels(content: Row) -> LevelRules:
    """Return the rules of a table; raises ``UnusableTable`` when some hot work would have no level."""
    head = content["levels"]
    criteria = tuple(_reason(row, head) for row in content["criterion"])
    if not criteria or not criteria[-1].is_rest:
        raise UnusableTable("the last criterion of hot work has to hold for the rest")
    return LevelRules(criteria, _lifting(content["lifting"]), _height(content), _upgrade(content))


def _reason(row: Row, head: Row) -> Reason:
    return Reason(
        **{name: row[name] for name in ("id", "zh", "en")},
        source=source_of(row, head),
        level=row.get("level", ""),
        is_relief=row.get("is_relief", False),
        is_rest=row.get("is_rest", False),
    )


def _lifting(row: Row) -> LiftRules:
    bands = tuple(
        Band(
            each["level"],
            exact(each["above"]) if "above" in each else None,
            exact(each["from"]) if "from" in each else None,
        )
        for each in row["bands"]
    )
    return LiftRules(bands, row["clause"], exact(row["waiver_below"]), row["waiver_clause"])


def _height(content: Row) -> HeightRules:
    row, head = content["height"], content["levels"]
    return HeightRules(
        least=exact(row["from"]),
        below_clause=row["below_clause"],
        clause=row["clause"],
        bands=tuple(exact(each) for each in row["bands"]),
        without_factor=tuple(row["without_factor"]),
        with_factor=tuple(row["with_factor"]),
        factors=tuple(_reason(each, head) for each in content["factor"]),
        forced=tuple(_reason(each, head) for each in content["forced"]),
        live_distances=tuple((exact(each["kv"]), exact(each["metres"])) for each in content["live_distance"]),
    )


def _upgrade(content: Row) -> UpgradeRules:
    row = content["upgrade"]
    return UpgradeRules(
        kinds=frozenset(row["kinds"]),
        ladder=row["ladder"],
        triggers={each["id"]: _reason(each, content["levels"]) for each in content["trigger"]},
        **{name: row[name] for name in ("top_needs", "night_from", "night_to", "wind_force")},
    )
