"""Supervision states and obligations: who owes what, since when, how often (rules/obligations.toml).

Only a running obligation creates tasks, misses, points or a denominator. Nobody owes anything by being imported:
obligations begin when an enterprise comes under supervision, at the earliest on the following day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from shared.errors import Refused

DUTIES = ("self_check", "commitment", "declaration", "contract", "training")
FREQUENCIES = (
    "daily", "weekly", "fortnightly", "monthly", "quarterly", "half_yearly", "yearly", "by_level", "before_work",
    "continuous",
)  # fmt: skip
SUPERVISED = "supervised"
DECISIONS = ("supervision", "start", "end")
Effect = Literal["changed", "unchanged", "refused"]

_TABLE = Path(__file__).parents[1] / "rules" / "obligations.toml"
# From which state an enterprise may come into which; nobody becomes unverified again once a person has looked.
_NEXT: Mapping[str, frozenset[str]] = {
    "unverified": frozenset({SUPERVISED, "recorded", "transferred", "ceased"}),
    SUPERVISED: frozenset({"recorded", "transferred", "ceased"}),
    "recorded": frozenset({SUPERVISED, "transferred", "ceased"}),
    "transferred": frozenset({"unverified", SUPERVISED, "recorded", "ceased"}),
    "ceased": frozenset({"unverified", SUPERVISED, "recorded"}),
}
_ENDED_FOR_GOOD = "decision"


class SupervisionNotAllowed(Refused):
    code = "supervision_not_allowed"


class DecisionMalformed(Refused):
    code = "decision_malformed"


@dataclass(frozen=True, slots=True)
class Default:
    """One row of the table; `features` empty means everybody."""

    id: str
    duty: str
    features: tuple[str, ...]
    frequency: str
    starts: Literal["supervised", "decision"]
    zh: str
    en: str
    source: str
    clause: str
    status: str
    effective_from: str

    def applies_to(self, features: Mapping[str, Mapping[str, Any]], *, confirmed_only: bool) -> bool:
        """Return whether one of the hazard features is "yes", confirmed by a person when that is asked for."""
        found = (features.get(name, {}) for name in self.features)
        return not self.features or any(
            one.get("value") == "yes" and (not confirmed_only or one["origin"] == "confirmed") for one in found
        )


@dataclass(frozen=True, slots=True)
class Obligation:
    """One duty of one enterprise; it runs on each day from `starts_on` up to, not including, `ends_on`."""

    duty: str
    rule: str
    basis: str
    frequency: str
    starts_on: date
    ends_on: date | None = None
    end_reason: str = ""

    def runs_on(self, day: date) -> bool:
        """Return whether the duty is owed on `day`."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides for many: a supervision state, or duties that start or end on a day."""

    kind: str
    supervision: str = ""
    duties: tuple[str, ...] = ()
    frequency: str = ""
    basis: str = ""
    effective_on: date = date.min


@cache
def defaults() -> tuple[Default, ...]:
    """Return the table of rules/obligations.toml."""
    rows = tomllib.loads(_TABLE.read_text("utf-8"))["default"]
    return tuple(Default(features=tuple(row.pop("any_of", ())), **row) for row in rows)


def check_supervision(before: str, after: str, *, status: str) -> None:
    """Raise `SupervisionNotAllowed` unless an enterprise may come from one state into the other."""
    is_gone = status != "active" and after != "ceased"
    if before != after and (is_gone or after not in _NEXT[before]):
        raise SupervisionNotAllowed(
            "This supervision state cannot follow the present one: choose another, or register it as active first.",
            before=before,
            after=after,
        )


def check_decision(decision: Decision, *, today: date) -> None:
    """Raise `DecisionMalformed` for a decision without content or with a day that has passed."""
    if decision.kind == "supervision":
        if not decision.supervision:
            raise DecisionMalformed("Say which supervision state they come into.", field="supervision")
        return
    if not decision.duties:
        raise DecisionMalformed("Name at least one duty.", field="duties")
    if decision.effective_on < today:
        raise DecisionMalformed("The day must not lie in the past: choose today or later.", field="effective_on")


def owed(features: Mapping[str, Mapping[str, Any]], *, today: date) -> list[Obligation]:
    """Return what a supervised enterprise owes by law because of what is confirmed; it starts tomorrow."""
    return [
        Obligation(one.duty, one.id, f"{one.source} · {one.clause}", one.frequency, today + timedelta(days=1))
        for one in defaults()
        if one.starts == SUPERVISED and one.applies_to(features, confirmed_only=True)
    ]


def proposals(features: Mapping[str, Mapping[str, Any]], present: Iterable[Obligation]) -> list[Default]:
    """Return the defaults that may concern an enterprise, also by inference, and do not run yet."""
    running = {one.duty for one in present if one.ends_on is None}
    return [one for one in defaults() if one.duty not in running and one.applies_to(features, confirmed_only=False)]


def followed(before: str, row: Mapping[str, Any], *, present: Sequence[Obligation], today: date) -> list[Obligation]:
    """Return the obligations that change when an enterprise (supervision `before`) becomes `row`.

    What the law says starts with supervision, or as soon as its reason is confirmed; what a district decision ended
    stays ended. All end when supervision does.
    """
    if row["supervision"] == SUPERVISED:
        kept = {one.duty for one in present if one.ends_on is None or one.end_reason == _ENDED_FOR_GOOD}
        return [one for one in owed(row["features"], today=today) if one.duty not in kept]
    if before != SUPERVISED:
        return []
    return [ended(one, today, reason="supervision") for one in present if one.ends_on is None]


def ended(one: Obligation, day: date, *, reason: str) -> Obligation:
    """Return an obligation that ends on `day`, or on its first day when it has not begun by then."""
    return replace(one, ends_on=max(day, one.starts_on), end_reason=reason)


def effect_on(decision: Decision, *, supervision: str, status: str, running: int) -> Effect:
    """Return what a decision does to an enterprise of which `running` of the named duties run without an end."""
    if decision.kind == "supervision":
        return _effect_of_state(decision.supervision, supervision, status)
    if decision.kind == "end":
        return "changed" if running else "unchanged"
    if supervision != SUPERVISED:
        return "refused"
    return "unchanged" if running == len(decision.duties) else "changed"


def decided(decision: Decision, present: Sequence[Obligation]) -> list[Obligation]:
    """Return the obligations of one enterprise that a decision to start or to end duties changes."""
    running = {one.duty: one for one in present if one.ends_on is None}
    if decision.kind == "end":
        return [
            ended(running[duty], decision.effective_on, reason=_ENDED_FOR_GOOD)
            for duty in decision.duties
            if duty in running
        ]
    return [
        Obligation(duty, "decision", decision.basis, decision.frequency or usual_frequency(duty), decision.effective_on)
        for duty in decision.duties
        if duty not in running
    ]


def usual_frequency(duty: str) -> str:
    """Return how often a duty is owed when nothing else is said: as its first default says."""
    return next(one.frequency for one in defaults() if one.duty == duty)


def _effect_of_state(wanted: str, present: str, status: str) -> Effect:
    if wanted == present:
        return "unchanged"
    try:
        check_supervision(present, wanted, status=status)
    except SupervisionNotAllowed:
        return "refused"
    return "changed"
