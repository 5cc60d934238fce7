"""Dual-random draws (双随机): who may be drawn, objects by weight and officers by lot, replayable by anyone.

Everything is whole numbers and SHA-256: the same seed over the same pool draws the same on every machine. A pool is
fixed, and its digest stored, before there is a seed; ``docs/draws.md`` tells a stranger how to draw again.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from itertools import accumulate
from typing import Any

from shared.machines import NotAllowed, StepNotPossible, require

PREPARED, DRAWN, PUBLISHED, CANCELLED = "prepared", "drawn", "published", "cancelled"
STATES = (PREPARED, DRAWN, PUBLISHED, CANCELLED)
STEPS: Mapping[tuple[str, str], str] = {
    (PREPARED, "draw"): DRAWN,
    (PREPARED, "cancel"): CANCELLED,
    (DRAWN, "publish"): PUBLISHED,
}


def state_after(state: str, event: str) -> str:
    """Return the state of a draw after ``event``; raises ``StepNotPossible``: nothing is drawn twice or taken back."""
    if (state, event) not in STEPS:
        possible = [step for start, step in STEPS if start == state]
        sentence = "A draw is drawn once, cancelled only before that, and published only after it."
        raise StepNotPossible(sentence, state=state, event=event, possible=possible)
    return STEPS[state, event]


@dataclass(frozen=True, slots=True)
class Relation:
    """Why an officer keeps away from an enterprise (回避)."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class DrawRules:
    """``algorithm`` names the way of drawing; another way gets another name. ``team``: officers for each object.

    Enterprises in one of the ``drawn_states`` of supervision may be drawn, unless one was checked within ``rest_days``.
    """

    version: str
    algorithm: str
    team: int
    rest_days: int
    most_candidates: int
    drawn_states: frozenset[str]
    relations: Mapping[str, Relation]
    level_weights: Mapping[int, int]
    credit_weights: Mapping[str, int]
    unknown_credit_weight: int

    def weight(self, *, level: int, credit: str) -> int:
        """Return the weight of an enterprise: risk times credit (浙江条例 第二十一条)."""
        return self.level_weights[level] * self.credit_weights.get(credit, self.unknown_credit_weight)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An enterprise as far as a draw looks at it: ``counted`` checks of this year, and whether one is still to come.

    ``is_planned``: the plan of the year names it; ``is_others``: another authority inspects it this year.
    """

    enterprise_id: str
    level: int | None
    cap: int
    supervision: str = "supervised"
    is_active: bool = True
    counted: int = 0
    is_expected: bool = False
    is_planned: bool = False
    is_others: bool = False
    last_check: date | None = None
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    """``licence_until`` is the last day (ISO 8601) of the licence to enforce; ``avoids`` enterprises by declaration."""

    account_id: str
    licence_until: str
    is_enabled: bool = True
    is_absent: bool = False
    avoids: frozenset[str] = frozenset()


def exclusion_of(rules: DrawRules, one: Candidate, *, today: date) -> str:
    """Return why an enterprise may not be drawn; empty when it may (risk-grading §4.2, §4.3)."""
    reasons = {
        "ceased": not one.is_active or one.supervision == "ceased",
        "transferred": one.supervision == "transferred",
        "not_supervised": one.supervision not in rules.drawn_states,
        "no_level": one.level is None,
        "other_authority": one.is_others,
        "planned": one.is_planned,
        "expected": one.is_expected,
        "cap_reached": one.counted >= one.cap,
        "checked": one.last_check is not None and (today - one.last_check).days < rules.rest_days,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def officer_exclusion(one: Officer, *, today: date) -> str:
    """Return why an officer may not be drawn; empty when the licence counts and the officer is at work."""
    reasons = {
        "disabled": not one.is_enabled,
        "no_licence": not one.licence_until,
        "licence_expired": one.licence_until < today.isoformat(),
        "away": one.is_absent,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


@dataclass(frozen=True, slots=True)
class Weighed:
    level: int
    credit: str
    weight: int


@dataclass(frozen=True)
class Pool:
    """All that a draw depends on but the seed: who may be drawn, who may not and why, and which way it is drawn."""

    rules: str
    algorithm: str
    team: int
    count: int
    objects: Mapping[str, Weighed]
    excluded: Mapping[str, str]
    officers: Mapping[str, Sequence[str]]  # each with the enterprises that the officer keeps away from
    excluded_officers: Mapping[str, str]
    selection: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """Return the pool as the record shows it."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the pool as JSON: sorted keys, no spaces, UTF-8; whoever gathered it in which order."""
        text = json.dumps(self.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def able_for(self, enterprise_id: str) -> list[str]:
        """Return the officers who may go to an enterprise, in the order of their ids."""
        return sorted(one for one, avoids in self.officers.items() if enterprise_id not in avoids)


@dataclass(frozen=True, slots=True)
class Drawn:
    enterprise_id: str
    officers: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """Which enterprises are drawn from, and how many: ``division`` and ``industries`` are beginnings of codes."""

    division: str
    levels: tuple[int, ...]
    industries: tuple[str, ...]
    count: int
    last_day: date

    @property
    def selection(self) -> dict[str, Any]:
        """Return what was chosen, as the record shows it."""
        chosen = {"division": self.division, "levels": sorted(self.levels), "industries": sorted(self.industries)}
        return chosen | {"last_day": self.last_day.isoformat()}


def make_pool(
    rules: DrawRules, asked: Asked, *, candidates: Iterable[Candidate], officers: Iterable[Officer], today: date
) -> Pool:
    """Return the pool of a draw; an enterprise to which no team could go is left out beforehand (回避)."""
    objects: dict[str, Weighed] = {}
    excluded: dict[str, str] = {}
    reasons = {one: officer_exclusion(one, today=today) for one in officers}
    able = [one for one, reason in reasons.items() if not reason]
    for one in candidates:
        reason = exclusion_of(rules, one, today=today)
        if not reason and sum(one.enterprise_id not in officer.avoids for officer in able) < rules.team:
            reason = "no_team"
        if reason or one.level is None:
            excluded[one.enterprise_id] = reason
        else:
            weight = rules.weight(level=one.level, credit=one.credit)
            objects[one.enterprise_id] = Weighed(one.level, one.credit, weight)
    return Pool(
        rules=rules.version,
        algorithm=rules.algorithm,
        team=rules.team,
        count=asked.count,
        objects=objects,
        excluded=excluded,
        officers={one.account_id: sorted(one.avoids & objects.keys()) for one in able},
        excluded_officers={one.account_id: reason for one, reason in reasons.items() if reason},
        selection=asked.selection,
    )


def check_pool(pool: Pool) -> None:
    """Raise ``NotAllowed`` when there are not enough officers or enterprises to draw from."""
    officers, available = len(pool.officers), len(pool.objects)
    sentence = f"A draw needs {pool.team} officers whose licence counts and who are at work: look at who is left out."
    require(officers >= pool.team, NotAllowed("too_few_officers", sentence, available=officers))
    sentence = f"{available} enterprises can be drawn: draw fewer, or look at who is left out."
    require(0 < pool.count <= available, NotAllowed("pool_too_small", sentence, available=available, field="count"))


def check_size(rules: DrawRules, number: int) -> None:
    """Raise ``NotAllowed`` for more enterprises than one draw may look at."""
    sentence = f"More than {rules.most_candidates} enterprises are chosen: narrow area, levels or industries."
    require(number <= rules.most_candidates, NotAllowed("pool_too_large", sentence, field="division"))


def check_present(pool: Pool, fresh: Pool) -> None:
    """Raise ``NotAllowed`` when somebody in the pool may not be drawn any more: nobody has a seed yet."""
    gone = sorted(set(pool.objects) - set(fresh.objects))
    missing = sorted(set(pool.officers) - set(fresh.officers))
    avoiding = sorted(one for one in pool.officers.keys() & fresh.officers.keys() if _avoids_more(pool, fresh, one))
    sentence = "Somebody in this pool cannot be drawn any more: cancel it and prepare another one."
    is_same = not (gone or missing or avoiding)
    require(is_same, NotAllowed("pool_outdated", sentence, enterprises=gone[:20], officers=[*missing, *avoiding]))


def _avoids_more(pool: Pool, fresh: Pool, officer: str) -> bool:
    now = set(fresh.officers[officer]) & pool.objects.keys()
    return not now <= set(pool.officers[officer])


def draw(pool: Pool, *, seed: str) -> tuple[Drawn, ...]:
    """Return the drawn enterprises in the order of the draw, each with its officers; raises ``NotAllowed``."""
    check_pool(pool)
    weights = {one: weighed.weight for one, weighed in pool.objects.items()}
    objects = _drawn(weights, count=pool.count, seed=f"{seed}|objects")
    return tuple(Drawn(one, _team(pool, one, seed=seed)) for one in objects)


def is_replayed(pool: Pool, *, digest: str, seed: str, drawn: Sequence[Drawn]) -> bool:
    """Return whether the pool is the stored one and drawing again from it gives the same."""
    return pool.digest == digest and draw(pool, seed=seed) == tuple(drawn)


def _team(pool: Pool, enterprise_id: str, *, seed: str) -> tuple[str, ...]:
    able = dict.fromkeys(pool.able_for(enterprise_id), 1)
    return _drawn(able, count=pool.team, seed=f"{seed}|officers|{enterprise_id}")


def _drawn(weights: Mapping[str, int], *, count: int, seed: str) -> tuple[str, ...]:
    """Draw without putting back: each time a number below the sum of weights picks along the sorted ids."""
    left = {name: weights[name] for name in sorted(weights)}
    drawn: list[str] = []
    for turn in range(count):
        ticket = int.from_bytes(sha256(f"{seed}|{turn}".encode()).digest()) % sum(left.values())
        drawn.append(_holder(left, ticket))
        del left[drawn[-1]]
    return tuple(drawn)


def _holder(weights: Mapping[str, int], ticket: int) -> str:
    """Return the name whose share of the sum of weights the ticket falls into."""
    return list(weights)[bisect_right(list(accumulate(weights.values())), ticket)]
