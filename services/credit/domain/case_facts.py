"""What the guards of a case look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.credit.domain.case_conditions import Accident, Condition, ConditionRules
from services.credit.domain.limits import CaseDays, Limits, limits_on
from shared.machines import Machine, Step, Transition

NEW, CANDIDATE, NOTICED, UNDER_REVIEW = "new", "candidate", "noticed", "under_review"
ACTIVE, REMOVING, REMOVED, REVOKED = "active", "removing", "removed", "revoked"
LISTED = ("active", "repair_applied", "repair_accepted")
EARLY, EXPIRY, CORRECTION = "early", "expiry", "correction"
NOTICE, DECISION, REPAIR_NOTICE = "notice", "decision", "repair_notice"
FIRM = "firm"


@dataclass(frozen=True)
class CaseRules:
    """The way of a case, its limits by their day, the acts, and who does what."""

    machine: Machine
    limits: tuple[Limits, ...]
    conditions: ConditionRules
    officer: str
    leader: str
    department: str

    @property
    def first_day(self) -> date:
        """Return the day on which the order took effect: what happened before leads onto no list."""
        return min(one.effective_from for one in self.limits)

    def limits_on(self, day: date) -> Limits:
        """Return the limits in force on ``day``; raises ``NoOrderInForce``."""
        return limits_on(self.limits, day)


@dataclass(frozen=True, slots=True)
class Penalty:
    """The penalty decision that a listing rests on; ``clause`` is one of the catalogue of violations.

    ``is_against_person``: it punishes a natural person, not the firm.
    """

    number: str
    clause: str
    decided_on: date
    is_ours: bool
    is_effective: bool = True
    is_against_person: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person whom the decision names; only what masks leave is here."""

    id: str
    role: str
    masked_name: str
    masked_identity: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case at one moment; ``today`` of a step decides what is over."""

    state: str = NEW
    condition: Condition | None = None
    penalty: Penalty | None = None
    industry: str = ""
    accidents: tuple[Accident, ...] = ()
    proposed_by: str = ""
    persons: tuple[Person, ...] = ()
    days: CaseDays = field(default_factory=CaseDays)
    has_statement: bool = False
    removal: str = ""
    ban_until: date | None = None
    relapsed: bool = False
    published: Mapping[str, Any] = field(default_factory=dict)
    open_restrictions: int = 0

    @property
    def addressees(self) -> tuple[str, ...]:
        """Return whom documents are served on: the firm if the act names it, and everybody whom the decision names."""
        names_firm = self.condition is None or self.condition.names_firm
        return (*((FIRM,) if names_firm else ()), *(one.id for one in self.persons))


@dataclass(frozen=True, slots=True)
class CaseLook:
    """What a guard sees."""

    rules: CaseRules
    case: Case
    step: Step

    @property
    def limits(self) -> Limits:
        """Return the limits by which the case goes: those of the day of its decision, before it those of today."""
        return self.rules.limits_on(self.case.days.decided_on or self.step.today)


@dataclass(frozen=True, slots=True)
class MovedCase:
    """Where a case stands after a step, and the row that led there."""

    state: str
    transition: Transition
