"""Reads the table of people: kinds of certificates, and who needs which."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from services.permits.domain.people import BLOCK, EACH, CertificateKind, Need, PeopleRules
from shared.machines import UnusableTable
from shared.machines.reading import rule_table, source_of

Row = Mapping[str, Any]
EFFECTS, WHOS = (BLOCK, "warn"), (EACH, "one")


@cache
def people_rules() -> PeopleRules:
    """Return who may take part in which work in this release; raises ``UnusableTable``."""
    return read_people(rule_table(__package__, "people.toml"))


def read_people(content: Row) -> PeopleRules:
    """Return the rules of a table; raises ``UnusableTable`` for certificates, effects or counts that do not exist."""
    head, limits = content["people"], content["limits"]
    kinds = {row["id"]: _kind(row, head) for row in content["certificate"]}
    needs = tuple(_need(row, head) for row in content["need"])
    for need in needs:
        if set(need.certificates) - set(kinds) or need.effect not in EFFECTS or need.who not in WHOS:
            raise UnusableTable(f"row {need.row} names what does not exist")
    return PeopleRules(
        id=head["id"],
        version=head["version"],
        kinds=kinds,
        needs=needs,
        query_again=timedelta(days=limits["query_again_days"]),
        expiring=timedelta(days=limits["expiring_days"]),
        columns=content["columns"],
    )


def _kind(row: Row, head: Row) -> CertificateKind:
    same = ("id", "zh", "en", "months", "review_months", "authority", "is_queried")
    given = {name: row[name] for name in same}
    return CertificateKind(**given, categories=tuple(row["categories"]), source=source_of(row, head))


def _need(row: Row, head: Row) -> Need:
    same = {name: row[name] for name in ("row", "work", "role", "who", "effect")}
    return Need(
        **same,
        certificates=tuple(row["certificates"]),
        profiles=frozenset(row["profiles"]),
        source=source_of(row, head),
    )
