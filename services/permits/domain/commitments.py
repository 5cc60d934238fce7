"""The daily commitment: who judges in which order, what is declared, by when, and when it counts as missed.

应急〔2018〕74号 and permits §3; hours, tiers, fields and checks are data (rules/commitments.toml).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.clock import BUSINESS_ZONE
from shared.errors import Conflict, Refused

OPEN, PUBLISHED = "open", "published"
TIERS = ("team", "workshop", "department")
PRINCIPAL = "principal"
PRINCIPAL_ROLE = "enterprise_principal"
NOTHING = "is_nil"
MOST = 10_000

Content = Mapping[str, Any]


class UnusableCommitments(Refused):
    """A table that cannot be followed exactly."""

    code = "unusable_table"


class CommitmentNotOwed(Refused):
    code = "commitment_not_owed"


class CommitmentIncomplete(Refused):
    code = "commitment_incomplete"


class TierNotNext(Conflict):
    code = "tier_not_next"


class AlreadyPublished(Conflict):
    code = "commitment_published"


class NotPublished(Conflict):
    code = "commitment_not_published"


class DayIsOver(Conflict):
    code = "commitment_day_over"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when the commitment of a division is signed; marks are set ``settle`` later."""

    division: str
    at: time
    remind_at: time
    settle: timedelta

    def due_at(self, day: date) -> datetime:
        """Return the moment at which the commitment of ``day`` is late."""
        return datetime.combine(day, self.at, tzinfo=BUSINESS_ZONE)

    def reminds_at(self, day: date) -> datetime:
        """Return the moment of the reminder."""
        return datetime.combine(day, self.remind_at, tzinfo=BUSINESS_ZONE)

    def marks_at(self, day: date) -> datetime:
        """Return the moment at which the missed ones are marked."""
        return self.due_at(day) + self.settle


@dataclass(frozen=True, slots=True)
class Field:
    """One declared fact; ``work`` and ``level`` name the permits that a count is compared with."""

    id: str
    kind: str
    group: str
    zh: str
    en: str
    work: str = ""
    level: str = ""


@dataclass(frozen=True)
class CommitmentRules:
    """The table of this release; ``deadlines`` with the longest division first, ``sizes`` with the largest."""

    id: str
    version: str
    deadlines: Sequence[Deadline]
    sizes: Sequence[tuple[int, tuple[str, ...]]]
    fields: Mapping[str, Field]
    grades: Sequence[tuple[str, int]]
    checks: Mapping[str, Mapping[str, Any]]
    days_without: int
    misses_for_credit: int

    def deadline_of(self, division: str) -> Deadline:
        """Return the hour of a division: that of the longest prefix that fits."""
        return next(one for one in self.deadlines if division.startswith(one.division))

    def tiers_of(self, headcount: int | None) -> tuple[str, ...]:
        """Return who judges before the principal, from the bottom up; an unknown size counts as the smallest."""
        return next(tiers for persons, tiers in self.sizes if (headcount or 0) >= persons)

    @property
    def works(self) -> Sequence[Field]:
        """Return the counts of special work."""
        return [one for one in self.fields.values() if one.work]


@dataclass(frozen=True, slots=True)
class Commitment:
    """Where the commitment of a day stands; ``tiers`` judge before the principal signs."""

    day: date
    state: str
    tiers: Sequence[str]


def next_tier(one: Commitment) -> str:
    """Return who has to judge next; ``principal`` when all others have, empty when it is published."""
    if one.state == PUBLISHED:
        return ""
    order = [*one.tiers, PRINCIPAL]
    return order[0] if one.state == OPEN else order[order.index(judged_tier(one.state)) + 1]


def judged_state(tier: str) -> str:
    """Return the state after ``tier`` has judged."""
    return f"{tier}_judged"


def judged_tier(state: str) -> str:
    """Return the tier that has judged last."""
    return state.removesuffix("_judged")


def check_judgement(one: Commitment, tier: str) -> None:
    """Raise ``TierNotNext`` unless ``tier`` is the one that judges next (层层: the lower ones are complete)."""
    awaited = next_tier(one)
    if tier != awaited:
        raise TierNotNext("Another tier judges first: wait for it, or choose it.", field="tier", awaited=awaited)


