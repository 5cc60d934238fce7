"""Reads the policies of the credit grade, and what an officer may attest for it."""

from collections.abc import Mapping
from functools import cache

from services.credit.domain.attestations import AttestedKind
from services.credit.domain.ratings import Bonus, GradeLimit, Move, Policy, Start
from services.credit.domain.violations import Named
from shared.machines.reading import Row, rule_table, source_of


@cache
def rating_policies() -> tuple[Policy, ...]:
    """Return the policies of the release from the oldest on, read once; raises ``UnusableTable``."""
    content = rule_table(__package__, "ratings.toml")
    found = [_policy(row, content["ratings"]) for row in content["policy"]]
    return tuple(sorted(found, key=lambda one: one.effective_from))


@cache
def attested_kinds() -> Mapping[str, AttestedKind]:
    """Return what an officer may attest of an enterprise, by id, read once; raises ``UnusableTable``."""
    rows = rule_table(__package__, "ratings.toml")["attested"]
    kinds = [AttestedKind(_words(row), row["group"], *_flags(row)) for row in rows]
    return {one.words.id: one for one in kinds}


@cache
def quiet_years() -> int:
    """Return how many years without a death are counted, read once; raises ``UnusableTable``."""
    return int(rule_table(__package__, "ratings.toml")["facts"]["quiet_years"])


def _flags(row: Row) -> tuple[bool, ...]:
    return tuple(row.get(name, False) for name in ("lasts", "counts", "needs_level"))


def _policy(row: Row, head: Row) -> Policy:
    return Policy(
        version=row["version"],
        effective_from=row["effective_from"],
        start=row["start"],
        starts=[Start(_words(one, "fact"), one["points"], one["alternative"]) for one in row["starts"]],
        months=row["months"],
        grades=tuple(GradeLimit(one["id"], one.get("above", one.get("from")), "above" in one) for one in row["grade"]),
        points={one["fact"]: one["points"] for one in row["points"]},
        words={one["fact"]: _words(one, "fact") for one in row["points"]},
        bonuses=[_bonus(one) for one in row["bonuses"]],
        most_bonus=row["most_bonus"],
        moves=tuple(_move(one) for one in row["move"]),
        source=source_of(row, head),
    )


def _words(row: Row, key: str = "id") -> Named:
    return Named(row[key], row["zh"], row["en"])


def _bonus(row: Row) -> Bonus:
    return Bonus(_words(row), row["group"], row["fact"], row["at_least"], row["points"])


def _move(row: Row) -> Move:
    return Move(_words(row), frozenset(row["facts"]), row["at_least"], row["steps"], row.get("is_locked", False))
