"""Who acts in which tier, and who gets a task: area, role and skill, then wider, at last a queue: none is unowned."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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


SUBDISTRICT_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Worker:
    """An account as far as routing looks at it; ``load`` is how many open tasks it has."""

    account_id: str
    tiers: frozenset[int]
    divisions: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    skills: frozenset[str] = frozenset()
    enterprise_id: str = ""
    intermediary_id: str = ""
    load: int = 0
    is_available: bool = True

    def covers(self, division: str) -> bool:
        """Return whether one of the worker's divisions holds ``division``."""
        return any(division.startswith(prefix) for prefix in self.divisions if prefix)


@dataclass(frozen=True, slots=True)
class Need:
    """What a task asks for."""

    tier: int
    enterprise_id: str
    division: str = ""
    grid: str = ""
    intermediary_id: str = ""
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """An account, or a queue such as ``tier:4@331002``; ``rung`` says how far the search had to go."""

    name: str
    rung: str


def owner_of(need: Need, workers: Iterable[Worker], *, district: str, without: Sequence[str] = ()) -> Owner:
    """Return who gets the task: the least loaded of the first group that has somebody, in the order of account ids.

    ``without`` are accounts that had it and did not do it.
    """
    able = [one for one in workers if one.is_available and one.account_id not in without]
    for rung, fits in _rungs(need):
        found = [one for one in able if fits(one)]
        if found:
            return Owner(min(found, key=lambda one: (one.load, one.account_id)).account_id, rung)
    return Owner(_queue(need, district), "queue")


def _rungs(need: Need) -> list[tuple[str, Callable[[Worker], bool]]]:
    """Tiers 1 and 2 belong to the enterprise and its intermediary; 3 and 4 go by area."""
    if need.tier == 1:
        return [("first", lambda one: 1 in one.tiers and one.enterprise_id == need.enterprise_id)]
    if need.tier == 2 and need.intermediary_id:
        return [
            ("first", lambda one: _is_inspector(one, need) and _is_skilled(one, need)),
            ("any_skill", lambda one: _is_inspector(one, need)),
        ]
    tier = max(need.tier, 3)
    subdistrict = need.division[:SUBDISTRICT_DIGITS]
    return [
        ("first", lambda one: tier in one.tiers and _is_near(one, need) and _is_skilled(one, need)),
        ("any_skill", lambda one: tier in one.tiers and _is_near(one, need)),
        ("subdistrict", lambda one: tier in one.tiers and bool(subdistrict) and one.covers(subdistrict)),
        ("bureau", lambda one: 4 in one.tiers and one.covers(need.division)),
    ]


def _is_inspector(one: Worker, need: Need) -> bool:
    return 2 in one.tiers and one.intermediary_id == need.intermediary_id


def _is_near(one: Worker, need: Need) -> bool:
    """A grid worker is near in the own grids; whoever has no grid is near in the own divisions."""
    return need.grid in one.grids if one.grids and need.grid else one.covers(need.division)


def _is_skilled(one: Worker, need: Need) -> bool:
    return not need.skill or need.skill in one.skills


def _queue(need: Need, district: str) -> str:
    if need.tier == 1:
        return f"enterprise:{need.enterprise_id}"
    if need.tier == 2 and need.intermediary_id:
        return f"intermediary:{need.intermediary_id}"
    return f"tier:{max(need.tier, 3)}@{need.division[:SUBDISTRICT_DIGITS] or district}"
