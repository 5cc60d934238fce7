"""What is known of a permit (作业票) while it is on its way, and the numbers that bind one of its kind and level."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.permits.domain.measures import Measure
from shared.machines import Machine, Step, Transition

NEW, ACTIVE, SUSPENDED, APPROVED, FINISHED, EXPIRED = "new", "active", "suspended", "approved", "finished", "expired"
REVOKED = "revoked"
READY = (APPROVED, ACTIVE, SUSPENDED)
LIVE = (ACTIVE, SUSPENDED)
OVER = (EXPIRED, REVOKED)  # ended by the clock or taken away, perhaps with people inside
HOT_WORK, CONFINED_SPACE, BLINDING, TEMP_POWER = "hot_work", "confined_space", "blinding", "temp_power"
GUARDIAN = "guardian"
GAS = "gas"
# The causes when a permit is suspended because another of the same job is; by what is in its air, or by anything else.
BY_GAS_OF_RELATIVE, BY_RELATIVE = "related_gas", "related_permit"
CARRIED_ALONG = (BY_GAS_OF_RELATIVE, BY_RELATIVE)


@dataclass(frozen=True, slots=True)
class Need:
    """Work of ``kinds`` with a ``fact`` needs a permit of another kind too.

    ``fact`` is answered yes, or is a number from ``least`` on or above ``above``; ``also`` is not answered no.
    """

    row: str
    kinds: frozenset[str]
    fact: str
    needs: str
    clause: str
    least: float | None = None
    above: float | None = None
    also: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is not measured but confirmed by somebody with a step, in both languages, and its clause."""

    id: str
    zh: str
    en: str
    clause: str


@dataclass(frozen=True)
class PermitRules:
    """The machine, the moments at which somebody is told, and which kinds of work need which other permits.

    A guardian who is farther than ``fence_metres`` for ``guardian_away_seconds`` has left.
    """

    machine: Machine
    expiring_minutes: int
    acceptance_hours: int
    on_site_metres: float
    guardian_away_seconds: int
    fence_metres: float
    confirmations: tuple[Confirmation, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What binds a permit of one kind and level; 0 where the rules name no number.

    ``gases`` are the groups that are analysed; ``approval`` and ``tickets`` the roles that sign before the approval, in
    their order, and before the start.
    """

    needs_permit: bool = True
    max_hours: int = 24
    is_own_rule: bool = False
    gases: tuple[str, ...] = ()
    gas_minutes: int = 0
    break_minutes: int = 0
    log_hours: int = 0
    is_daily_gas: bool = False
    is_continuous_gas: bool = False
    needs_plan: bool = False
    needs_video: bool = False
    counts_heads: bool = False
    reconfirms: bool = False
    ventilates: bool = False
    stop_wind_force: int = 0
    approval: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GasResult:
    """One analysis: ``group`` oxygen, combustible or toxic, at one point, and whether it may be worked in."""

    group: str
    point: str
    sampled_at: datetime
    is_acceptable: bool
    by: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the crew; ``is_in``: at the place (a guardian), inside (everybody else).

    ``away_since``: since when the positions that a guardian reports lie outside the fence.
    """

    person_id: str
    role: str
    is_in: bool = False
    away_since: datetime | None = None

    @property
    def is_here(self) -> bool:
        return self.is_in and self.away_since is None


@dataclass(frozen=True, slots=True)
class Relative:
    """Another permit of the same job; ``relation`` says what it is to this one: parent, child or sibling."""

    id: str
    relation: str
    kind: str
    state: str
    ends_at: datetime
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Engagement:
    """Another permit under which somebody guards, or is inside; ``is_beside``: at the same place as this one."""

    permit_id: str
    number: str
    is_guarding: bool
    is_beside: bool


@dataclass(frozen=True, slots=True)
class Permit:
    """What the steps look at; ``warned`` are the moments of which somebody has been told, by name.

    ``alarm_over_at``: when the last alarm at its place was over, None when there was none since it was applied for.
    ``engaged``: what the person who checks in does under other permits. ``sentences``: the measures of its form,
    ``notes`` what was written into them.
    """

    state: str = NEW
    kind: str = ""
    level: str = ""
    applied_by: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    signed: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    measures: Mapping[int, bool | None] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)
    sentences: tuple[Measure, ...] = ()
    gas: tuple[GasResult, ...] = ()
    crew: tuple[Member, ...] = ()
    relatives: tuple[Relative, ...] = ()
    is_frozen: bool = False
    suspended_at: datetime | None = None
    finished_at: datetime | None = None
    ended_at: datetime | None = None
    active_since: datetime | None = None
    cause: str = ""
    is_halted: bool = False
    warned: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    has_alarm: bool = False
    alarm_over_at: datetime | None = None
    engaged: tuple[Engagement, ...] = ()

    @property
    def parent(self) -> Relative | None:
        """Return the permit that this one belongs to, None when it stands alone."""
        return next((one for one in self.relatives if one.relation == "parent"), None)

    @property
    def guardians(self) -> tuple[Member, ...]:
        return tuple(one for one in self.crew if one.role == GUARDIAN)

    @property
    def inside(self) -> tuple[str, ...]:
        """Return the persons who went in and did not come out."""
        return tuple(one.person_id for one in self.crew if one.is_in and one.role != GUARDIAN)


@dataclass(frozen=True, slots=True)
class MovedPermit:
    """The state after a step, and the row that led there."""

    state: str
    transition: Transition


@dataclass(frozen=True, slots=True)
class PermitLook:
    """What a guard sees."""

    rules: PermitRules
    permit: Permit
    step: Step

    @property
    def given(self) -> Mapping[str, Any]:
        return self.step.given


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps work from going on now: the ``code`` of the refusal, and whom or what it is ``about``."""

    code: str
    about: tuple[str, ...] = ()


def hindrances(permit: Permit) -> tuple[Hindrance, ...]:
    """Return what others say that stands in the way of a permit, before anybody takes the step that it refuses."""
    found = (
        (permit.is_halted, Hindrance("production_halted")),
        (permit.has_alarm, Hindrance("alarm_goes_on")),
        (permit.problems, Hindrance("people_not_fit", permit.problems)),
        (permit.conflicts, Hindrance("work_in_conflict", permit.conflicts)),
    )
    return tuple(one for holds, one in found if holds)


def needed_kinds(rules: PermitRules, permit: Permit) -> dict[str, Need]:
    """Return the kinds of which the same job needs a permit of its own, each with the rule (GB 30871-2022 4.6)."""
    return {one.needs: one for one in rules.needs if permit.kind in one.kinds and _holds(one, permit.facts)}


def _holds(need: Need, facts: Mapping[str, Any]) -> bool:
    value = facts.get(need.fact)
    if need.also and facts.get(need.also) is False:
        return False
    if need.least is None and need.above is None:
        return value is True
    if not isinstance(value, (int, float)):
        return False
    return value >= (need.least or 0) and (need.above is None or value > need.above)


def missing_gases(permit: Permit, *, since: datetime | None = None) -> list[str]:
    """Return the groups without a result since then, or whose last result at some point may not be worked in."""
    last = {(one.group, one.point): one for one in permit.gas}
    bad = {one.group for one in last.values() if not one.is_acceptable}
    known = {one.group for one in permit.gas if since is None or one.sampled_at >= since}
    return [group for group in permit.terms.gases if group in bad or group not in known]
