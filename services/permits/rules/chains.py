"""Reads the table of signatures and roles."""

from functools import cache

from services.permits.domain.chains import ACCEPTOR, Chain, ChainRules, Role, SpecialApprover
from services.permits.rules.reading import table
from shared.machines import UnusableTable
from shared.machines.reading import Row, source_of


@cache
def chain_rules() -> ChainRules:
    """Return who signs what in this release, read once; raises ``UnusableTable``."""
    return read_chains(table("chains.toml"))


def read_chains(content: Row) -> ChainRules:
    """Return the chains of a table; raises ``UnusableTable`` for a signature whose role has no title."""
    head = content["chains"]
    roles = {row["id"]: _role(row, head) for row in content["role"]}
    chains = {
        (row["kind"], level): Chain(tuple(row["approval"]), tuple(row["start"]), row["clause"])
        for row in content["chain"]
        for level in row["levels"]
    }
    special = tuple(_special(row, head) for row in content["approver_if"])
    signing = {role for chain in chains.values() for role in (*chain.approval, *chain.start)}
    untitled = {*signing, *(one.role for one in special), ACCEPTOR} - _titled(roles)
    if untitled:
        raise UnusableTable(f"no title for the signature of {', '.join(sorted(untitled))}")
    return ChainRules(roles, chains, special)


def _role(row: Row, head: Row) -> Role:
    titles = {name: row.get(name, "") for name in ("opinion_zh", "opinion_en")}
    return Role(row["id"], row["zh"], row["en"], **titles, source=source_of(row, head))


def _special(row: Row, head: Row) -> SpecialApprover:
    return SpecialApprover(row["profile"], row["kind"], row["answer"], row["role"], source_of(row, head))


def _titled(roles: dict[str, Role]) -> set[str]:
    return {each.id for each in roles.values() if each.opinion_zh and each.opinion_en}
