"""What happened at an enterprise: an occurrence begins, and ends when somebody tells so or when it expires.

Begin and end are told by events that may come in any order and twice: of the tellings of a beginning the last one of
its source is kept, as it may correct an earlier one; of the ends the latest moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.risk.domain.facts import Text
from shared.calendar import months_later
from shared.clock import BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class Occurrence:
    """``key`` tells occurrences of one ``kind`` apart; ``details`` are numbers and truth values of the beginning.

    ``sequence`` is that of the event which told of the beginning, 0 where no event did.
    """

    kind: str
    key: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 0

    def is_open(self, at: datetime) -> bool:
        """Return whether it has begun by ``at`` and neither ended nor expired."""
        if self.began_at is None or self.began_at > at:
            return False
        has_ended = self.ended_at is not None and self.began_at <= self.ended_at <= at
        return not has_ended and (self.expires_at is None or at < self.expires_at)

    def moments(self) -> list[datetime]:
        """Return the moments at which ``is_open`` may change."""
        return [moment for moment in (self.began_at, self.ended_at, self.expires_at) if moment]

    def merged(self, other: "Occurrence") -> "Occurrence":
        """Return both tellings as one: the beginning that was told last, with its details, and the latest end.

        A beginning is told anew when something about it was corrected, be it the day. Of two with the same ``sequence``
        the later moment counts, and of the same moment ``other``: a newer release of its source may say more.
        """
        began = max((other, self), key=lambda one: (one.began_at is not None, one.sequence, one.began_at or 0))
        ends = [moment for moment in (self.ended_at, other.ended_at) if moment]
        return replace(began, ended_at=max(ends, default=None))


@dataclass(frozen=True, slots=True)
class Telling:
    """How an event tells of an occurrence; ``when`` maps a field to the values that it must have."""

    event: str
    key: str = ""
    at: str = ""
    expires: str = ""
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def tells(self, event: str, told: Any) -> bool:
        """Return whether ``told`` (the facts of the event type ``event``) is about the occurrence."""
        return event == self.event and all(getattr(told, name) in values for name, values in self.when.items())


@dataclass(frozen=True, slots=True)
class OccurrenceKind:
    """What begins and ends an occurrence, and which facts of its beginning are kept."""

    id: str
    label: Text
    begins: tuple[Telling, ...] = ()
    ends: tuple[Telling, ...] = ()
    details: tuple[str, ...] = ()

    def read(self, event: str, told: Any, *, time: datetime, sequence: int) -> Occurrence | None:
        """Return what an event tells of an occurrence of this kind, or None."""
        for telling in self.begins:
            if telling.tells(event, told):
                return Occurrence(
                    self.id,
                    _key(telling, told),
                    began_at=_moment(telling.at, told, time),
                    expires_at=_day_after(getattr(told, telling.expires)) if telling.expires else None,
                    details={name: getattr(told, name) for name in self.details},
                    sequence=sequence,
                )
        for telling in self.ends:
            if telling.tells(event, told):
                return Occurrence(self.id, _key(telling, told), ended_at=_moment(telling.at, told, time))
        return None


@dataclass(frozen=True, slots=True)
class Window:
    """The last ``days`` or ``months`` (by the calendar of China) before its end, which belongs to it."""

    days: int = 0
    months: int = 0

    def holds(self, moment: datetime, *, end: datetime) -> bool:
        """Return whether ``moment`` lies in the window that ends with ``end``."""
        return self._moved(end, -1) < moment <= end

    def left_by(self, moment: datetime) -> set[datetime]:
        """Return at which ends ``moment`` may lie in the window no more: after 29 February one of two days."""
        later = self._moved(moment, 1)
        return {later, later + timedelta(days=1)} if self.months else {later}

    def _moved(self, moment: datetime, sign: int) -> datetime:
        there = months_after(moment.astimezone(BUSINESS_ZONE), sign * self.months)
        return there + timedelta(days=sign * self.days)


@dataclass(frozen=True, slots=True)
class Trigger:
    """At least ``at_least`` open occurrences of a kind, begun ``within`` that window (None: whenever).

    ``where`` maps a detail to its lowest value; true counts as one. The window ends now; with ``is_lasting`` also with
    an occurrence that is itself within the last one: what came together stays so until the window after it is over.
    """

    occurrence: str
    at_least: int = 1
    within: Window | None = None
    where: Mapping[str, int] = field(default_factory=dict)
    is_lasting: bool = False

    def fitting(self, occurrences: Iterable[Occurrence], at: datetime) -> list[Occurrence]:
        """Return the occurrences that count at ``at``."""
        there = [one for one in occurrences if self._fits(one) and one.is_open(at)]
        recent = self._within(there, at)
        ends = {one.began_at for one in recent if one.began_at} if self.is_lasting else set()
        together = (self._within(there, end) for end in sorted(ends, reverse=True))
        return next((found for found in (recent, *together) if len(found) >= self.at_least), recent)

    def moments(self, occurrences: Iterable[Occurrence]) -> set[datetime]:
        """Return every moment at which the trigger may begin or cease to hold."""
        fitting = [one for one in occurrences if self._fits(one)]
        begun = [one.began_at for one in fitting if one.began_at]
        windows = {moment for began in begun for moment in self.within.left_by(began)} if self.within else set()
        return windows | {moment for one in fitting for moment in one.moments()}

    def _fits(self, one: Occurrence) -> bool:
        return one.kind == self.occurrence and all(
            one.details.get(name, 0) >= lowest for name, lowest in self.where.items()
        )

    def _within(self, there: Iterable[Occurrence], end: datetime) -> list[Occurrence]:
        if self.within is None:
            return list(there)
        return [one for one in there if one.began_at and self.within.holds(one.began_at, end=end)]


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same time of the same day so many months later, or of the month's last day when it is shorter."""
    return datetime.combine(months_later(moment.date(), months), moment.timetz())


def _key(telling: Telling, told: Any) -> str:
    return str(getattr(told, telling.key)) if telling.key else ""


def _moment(name: str, told: Any, time: datetime) -> datetime:
    """A day counts from its beginning in China; without one the moment of the event counts."""
    return _midnight(getattr(told, name)) if name and getattr(told, name) else time


def _day_after(day: str) -> datetime | None:
    return _midnight(day) + timedelta(days=1) if day else None


def _midnight(day: str) -> datetime:
    parsed = date.fromisoformat(day)
    return datetime(parsed.year, parsed.month, parsed.day, tzinfo=BUSINESS_ZONE)
