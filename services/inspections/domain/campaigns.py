"""Group service (组团服务): areas, grids or industries by density of risk, a mixed team, a plan for each enterprise."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.machines import NotAllowed, StepNotPossible, require

SUBDISTRICT, GRID, INDUSTRY = "subdistrict", "grid", "industry"
GROUPINGS = (SUBDISTRICT, GRID, INDUSTRY)
INDUSTRY_DIGITS = 3  # the letter and two digits: the division of GB/T 4754
OPEN, CLOSED, CANCELLED = "open", "closed", "cancelled"
STATES = (OPEN, CLOSED, CANCELLED)
DONE, NOT_APPLICABLE, FINDING = "done", "not_applicable", "finding"
OUTCOMES = (DONE, NOT_APPLICABLE, FINDING)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the sides of a mixed team."""

    id: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """Something that a team does for each enterprise."""

    id: str
    zh: str
    en: str
    clause: str


@dataclass(frozen=True)
class CampaignRules:
    """``density_per`` says by what the weights are divided."""

    version: str
    density_per: str
    level_weights: Mapping[int, int]
    most_enterprises: int
    least_members: int
    sides: tuple[Side, ...]
    items: Mapping[str, ServiceItem]


@dataclass(frozen=True, slots=True)
class Density:
    """How dense the risk of a group is: ``weight`` of its levels over the enterprises that have one, in hundredths."""

    key: str
    enterprises: int
    levels: Mapping[int, int] = field(default_factory=dict)
    weight: int = 0

    @property
    def graded(self) -> int:
        return sum(self.levels.values())

    @property
    def hundredths(self) -> int:
        return self.weight * 100 // self.graded if self.graded else 0


def densities(rules: CampaignRules, counts: Iterable[tuple[str, int | None, int]]) -> list[Density]:
    """Return the groups of (key, level, number of enterprises) rows, the densest first, then the heaviest."""
    groups: dict[str, dict[int | None, int]] = {}
    for key, level, number in counts:
        group = groups.setdefault(key, {})
        group[level] = group.get(level, 0) + number
    found = [_density(rules, key, group) for key, group in groups.items()]
    return sorted(found, key=lambda one: (-one.hundredths, -one.weight, one.key))


def _density(rules: CampaignRules, key: str, group: Mapping[int | None, int]) -> Density:
    levels = {level: number for level, number in group.items() if level is not None}
    weight = sum(rules.level_weights[level] * number for level, number in levels.items())
    return Density(key, sum(group.values()), dict(sorted(levels.items())), weight)


def side_of(rules: CampaignRules, roles: Collection[str]) -> str:
    """Return the side of a team on which somebody with these roles stands; empty for none."""
    return next((side.id for side in rules.sides if side.roles & set(roles)), "")


def check_team(rules: CampaignRules, sides: Mapping[str, str], *, leader: str) -> None:
    """Raise ``NotAllowed`` unless the team is mixed, everybody has a side, and the leader is one of them.

    ``sides`` maps account to side, empty for who stands on none.
    """
    strangers = sorted(account for account, side in sides.items() if not side)
    sentence = "Only officers, grid workers and inspectors of intermediaries who are at work make a team."
    require(not strangers, NotAllowed("team_member_unfit", sentence, field="members", accounts=strangers))
    is_mixed = len(sides) >= rules.least_members and len(set(sides.values())) > 1
    sentence = f"A team has at least {rules.least_members} members of different sides: add somebody."
    require(is_mixed, NotAllowed("team_not_mixed", sentence, field="members"))
    require(leader in sides, NotAllowed("leader_missing", "The leader is one of the team.", field="leader"))


def check_items(rules: CampaignRules, items: Sequence[str]) -> None:
    """Raise ``NotAllowed`` when there is nothing to do, or something that the table does not know."""
    unknown = sorted(set(items) - set(rules.items))
    require(bool(items) and not unknown, NotAllowed("items_unknown", "Choose items of the list.", field="items"))


def check_number(rules: CampaignRules, number: int) -> None:
    """Raise ``NotAllowed`` when nobody would be served, or more than a team can visit."""
    require(number > 0, NotAllowed("nobody_chosen", "No enterprise of these levels lies there.", field="groups"))
    sentence = f"{number} enterprises are chosen, more than {rules.most_enterprises}: narrow groups or levels."
    require(number <= rules.most_enterprises, NotAllowed("too_many_chosen", sentence, field="groups"))


def check_open(state: str) -> None:
    """Raise ``StepNotPossible`` when a campaign is over: nothing is ticked off, closed or cancelled any more."""
    if state != OPEN:
        raise StepNotPossible("This campaign is over.", state=state, possible=[])


def check_tick(outcome: str, given: Mapping[str, Any]) -> None:
    """Raise ``NotAllowed`` when an outcome lacks what belongs to it: a finding says what and where."""
    needed = {FINDING: ("description", "place"), NOT_APPLICABLE: ("note",)}.get(outcome, ())
    missing = [name for name in needed if not str(given.get(name) or "").strip()]
    sentence = "Say what was found and where, or why it does not apply."
    require(not missing, NotAllowed("tick_incomplete", sentence, field=missing[0] if missing else "", missing=missing))
