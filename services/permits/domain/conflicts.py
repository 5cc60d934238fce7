"""What works of one enterprise do to each other at the same time (GB 30871-2022, permits §1.10: I1–I19).

Distances are measured along the ground. Where positions are coarser than the limit nothing is refused: the answer is
``uncertain`` ("cannot be excluded"), and a coordinator decides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import floor, inf
from typing import Any

from services.permits.domain.interlocks import (
    COMPARISONS,
    EFFECTS,
    FORBID,
    REQUIRE,
    UNCERTAIN,
    Condition,
    Interlocks,
    Need,
    Pair,
    Words,
)
from services.permits.domain.places import CONFINED_SPACE, DIKE, PIPE, ROAD, UNIT, Places, Spot, chain_of, holder
from shared.ground import metres_between
from shared.machines import Source

Sides = tuple["Work", "Work"]  # as a rule names them: the one of ``a``, then the one of ``b``
FACTS_OF_KINDS = {"internal_work": CONFINED_SPACE, "road_traffic": ROAD}  # what follows from where it is


@dataclass(frozen=True, slots=True)
class Work:
    """A permit, or a doing without one (``state`` is then empty), from ``starts_at`` until before ``ends_at``.

    ``related`` and ``parent_id`` name permits that belong to it; ``facts`` are what its form says, ``place`` its words.
    """

    id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    place_id: str = ""
    spot: Spot | None = None
    state: str = ""
    number: str = ""
    parent_id: str = ""
    related: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a rule says of a work: the ``effect``, how far the other one is and how far it has to be (metres)."""

    rule: str
    effect: str
    words: Words
    source: Source
    other: Work | None = None
    distance_m: int | None = None
    limit_m: float | None = None


def is_one_place(work: Work, other: Work, *, fence_metres: float) -> bool:
    """Return whether who guards one of two works stays with it while it guards the other (GB 30871-2022 4.10 f).

    Positions decide where they are exact enough for the fence (metres). Else permits of one job are at one place, and
    those that name the same place of the ledger, or say the same of a place that is not in it.
    """
    if work.spot and other.spot:
        metres = metres_between((work.spot.longitude, work.spot.latitude), (other.spot.longitude, other.spot.latitude))
        error = work.spot.accuracy_m + other.spot.accuracy_m
        if metres - error > fence_metres or metres + error <= fence_metres:
            return metres <= fence_metres
    if other.id in work.related:
        return True
    return work.place_id == other.place_id if work.place_id or other.place_id else work.place == other.place


def conflicts(interlocks: Interlocks, work: Work, *, others: Iterable[Work], places: Places) -> tuple[Conflict, ...]:
    """Return what stands between ``work`` and the ``others`` of its enterprise, the gravest first.

    ``others`` may hold ``work`` itself, which is passed over. (GB 30871-2022 4.6, 4.7, 5.2, 6.7, 7.6, 7.10, 8.2.8)
    """
    rest = [one for one in others if one.id != work.id]
    scene = _Scene(interlocks, places)
    between = [one for other in rest for rule in interlocks.pairs if (one := scene.pair(rule, work, other=other))]
    needed = [one for rule in interlocks.needs if (one := scene.need(rule, work, others=rest))]
    said_once = {(one.rule, one.other and one.other.id): one for one in between}  # a later row says it better
    return tuple(sorted((*said_once.values(), *needed), key=lambda one: EFFECTS.index(one.effect)))


