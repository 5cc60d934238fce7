"""Reads the table of how penalties are made public."""

from functools import cache

from services.credit.domain.publicity import (
    PUBLICITY_GUARDS,
    PenaltyKind,
    Period,
    PublicityRules,
    Regime,
    SimpleProcedure,
)
from shared.machines.reading import Row, due_of, read_machine, rule_table, source_of

DEADLINES = ("publish", "itself", "warn", "withdraw")


@cache
def publicity_rules() -> PublicityRules:
    """Return the periods, deadlines and steps of this release, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "publicity.toml")
    head = content["publicity"]
    return PublicityRules(
        machine=read_machine(content, head="publicity", guards=PUBLICITY_GUARDS),
        deadlines={name: due_of(content["deadline"][name]) for name in DEADLINES},
        regimes=tuple(Regime(row["id"], row["zh"], row["en"], source_of(row, head)) for row in content["regime"]),
        periods={(row["regime"], row["class"]): _period(row) for row in content["period"]},
        classes={row["id"]: (row["zh"], row["en"]) for row in content["class"]},
        kinds={row["id"]: _kind(row, head) for row in content["kind"]},
        gravest_acts=frozenset(content["gravest"]["acts"]),
        simple=_simple(content["simple"]),
    )


def _simple(row: Row) -> SimpleProcedure:
    return SimpleProcedure(row["class"], frozenset(row["kinds"]), row["most_fine"], row["most_fine_of_person"])


def _period(row: Row) -> Period:
    return Period(row["regime"], row["publishes"], row["min_months"], row["max_months"])


def _kind(row: Row, head: Row) -> PenaltyKind:
    return PenaltyKind(row["id"], row["zh"], row["en"], row["class"], source_of(row, head))
