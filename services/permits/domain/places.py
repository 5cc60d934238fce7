"""Places of an enterprise: what they are, which lies in which, and how exactly it is known where (Order 13 Art. 6)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.errors import Conflict, NotFound, Refused
from shared.machines import Source

CONFINED_SPACE, DIKE, PIPE, FIXED_HOT_AREA, UNIT, ROAD = (
    "confined_space", "dike", "pipe", "fixed_hot_area", "unit", "road",
)  # fmt: skip
FOUND_BY = ("map", "plan", "gps")
TRILEAN = ("yes", "no", "unknown")


class PlaceNotFound(NotFound):
    code = "place_not_found"


class PlaceExists(Conflict):
    """Another place of the enterprise has this number."""

    code = "place_exists"


class PlaceInUse(Conflict):
    """Somebody works there, or other places lie in it."""

    code = "place_in_use"


class PlaceMalformed(Refused):
    code = "place_malformed"


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in degrees (WGS-84) and within how many metres it is true."""

    longitude: float
    latitude: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the interlocks see it: ``within_id`` is what it lies in, ``radius_m`` how far it reaches.

    ``facts`` are what the place says about every work in it, such as ``risk_place``: true, false, or not there.
    """

    id: str
    kind: str
    within_id: str = ""
    spot: Spot | None = None
    radius_m: float = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


Places = Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class PlaceKind:
    """``within`` are the kinds of places in one of which it has to lie; empty: anywhere."""

    id: str
    zh: str
    en: str
    within: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class PlaceHazard:
    """``is_poisoning``: entering is approved by the principal, or by whom the principal has named (Order 13 Art. 7)."""

    id: str
    zh: str
    en: str
    is_poisoning: bool
    source: Source


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """What the ledger may hold; a hot-work area is assessed every ``fixed_years`` and lies ``fixed_metres`` off."""

    version: str
    kinds: Mapping[str, PlaceKind]
    hazards: Mapping[str, PlaceHazard]
    fixed_years: int
    fixed_metres: float
    columns: Mapping[str, str]
    answers: Mapping[str, str]


def chain_of(places: Places, place_id: str) -> list[Place]:
    """Return the place and those it lies in, the innermost first; what is not in the ledger ends it."""
    chain: list[Place] = []
    while (place := places.get(place_id)) is not None and place not in chain:
        chain.append(place)
        place_id = place.within_id
    return chain


def holder(places: Places, place_id: str, *, kind: str) -> str:
    """Return the id of the nearest place of this kind that holds ``place_id``, itself included; "" when none does."""
    return next((one.id for one in chain_of(places, place_id) if one.kind == kind), "")


def check_place(rules: PlaceRules, given: Mapping[str, Any], *, place_id: str, places: Places) -> None:
    """Raise ``PlaceMalformed`` for what cannot lie there, and for a fixed hot-work area that is too near a risk.

    ``given`` holds what the place shall be; ``places`` the ledger of its enterprise. (GB 30871-2022 5.5, 7.1)
    """
    _check_within(rules.kinds[given["kind"]], given.get("within_id") or "", place_id=place_id, places=places)
    if given["kind"] == FIXED_HOT_AREA:
        _check_hot_area(rules, given)


def _check_within(kind: PlaceKind, within_id: str, *, place_id: str, places: Places) -> None:
    if within_id and within_id not in places:
        raise PlaceMalformed("Name a place of the same enterprise that it lies in.", field="within_id")
    if place_id in [one.id for one in chain_of(places, within_id)]:
        raise PlaceMalformed("A place cannot lie in itself: choose another one.", field="within_id")
    if kind.within and (not within_id or places[within_id].kind not in kind.within):
        sentence = "Say in which place it lies: a blind is on a pipe."
        raise PlaceMalformed(sentence, field="within_id", kinds=list(kind.within))


def _check_hot_area(rules: PlaceRules, given: Mapping[str, Any]) -> None:
    if given.get("assessed_on") is None:
        raise PlaceMalformed("Say when this hot-work area was assessed.", field="assessed_on")
    if (given.get("risk_distance_m") or 0) < rules.fixed_metres:
        sentence = "A fixed hot-work area lies far enough from places with fire or explosion risk."
        raise PlaceMalformed(sentence, field="risk_distance_m", metres=rules.fixed_metres)


def assessed_until(rules: PlaceRules, kind: str, *, assessed_on: date | None) -> date | None:
    """Return the day by which a fixed hot-work area is assessed again; None for other places (5.5)."""
    if kind != FIXED_HOT_AREA or assessed_on is None:
        return None
    year = assessed_on.year + rules.fixed_years
    is_leap_day = (assessed_on.month, assessed_on.day) == (2, 29)
    return assessed_on.replace(year=year, day=28) if is_leap_day else assessed_on.replace(year=year)


def is_poisonous(rules: PlaceRules, hazards: Iterable[str]) -> bool:
    """Return whether entering needs the principal's approval because of what is there (Order 13 Art. 7)."""
    return any(rules.hazards[one].is_poisoning for one in hazards)


def check_removable(place_id: str, *, used: Collection[str], places: Iterable[Place]) -> None:
    """Raise ``PlaceInUse`` while a live permit or another doing is there (``used``), or other places lie in it."""
    if place_id in used:
        raise PlaceInUse("Work is permitted or going on at this place: end it first.", place_id=place_id)
    inside = [one.id for one in places if one.within_id == place_id]
    if inside:
        raise PlaceInUse("Other places lie in this one: move or remove them first.", inside=inside)
