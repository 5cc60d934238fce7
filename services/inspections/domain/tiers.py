"""The four tiers of the closed loop: who acts in which, and what a person of it may be asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """1 企业自查, 2 中介协查, 3 网格确查, 4 政府督查."""

    number: int
    zh: str
    en: str
    roles: frozenset[str]


def tier_of(tiers: Mapping[int, Tier], roles: Collection[str]) -> int:
    """Return the highest tier in which somebody with these roles acts; 0 for none."""
    return max((number for number, tier in tiers.items() if tier.roles & set(roles)), default=0)