def forbidding(found: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Return those that keep a permit from being sent for approval (I2–I9)."""
    return tuple(one for one in found if one.effect == FORBID)


def needs_coordinator(found: Iterable[Conflict]) -> bool:
    """Return whether somebody has to be named who coordinates (4.7): cross work, or one that cannot be excluded."""
    return any(one.effect == UNCERTAIN or one.rule == "I18" for one in found)


def overlap(one: Work, other: Work) -> bool:
    """Return whether both go on at the same time; one that begins as the other ends does not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


@dataclass(frozen=True, slots=True)
class _Scene:
    """The rules and the ledger, which every comparison looks at."""

    interlocks: Interlocks
    places: Places

    def pair(self, rule: Pair, work: Work, *, other: Work) -> Conflict | None:
        """Return what a rule says of two works, whichever of them is ``a``."""
        if other.state and other.state not in rule.states:
            return None
        for a, b in ((work, other), (other, work)):
            if self._fits(rule, a, b) and (found := RELATIONS[rule.relation](self, rule, (a, b))):
                effect = rule.effect if found.is_certain else UNCERTAIN
                return Conflict(rule.rule, effect, rule.words, rule.source, other, found.metres, found.limit)
        return None

    def need(self, rule: Need, work: Work, *, others: Sequence[Work]) -> Conflict | None:
        """Return what a work lacks: a live permit of the needed kind that is linked to it or at the same place."""
        if work.kind not in rule.kinds or not self._holds(rule.when, work):
            return None
        if rule.needs and any(one.kind == rule.needs and self._goes_with(one, work) for one in others):
            return None
        return Conflict(rule.rule, REQUIRE, rule.words, rule.source)

    def apart(self, one: Work, other: Work) -> "_Between":
        """Return how far two works are apart and how wrong that may be, in metres; unknown positions: infinitely."""
        if one.place_id and one.place_id == other.place_id and not (one.spot or other.spot):
            place = self.places.get(one.place_id)
            if place is not None and place.radius_m == 0:
                return _Between(0, 0)
        here, there = self._spot(one), self._spot(other)
        if here is None or there is None:
            return _Between(None, inf)
        metres = metres_between((here.longitude, here.latitude), (there.longitude, there.latitude))
        return _Between(round(metres, 2), here.accuracy_m + there.accuracy_m)

    def _spot(self, work: Work) -> Spot | None:
        """Return where a work is: its own position, else the middle of its place, as exact as the place is large."""
        place = self.places.get(work.place_id)
        if work.spot is not None or place is None or place.spot is None:
            return work.spot
        return replace(place.spot, accuracy_m=place.spot.accuracy_m + place.radius_m)

    def _goes_with(self, one: Work, work: Work) -> bool:
        is_linked = one.id in work.related or work.id in one.related or one.id == work.parent_id
        is_here = bool(work.place_id) and one.place_id == work.place_id
        return one.state in self.interlocks.counts and overlap(one, work) and (is_linked or is_here)

    def _fits(self, rule: Pair, a: Work, b: Work) -> bool:
        are_of_kind = a.kind in rule.a and b.kind in rule.b
        return are_of_kind and self._holds(rule.when_a, a) and self._holds(rule.when_b, b)

    def _holds(self, conditions: Iterable[Condition], work: Work) -> bool:
        facts = self.facts(work)
        return all(COMPARISONS[one.comparison](facts.get(one.fact), one.value) for one in conditions)

    def facts(self, work: Work) -> dict[str, Any]:
        """Return what is known of a work: what its form says, and over that its places, of which the innermost wins."""
        chain = chain_of(self.places, work.place_id)
        said = {name: value for place in reversed(chain) for name, value in place.facts.items()}
        derived = {fact: True for fact, kind in FACTS_OF_KINDS.items() if any(one.kind == kind for one in chain)}
        return {name: value for name, value in work.facts.items() if value is not None} | said | derived


@dataclass(frozen=True, slots=True)
class _Between:
    """How far two works are apart, None while a position is unknown, and how wrong that may be."""

    metres: float | None
    accuracy: float

    def within(self, limit: float) -> "_Found | None":
        """Return whether that is nearer than ``limit``: for certain, perhaps (not exact enough), or not (None)."""
        if self.metres is None:
            return _Found(False, None, limit)
        shown = floor(self.metres)
        if self.accuracy <= limit and self.metres < limit:
            return _Found(True, shown, limit)
        return _Found(False, shown, limit) if self.metres - self.accuracy < limit else None


@dataclass(frozen=True, slots=True)
class _Found:
    """Whether a relation holds for certain or cannot be excluded, with the distance and the limit that it is by."""

    is_certain: bool
    metres: int | None = None
    limit: float | None = None


def _within(scene: _Scene, rule: Pair, sides: Sides) -> _Found | None:
    return scene.apart(*sides).within(rule.metres) if overlap(*sides) else None


def _same_area(scene: _Scene, rule: Pair, sides: Sides) -> _Found | None:
    """One place, one unit, or near: only what is known for certain, because any two works may be near."""
    a, b = sides
    units = [holder(scene.places, one.place_id, kind=UNIT) for one in sides]
    is_one_place = bool(a.place_id) and a.place_id == b.place_id
    if overlap(a, b) and (is_one_place or (units[0] and units[0] == units[1])):
        return _Found(True)
    found = _within(scene, rule, sides)
    return found if found and found.is_certain else None


def _fall_line(scene: _Scene, rule: Pair, sides: Sides) -> _Found | None:
    """Below the height of the first, as far to the side as things fall from there."""
    height = scene.facts(sides[0]).get("height_m") or 0
    limit = max(radius for above, radius in scene.interlocks.falls if height >= above)
    return scene.apart(*sides).within(limit) if overlap(*sides) else None


def _same(kind: str, *, is_always_in: bool = False) -> "Relation":
    """Return the relation of works inside one place of this ``kind``.

    It cannot be excluded when one of them is in such a place and of the other no place is known; works that are
    ``is_always_in`` one (a blind is on a pipe) are apart only when both places are known.
    """

    def _relation(scene: _Scene, _rule: Pair, sides: Sides) -> _Found | None:
        if not overlap(*sides):
            return None
        a, b = sides
        one, other = (holder(scene.places, work.place_id, kind=kind) for work in sides)
        if one and other:
            return _Found(True) if one == other else None
        is_open = (one or not a.place_id) and (other or not b.place_id) and (one or other)
        return _Found(False) if is_open or is_always_in else None

    return _relation


def _outlives(_scene: _Scene, _rule: Pair, sides: Sides) -> _Found | None:
    child, parent = sides
    return _Found(True) if child.parent_id == parent.id and child.ends_at > parent.ends_at else None


def _serves(_scene: _Scene, _rule: Pair, sides: Sides) -> _Found | None:
    child, parent = sides
    return _Found(True) if child.parent_id == parent.id else None


Relation = Callable[[_Scene, Pair, Sides], _Found | None]
RELATIONS: Mapping[str, Relation] = {
    "within": _within,
    "same_area": _same_area,
    "same_space": _same(CONFINED_SPACE),
    "same_dike": _same(DIKE),
    "same_pipe": _same(PIPE, is_always_in=True),
    "fall_line": _fall_line,
    "outlives": _outlives,
    "serves": _serves,
}
