"""Time limits, the days on which they fall (working days of the Chinese calendar, months), and how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.calendar import add_working_days, is_working_day, months_later, working_days_between
from shared.errors import Refused
from shared.machines import Due, Source, end_of

OPEN, WARNED, MISSED, ENDED = "open", "warned", "missed", "ended"
OFFICER, LEADER, AGENCY, PARTY, CLOCK = "officer", "leader", "agency", "party", "clock"
WHO = (OFFICER, LEADER, AGENCY, PARTY, CLOCK)  # party and clock: nobody of the bureau has to act


REVOCABLE = ("decided", "served", "recorded", "active", "repair_applied", "repair_accepted")


class NoOrderInForce(Refused):
    code = "no_order_in_force"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits from ``effective_from`` on, until the next ones."""

    effective_from: date
    decide: Due
    defence: Due
    serve: Due
    record: Due
    publish: Due
    accept: Due
    verify: Due
    system: Due
    lift: Due
    correct: Due
    period_months: int
    early_months: int


def limits_on(versions: Sequence[Limits], day: date) -> Limits:
    """Return the limits in force on ``day``; raises ``NoOrderInForce`` before the first."""
    valid = [one for one in versions if one.effective_from <= day]
    if not valid:
        raise NoOrderInForce("No order about the list was in force on this day.", day=day.isoformat())
    return max(valid, key=lambda one: one.effective_from)


def last_day(limit: Due, *, begins_on: date) -> date:
    """Return the last day of a limit in days or working days that begins with ``begins_on`` (not counted)."""
    if limit.unit == "days":
        return begins_on + timedelta(days=limit.amount)
    return add_working_days(begins_on, limit.amount)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``step`` is due by the end of ``due_on``."""

    step: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CaseDays:
    """The days that a case counts from, and the last one of its period; ``withdrawn_on`` is that of its penalty."""

    proposed_on: date | None = None
    noticed_on: date | None = None
    notice_served_on: date | None = None
    decided_on: date | None = None
    applied_on: date | None = None
    accepted_on: date | None = None
    removal_on: date | None = None
    listed_on: date | None = None
    managed_until: date | None = None
    withdrawn_on: date | None = None
    is_system_updated: bool = False


def window_end(limits: Limits, days: CaseDays) -> date | None:
    """Return the last day on which the party may state its case; None before the notice is served."""
    return last_day(limits.defence, begins_on=days.notice_served_on) if days.notice_served_on else None


def deadlines(limits: Limits, state: str, *, days: CaseDays) -> list[Deadline]:
    """Return what is due in ``state``, the nearest first: steps of whoever has to act, and the end of the period.

    Once the penalty behind a listing was withdrawn nothing but the listing's revocation is due.
    """
    rows = {
        "candidate": [("issue_notice", limits.decide, days.proposed_on)],
        "noticed": [
            ("window_elapsed", limits.defence, days.notice_served_on)
            if days.notice_served_on
            else ("serve_notice", limits.decide, days.proposed_on)
        ],
        "under_review": [("decide_listing", limits.decide, days.proposed_on)],
        "decided": [
            ("record", limits.record, days.decided_on),
            ("serve", limits.serve, days.decided_on),
            ("publish", limits.publish, days.decided_on),
        ],
        "served": [("record", limits.record, days.decided_on), ("publish", limits.publish, days.decided_on)],
        "recorded": [("publish", limits.publish, days.decided_on)],
        "repair_applied": [("accept", limits.accept, days.applied_on)],
        "repair_accepted": [("grant", limits.verify, days.accepted_on)],
        "removing": [
            *([] if days.is_system_updated else [("update_system", limits.system, days.removal_on)]),
            ("complete", limits.lift, days.removal_on),
        ],
    }.get(state, [])
    if days.withdrawn_on and state in REVOCABLE:
        rows = [("revoke", limits.correct, days.withdrawn_on)]
    found = [Deadline(step, last_day(limit, begins_on=day)) for step, limit, day in rows if day]
    if state in ("active", "repair_applied", "repair_accepted") and days.managed_until:
        found.append(Deadline("expire", days.managed_until))
    return sorted(found, key=lambda one: one.due_on)


def period_end(limits: Limits, listed_on: date) -> date:
    """Return the last day of the management period (自列入之日起三年)."""
    return months_later(listed_on, limits.period_months)


def early_from(limits: Limits, listed_on: date) -> date:
    """Return the first day on which early removal may be applied for."""
    return months_later(listed_on, limits.early_months)


@dataclass(frozen=True, slots=True)
class LimitKind:
    """What is due: about which kind of record, ``by`` whom; somebody is warned when ``left`` working days are left."""

    id: str
    about: str
    by: str
    zh: str
    en: str
    left: int
    source: Source


@dataclass(frozen=True, slots=True, order=True)
class Limit:
    """``kind`` is due by the end of ``due_on`` (China)."""

    kind: str
    due_on: date


def warn_after(due_on: date, left: int) -> date:
    """Return the day after which ``left`` working days are left, the last day among them."""
    day = due_on
    while left > 0:
        left -= is_working_day(day)
        day -= timedelta(days=1)
    return day


def standing(due_on: date, *, warned_after: date, now: datetime) -> str:
    """Return how an open limit stands at a moment: ``open``, ``warned`` or ``missed``."""
    if now >= end_of(due_on):
        return MISSED
    return WARNED if now >= end_of(warned_after) else OPEN


def next_moment(due_on: date, *, warned_after: date, now: datetime) -> datetime | None:
    """Return when an open limit stands differently next; None when nothing comes any more."""
    coming = (end_of(warned_after), end_of(due_on))
    return next((moment for moment in coming if moment > now), None)


def working_days_left(due_on: date, *, today: date) -> int:
    """Return how many working days are left after today up to the last day; below 0 how many have passed since."""
    if due_on >= today:
        return working_days_between(today, due_on)
    return -working_days_between(due_on, today)
