"""The way of a permit (作业票): which step leads where, and what falls due. The table is rules/permits.toml."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from services.permits.domain.papers import archived_at
from services.permits.domain.permit_facts import (
    ACTIVE,
    APPROVED,
    EXPIRED,
    FINISHED,
    LIVE,
    READY,
    REVOKED,
    SUSPENDED,
    TEMP_POWER,
    MovedPermit,
    Permit,
    PermitLook,
    PermitRules,
    Relative,
)
from services.permits.domain.permit_guards import ABOUT_THE_PERMIT, GUARDS
from shared.machines import Step, is_possible

BY_CLOCK = ("apply", "archive", "expire", "end_with_parent", "warn")
EXPIRING, STALE, LOG_DUE, BREAK_OVER, UNACCEPTED, STILL_IN = (
    "expiring", "gas_stale", "gas_log_due", "break_limit", "acceptance_overdue", "people_inside",
)  # fmt: skip
GUARDIAN_AWAY = "guardian_away"
ARCHIVE, CLOSED = "archive", "closed"
ENDED = ("closed", "archived", "expired", "void", "revoked", "rejected", "withdrawn")


def take_permit_step(rules: PermitRules, permit: Permit, *, step: Step) -> MovedPermit:
    """Return where a permit stands after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed`` (§2)."""
    transition = rules.machine.transition(permit.state, step.event)
    look = PermitLook(rules, permit, step)
    for guard in transition.guards:
        GUARDS[guard](look)
    return MovedPermit(transition.to or permit.state, transition)


def allowed_permit_steps(rules: PermitRules, permit: Permit, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def may_follow(event: str) -> bool:
        look = PermitLook(rules, permit, replace(asked, event=event))
        guards = rules.machine.transition(permit.state, event).guards
        return all(is_possible(partial(GUARDS[name], look)) for name in guards if name in ABOUT_THE_PERMIT)

    return [event for event in rules.machine.possible(permit.state) if event not in BY_CLOCK and may_follow(event)]


def moments(rules: PermitRules, permit: Permit) -> Iterator[tuple[str, datetime]]:
    """Return what falls due and when: ``expire`` ends a permit, ``guardian_away`` suspends it, the rest is told."""
    if permit.state in READY and permit.ends_at:
        yield "expire", permit.ends_at
        yield EXPIRING, permit.ends_at - timedelta(minutes=rules.expiring_minutes)
    if permit.state == FINISHED and permit.finished_at:
        yield UNACCEPTED, permit.finished_at + timedelta(hours=rules.acceptance_hours)
    if permit.state == CLOSED and permit.ended_at:
        yield ARCHIVE, archived_at(permit.ended_at)
    over_at = {EXPIRED: permit.ends_at, REVOKED: permit.ended_at}.get(permit.state)
    if permit.inside and over_at:
        yield STILL_IN, over_at
    away = [one.away_since for one in permit.guardians if one.is_in]
    since = max(filter(None, away), default=None)
    if permit.state == ACTIVE and since is not None and all(away):
        yield GUARDIAN_AWAY, since + timedelta(seconds=rules.guardian_away_seconds)
    yield from _gas_moments(permit)


def _gas_moments(permit: Permit) -> Iterator[tuple[str, datetime]]:
    """A result before the start grows stale (5.3.1), one during the work is due every two hours (6.5)."""
    terms = permit.terms
    last = max((one.sampled_at for one in permit.gas), default=None)
    if permit.state == APPROVED and last and terms.gas_minutes:
        yield STALE, last + timedelta(minutes=terms.gas_minutes)
    if permit.state == ACTIVE and terms.log_hours:
        since = max(filter(None, (last, permit.active_since)), default=None)
        if since is not None:
            yield LOG_DUE, since + timedelta(hours=terms.log_hours)
    if permit.state == SUSPENDED and permit.suspended_at and terms.break_minutes:
        yield BREAK_OVER, permit.suspended_at + timedelta(minutes=terms.break_minutes)


def due_now(rules: PermitRules, permit: Permit, *, now: datetime) -> list[tuple[str, datetime]]:
    """Return what has fallen due and was not told yet, in the order in which it did; the end comes last."""
    found = [one for one in _untold(rules, permit) if one[1] <= now]
    return sorted(found, key=lambda one: (one[0] == "expire", one[1], one[0]))


def next_moment(rules: PermitRules, permit: Permit) -> datetime | None:
    """Return when to look at a permit again; None when nothing can fall due."""
    return min((moment for _, moment in _untold(rules, permit)), default=None)


def is_away(rules: PermitRules, metres: float, *, accuracy_m: float) -> bool:
    """Return whether a guardian so far from the work has left it (4.10 f); what is not exact enough proves nothing."""
    return metres - accuracy_m > rules.fence_metres


def alerts(rules: PermitRules, permit: Permit) -> list[str]:
    """Return what somebody was told of a permit and still holds."""
    return sorted(name for name, moment in moments(rules, permit) if permit.warned.get(name) == moment.isoformat())


def _untold(rules: PermitRules, permit: Permit) -> list[tuple[str, datetime]]:
    told: Mapping[str, str] = permit.warned
    return [(name, moment) for name, moment in moments(rules, permit) if told.get(name) != moment.isoformat()]


def carried_along(permit: Permit, *, state: str) -> dict[str, str]:
    """Return the steps that other permits of the job take because this one now is in ``state``, by their ids.

    Power ends with the work that it is for (I11, GB 30871-2022 10.8); while one permit of a job is stopped or over,
    the others stand still (I1, 4.6; I19). Stopped power stops nothing else.
    """
    if permit.kind == TEMP_POWER or state not in (SUSPENDED, FINISHED, *ENDED):
        return {}
    steps = {one.id: _step_along(one, state=state, before=permit.state) for one in permit.relatives}
    return {permit_id: event for permit_id, event in steps.items() if event}


def _step_along(other: Relative, *, state: str, before: str) -> str:
    is_power_of_this = other.relation == "child" and other.kind == TEMP_POWER
    if is_power_of_this and state != SUSPENDED and other.state in READY:
        return "end_with_parent"
    if other.state == ACTIVE and before in LIVE and (is_power_of_this or state != FINISHED):
        return "suspend"
    return ""
