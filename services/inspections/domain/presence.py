"""Where and when somebody was on a visit: distance, length of stay, speed, and nobody in two places at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.errors import Conflict
from shared.ground import metres_between


class InspectorElsewhere(Conflict):
    """The same person is, or was at that time, on another visit."""

    code = "inspector_elsewhere"


@dataclass(frozen=True, slots=True)
class Spot:
    """A position that a phone measured: degrees, and within how many metres it is true."""

    longitude: float
    latitude: float
    accuracy: float = 0

    def metres_to(self, other: "Spot") -> float:
        """Return the shortest distance that both accuracies leave possible."""
        between = metres_between((self.longitude, self.latitude), (other.longitude, other.latitude))
        return max(0.0, between - self.accuracy - other.accuracy)


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when (None: still) somebody was on a visit, and where it began and ended."""

    visit_id: str
    started_at: datetime
    ended_at: datetime | None
    first: Spot | None
    last: Spot | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the enterprise lies, and how that is known: ``exact``, ``proposed`` by an earlier visit."""

    precision: str
    spot: Spot


def away(place: Place | None, spot: Spot, *, fences: Mapping[str, int]) -> int | None:
    """Return how many metres ``spot`` is away when that is outside the fence; None inside, or where no fence is."""
    if place is None:
        return None
    metres = spot.metres_to(place.spot)
    return round(metres) if metres > fences[place.precision] else None


def minutes_between(started_at: datetime, ended_at: datetime) -> int:
    """Return the whole minutes of a stay."""
    return int((ended_at - started_at).total_seconds() // 60)


def check_one_place(stays: Iterable[Stay], *, started_at: datetime, ended_at: datetime | None) -> None:
    """Raise ``InspectorElsewhere`` when one of the other ``stays`` of a person overlaps this one.

    One that still lasts is judged by its beginning, and once more when it ends; two never last at the same time.
    """
    for one in stays:
        both_last = ended_at is None and one.ended_at is None
        is_before = one.started_at < ended_at if ended_at else one.started_at <= started_at
        if both_last or (is_before and (one.ended_at is None or one.ended_at > started_at)):
            sentence = "The same person is on another visit at that time: check out there first."
            raise InspectorElsewhere(sentence, visit_id=one.visit_id)


def too_fast(stays: Sequence[Stay], here: Stay, *, speed_kmh: int) -> Stay | None:
    """Return the stay before or after this one from which nobody gets here, or there, at this speed."""
    for one in stays:
        earlier, later = (one, here) if one.started_at <= here.started_at else (here, one)
        origin, target = earlier.last or earlier.first, later.first
        if earlier.ended_at is None or origin is None or target is None:
            continue
        seconds = max(1.0, (later.started_at - earlier.ended_at).total_seconds())
        if origin.metres_to(target) / seconds * 3.6 > speed_kmh:
            return one
    return None