def check_signing(one: Commitment, *, roles: Sequence[str], letter: str) -> None:
    """Raise unless the principal, or who has a written delegation, may sign now.

    Raises ``AlreadyPublished``, ``TierNotNext``, ``CommitmentIncomplete`` (no letter of delegation is named).
    """
    if one.state == PUBLISHED:
        raise AlreadyPublished("The commitment of this day is published: amend it instead.")
    check_judgement(one, PRINCIPAL)
    check_delegation(roles, letter)


def check_delegation(roles: Sequence[str], letter: str) -> None:
    """Raise ``CommitmentIncomplete`` when somebody else than the principal names no letter (permits §3.4)."""
    if not is_principal(roles) and not letter.strip():
        raise CommitmentIncomplete(
            "Name the letter by which the principal delegates the signature (number or day).", field="letter"
        )


def is_principal(roles: Sequence[str]) -> bool:
    """Return whether who has these ``roles`` signs by right and not by delegation."""
    return PRINCIPAL_ROLE in roles


def check_amendment(one: Commitment, *, reason: str, today: date) -> None:
    """Raise ``NotPublished``, ``DayIsOver`` or ``CommitmentIncomplete`` unless a new version may be made now."""
    if one.state != PUBLISHED:
        raise NotPublished("Nothing is published yet that could be amended: sign it first.")
    if one.day != today:
        raise DayIsOver("The day is over: its commitment stays as it was.", day=one.day.isoformat())
    if not reason.strip():
        raise CommitmentIncomplete("Say what has changed since it was signed.", field="reason")


def check_offline_reason(reason: str, *, days_without: int, limit: int) -> None:
    """Raise ``CommitmentIncomplete`` when the last days went by without a commitment and nobody says why."""
    if days_without >= limit and not reason.strip():
        raise CommitmentIncomplete(
            f"There was no commitment for {days_without} days: say why.", field="offline_reason", days=days_without
        )


def declared(rules: CommitmentRules, given: Content, *, is_nil: bool) -> dict[str, Any]:
    """Return the whole content: what is not named is zero, but the grade has to be said.

    A nil return (零报告) says so itself: raises ``CommitmentIncomplete`` when ``is_nil`` and the counts of special
    work disagree, or as ``judged`` does.
    """
    content = judged(rules, dict.fromkeys(rules.fields) | dict(given))
    works = [one.id for one in rules.works if content[one.id]]
    if works and is_nil:
        raise CommitmentIncomplete("There is special work: this is no nil return.", field=NOTHING, works=works)
    if not works and not is_nil:
        raise CommitmentIncomplete("Say that there is no special work today (is_nil), or how much.", field=NOTHING)
    return content


def judged(rules: CommitmentRules, given: Content) -> dict[str, Any]:
    """Return what a tier declares, each value in its form; an empty one is zero.

    Raises ``CommitmentIncomplete`` for a field that nobody declares and for an impossible value.
    """
    if unknown := sorted(set(given) - set(rules.fields)):
        raise CommitmentIncomplete("This is not declared: leave it out.", field=f"content.{unknown[0]}")
    return {name: _value(rules.fields[name], value) for name, value in given.items()}


def _value(one: Field, value: Any) -> Any:
    if one.kind == "flag":
        possible = value in (None, 0, 1)  # true and false are 1 and 0
        value = bool(value)
    elif one.kind == "grade":
        possible = value in (1, 2, 3, 4)
    else:
        value = value or 0
        possible = isinstance(value, int) and 0 <= value <= MOST
    if not possible:
        raise CommitmentIncomplete(f"Give {one.en} as a {one.kind}.", field=f"content.{one.id}")
    return value


def is_late(due_at: datetime, *, signed_at: datetime) -> bool:
    """Return whether a signature comes too late: the hour itself is late (before 10:00; permits §3.1)."""
    return signed_at >= due_at


def month_of(day: date) -> date:
    """Return the first day of the month in which misses are counted together."""
    return day.replace(day=1)
