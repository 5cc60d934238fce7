"""The pilot review: where it is switched on, until when an answer is awaited, and what silence means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.permits.domain.declarations import Named
from shared.errors import Refused

WAITING, RELEASED, MOOT = "waiting", "released", "moot"
# What a step with a job means for the answer that is awaited.
OUTCOMES = {"receive": "received", "advise": "advised", "finish": MOOT, "withdraw": MOOT, "stop": MOOT}


class PilotRefused(Refused):
    code = "pilot_refused"


@dataclass(frozen=True)
class ReviewRules:
    """``minutes`` to answer, ``longest_days`` of a pilot."""

    outcomes: Mapping[str, Named]
    minutes: int
    longest_days: int

    def due_at(self, asked_at: datetime) -> datetime:
        """Return when silence releases what was asked at that moment."""
        return asked_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Pilot:
    """Where answers are awaited, up to and with the last day, for which colours and kinds; none named: all."""

    division: str
    starts_on: date
    ends_on: date
    colours: Sequence[str] = ()
    kinds: Sequence[str] = ()

    def covers(self, *, division: str, day: date, colour: str, kind: str) -> bool:
        """Return whether declared work falls under this pilot."""
        is_there = division.startswith(self.division) and self.starts_on <= day <= self.ends_on
        return is_there and (not self.colours or colour in self.colours) and (not self.kinds or kind in self.kinds)


def check_pilot(rules: ReviewRules, pilot: Pilot, *, document: str, today: date) -> None:
    """Raise ``PilotRefused`` unless a pilot has a document it rests on, and an end within the longest time."""
    if not document.strip():
        raise PilotRefused("Name the document that this pilot rests on: its title and number.", field="document")
    days = (pilot.ends_on - pilot.starts_on).days
    if pilot.starts_on < today or not 0 <= days <= rules.longest_days:
        sentence = "A pilot begins today or later and has an end within the longest time."
        raise PilotRefused(sentence, field="ends_on", days=rules.longest_days)
