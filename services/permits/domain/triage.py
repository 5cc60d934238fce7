"""How urgently declared work is looked at: red, amber or green, by rules that say why; unknown is never no (ADR 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from shared.calendar import is_working_day
from shared.clock import BUSINESS_ZONE, business_date
from shared.machines import Source

ALL, SHARE = "all", "share"  # who is visited of a colour


@dataclass(frozen=True, slots=True)
class Colour:
    """``visit`` says who is visited: ``all``, a ``share``, or ``none``; ``advice`` is what the subdistrict does."""

    id: str
    zh: str
    en: str
    visit: str
    advice_zh: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class Condition:
    """``fact`` is one of ``values``, or at least ``least``."""

    fact: str
    values: tuple[Any, ...] = ()
    least: float | None = None

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """Return whether it holds; None while nobody knows the fact."""
        known = facts.get(self.fact)
        if known is None:
            return None
        return known in self.values if self.least is None else bool(known >= self.least)


@dataclass(frozen=True, slots=True)
class TriageRule:
    id: str
    colour: str
    zh: str
    en: str
    conditions: tuple[Condition, ...]
    source: Source

    def applies(self, facts: Mapping[str, Any]) -> bool | None:
        """Return whether every condition holds; None when none fails and one is open."""
        answers = [one.holds(facts) for one in self.conditions]
        if False in answers:
            return False
        return None if None in answers else True


@dataclass(frozen=True, slots=True)
class Night:
    starts: time
    ends: time

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Return whether the work from ``starts_at`` to ``ends_at`` touches a night in China."""
        day, last = business_date(starts_at) - timedelta(days=1), business_date(ends_at)
        while day <= last:
            begins = datetime.combine(day, self.starts, tzinfo=BUSINESS_ZONE)
            over = datetime.combine(day + timedelta(days=1), self.ends, tzinfo=BUSINESS_ZONE)
            if starts_at < over and ends_at > begins:
                return True
            day += timedelta(days=1)
        return False


@dataclass(frozen=True)
class TriageRules:
    """``colours`` from the gravest to the lightest; ``asks`` names answers by kind, for ``all`` and ``contractor``."""

    colours: Mapping[str, Colour]
    rules: tuple[TriageRule, ...]
    asks: Mapping[str, tuple[str, ...]]
    night: Night
    sample_percent: int
    algorithm: str

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(name for name in self.asks if name not in ("all", "contractor"))

    def asked(self, kind: str, *, is_contractor: bool) -> tuple[str, ...]:
        """Return the answers that work of ``kind`` needs."""
        return (*self.asks["all"], *(self.asks["contractor"] if is_contractor else ()), *self.asks[kind])


@dataclass(frozen=True, slots=True)
class Triage:
    """``reasons`` are rules that apply, the gravest first; ``open_rules`` the gravest that nobody can exclude."""

    colour: str
    reasons: tuple[str, ...] = ()
    open_rules: tuple[str, ...] = field(default=())


def triaged(rules: TriageRules, facts: Mapping[str, Any]) -> Triage:
    """Return the colour of a job with its reasons (permits §5.5).

    A job of which somebody has not answered whether it belongs to the gravest colour is at least of the next one.
    """
    order = list(rules.colours)
    known = {rule: rule.applies(facts) for rule in rules.rules}
    applying = sorted((rule for rule in rules.rules if known[rule]), key=lambda rule: order.index(rule.colour))
    still_open = tuple(rule.id for rule in rules.rules if known[rule] is None and rule.colour == order[0])
    reached = [order.index(rule.colour) for rule in applying] + ([1] if still_open else [])
    return Triage(order[min(reached, default=len(order) - 1)], tuple(rule.id for rule in applying), still_open)


def facts_of_time(night: Night, *, starts_at: datetime, ends_at: datetime) -> dict[str, bool]:
    """Return whether work touches a night, or a day that is not worked in China."""
    days = (business_date(ends_at) - business_date(starts_at)).days
    worked = [is_working_day(business_date(starts_at) + timedelta(days=n)) for n in range(days + 1)]
    return {"is_night": night.meets(starts_at, ends_at), "is_rest_day": not all(worked)}


def is_visited(rules: TriageRules, colour: str, *, day: date, job_id: str) -> bool:
    """Return whether somebody goes there: all of a colour, or the share that the digest of day and job draws."""
    visit = rules.colours[colour].visit
    if visit != SHARE:
        return visit == ALL
    digest = sha256(f"{rules.algorithm}|{day.isoformat()}|{job_id}".encode()).hexdigest()
    return int(digest, 16) % 100 < rules.sample_percent
