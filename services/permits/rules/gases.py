"""Reads the table of gases."""

from functools import cache

from services.permits.domain.gases import Gas, GasLimits, GasRules, Purpose, SamplingPoint
from services.permits.rules.reading import exact, table
from shared.machines.reading import Row, source_of

LIMITS = ("lel", "mac", "twa", "stel", "grams")


@cache
def gas_rules() -> GasRules:
    """Return the limits of gases of this release, read once."""
    content = table("gases.toml")
    purposes = {row["id"]: Purpose(row["id"], tuple(row["groups"]), row["clause"]) for row in content["purpose"]}
    return GasRules(
        gases={row["id"]: _gas(row) for row in content["gas"]},
        purposes=purposes,
        points=tuple(SamplingPoint(**row) for row in content["point"]),
        limits=_limits(content),
        source=source_of(content["toxic"], content["gases"]),
    )


def _gas(row: Row) -> Gas:
    limits = {name: exact(row.get(name, 0)) for name in LIMITS}
    return Gas(row["id"], row["zh"], row["en"], group=row["group"], **limits)


def _limits(content: Row) -> GasLimits:
    combustible, oxygen, toxic = content["combustible"], content["oxygen"], content["toxic"]
    return GasLimits(
        lel_line=exact(combustible["lel_line"]),
        at_or_above=exact(combustible["at_or_above"]),
        at_or_above_clause=combustible["at_or_above_clause"],
        below=exact(combustible["below"]),
        below_clause=combustible["below_clause"],
        oxygen_least=exact(oxygen["least"]),
        oxygen_most=exact(oxygen["most"]),
        oxygen_most_enriched=exact(oxygen["most_enriched"]),
        oxygen_clause=oxygen["clause"],
        equipment_most=exact(oxygen["equipment_most"]),
        equipment_clause=oxygen["equipment_clause"],
        toxic_clause=toxic["clause"],
        molar_litres=exact(toxic["molar_litres"]),
    )
