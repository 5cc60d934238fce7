"""Places of an enterprise: what they are, which lies in which, and how exactly it is known where (Order 13 Art. 6)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Conflict, NotFound, Refused

CONFINED_SPACE, DIKE, PIPE, BLIND, FIXED_HOT_AREA = "confined_space", "dike", "pipe", "blind", "fixed_hot_area"
UNIT, ROAD, SPOT = "unit", "road", "spot"
PLACE_KINDS = (CONFINED_SPACE, DIKE, PIPE, BLIND, FIXED_HOT_AREA, UNIT, ROAD, SPOT)
WHERE_TO = {BLIND: (PIPE,)}  # a blind is one of a pipe
FOUND_BY = ("map", "plan", "gps")
TRILEAN = ("yes", "no", "unknown")


class PlaceNotFound(NotFound):
    code = "place_not_found"


class PlaceChanged(Conflict):
    code = "place_changed"


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

    ``facts`` are what the place says about every work in it, such as ``fire_risk``: yes, no, or unknown.
    """

    id: str
    kind: str
    within_id: str = ""
    spot: Spot | None = None
    radius_m: float = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


Places = Mapping[str, Place]


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


def check_place(given: Mapping[str, Any], *, place_id: str, places: Places) -> None:
    """Raise ``PlaceMalformed`` for half a position, for lying in itself, and for a blind that is on no pipe."""
    position = [given.get(name) is not None for name in ("longitude", "latitude", "accuracy_m")]
    if any(position) and not all(position):
        raise PlaceMalformed("Give longitude, latitude and how exact they are, or none of them.", field="longitude")
    within_id = given.get("within_id") or ""
    if within_id and within_id not in places:
        raise PlaceMalformed("Name a place of the same enterprise that it lies in.", field="within_id")
    if place_id in [one.id for one in chain_of(places, within_id)]:
        raise PlaceMalformed("A place cannot lie in itself: choose another one.", field="within_id")
    wanted = WHERE_TO.get(given["kind"], ())
    if wanted and not (within_id and places[within_id].kind in wanted):
        raise PlaceMalformed("A blind belongs to a pipe: choose the pipe that it lies in.", field="within_id")


def check_removable(place_id: str, *, used: Collection[str], places: Iterable[Place]) -> None:
    """Raise ``PlaceInUse`` while a live permit or another doing is there (``used``), or other places lie in it."""
    if place_id in used:
        raise PlaceInUse("Work is permitted or going on at this place: end it first.", place_id=place_id)
    inside = [one.id for one in places if one.within_id == place_id]
    if inside:
        raise PlaceInUse("Other places lie in this one: move or remove them first.", inside=inside)
