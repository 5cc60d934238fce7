"""State machines as data: which event leads from which state to which, under which guards, and what is then due."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.calendar import add_working_days
from shared.clock import BUSINESS_ZONE, business_date
from shared.errors import Conflict, Refused

STATUSES = ("official", "practice", "design")


class UnusableTable(Refused):
    """A rule table that cannot be followed exactly."""

    code = "unusable_table"


class StepNotPossible(Conflict):
    """No row of the table leads on from the present state by this event."""

    code = "step_not_possible"


class NotAllowed(Refused):
    """A guard says no; ``code`` says which, the sentence what to do."""

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(detail, **facts)
        self.code = code


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: document, clause, and whether it is ``official``, ``practice`` or our ``design``."""

    document: str
    clause: str
    status: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class Due:
    """A time limit: ``hours`` run by the clock, ``days`` and ``working_days`` end with the last day (China)."""

    amount: int
    unit: str

    def after(self, moment: datetime) -> datetime:
        """Return the moment at which the limit has passed when it begins at ``moment``."""
        if self.unit == "hours":
            return moment + timedelta(hours=self.amount)
        day = business_date(moment)
        return end_of(day + timedelta(days=self.amount) if self.unit == "days" else add_working_days(day, self.amount))


def end_of(day: date) -> datetime:
    """Return the first moment after ``day`` in China."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=BUSINESS_ZONE)


@dataclass(frozen=True, slots=True)
class State:
    """``is_open``: something is still to be done."""

    id: str
    zh: str
    en: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: ``to`` is empty when the state stays; ``tells`` names the events that others hear of."""

    row: str
    event: str
    to: str
    guards: tuple[str, ...]
    due: Due | None
    tells: tuple[str, ...]
    source: Source
    to_if_listed: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody wants to do: ``tier`` 1 to 4 (0: none of them), ``given`` what comes with it.

    ``roles`` are those of ``by``. Only ``clock_step`` says ``is_clock``; whoever calls never does, whatever the tier or
    the name.
    """

    event: str
    by: str
    tier: int
    now: datetime
    given: Mapping[str, Any] = field(default_factory=dict)
    roles: Collection[str] = ()
    is_clock: bool = False

    @property
    def today(self) -> date:
        return business_date(self.now)


def clock_step(event: str, now: datetime, **given: Any) -> Step:
    """Return what the system itself does when a moment has come; it belongs to none of the tiers."""
    return Step(event, "clock", 0, now, given, is_clock=True)


@dataclass(frozen=True)
class Machine:
    """The table of one kind of thing."""

    id: str
    version: str
    states: Mapping[str, State]
    transitions: Mapping[tuple[str, str], Transition]

    @property
    def events(self) -> tuple[str, ...]:
        """Return every event, in the order of the table."""
        return tuple(dict.fromkeys(event for _, event in self.transitions))

    def transition(self, state: str, event: str) -> Transition:
        """Return the row for ``event`` in ``state``; raises ``StepNotPossible`` and names what is possible."""
        found = self.transitions.get((state, event))
        if found is None:
            raise StepNotPossible(
                "This step is not possible now: look at the present state and take one of its steps.",
                state=state,
                event=event,
                possible=list(self.possible(state)),
            )
        return found

    def possible(self, state: str) -> tuple[str, ...]:
        """Return the events that have a row in ``state``."""
        return tuple(event for (start, event) in self.transitions if start == state)


def is_possible(take: Callable[[], object]) -> bool:
    """Return whether ``take`` is refused by no guard."""
    try:
        take()
    except NotAllowed:
        return False
    return True


def require(condition: bool, refusal: NotAllowed) -> None:
    """Raise ``refusal`` unless ``condition`` holds."""
    if not condition:
        raise refusal


def require_all(given: Mapping[str, Any], names: tuple[str, ...], *, code: str, detail: str) -> None:
    """Raise ``NotAllowed`` that names what is ``missing``, unless every one of ``names`` is given and not blank."""
    missing = [name for name in names if not str(given.get(name, "") or "").strip()]
    require(not missing, NotAllowed(code, detail, missing=missing))
