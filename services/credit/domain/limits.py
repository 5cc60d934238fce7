"""The time limits of a case and the days on which they fall: working days of the Chinese calendar, months, years."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.calendar import add_working_days
from shared.errors import Refused
from shared.machines import Due


class NoOrderInForce(Refused):
    code = "no_order_in_force"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits from ``effective_from`` on, until the next ones."""

    effective_from: date
    defence: Due
    serve: Due
    record: Due
    publish: Due
    accept: Due
    verify: Due
    system: Due
    lift: Due
    period_months: int
    early_months: int


def limits_on(versions: Sequence[Limits], day: date) -> Limits:
    """Return the limits in force on ``day``; raises ``NoOrderInForce`` before the first."""
    valid = [one for one in versions if one.effective_from <= day]
    if not valid:
        raise NoOrderInForce("No order about the list was in force on this day.", day=day.isoformat())
    return max(valid, key=lambda one: one.effective_from)


def months_later(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(limit: Due, *, begins_on: date) -> date:
    """Return the last day of a limit in working days that begins with ``begins_on`` (not counted)."""
    return add_working_days(begins_on, limit.amount)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``step`` is due by the end of ``due_on``."""

    step: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CaseDays:
    """The days that a case counts from, and the last one of its period."""

    noticed_on: date | None = None
    notice_served_on: date | None = None
    decided_on: date | None = None
    applied_on: date | None = None
    accepted_on: date | None = None
    removal_on: date | None = None
    listed_on: date | None = None
    managed_until: date | None = None
    is_system_updated: bool = False


def window_end(limits: Limits, days: CaseDays) -> date | None:
    """Return the last day on which the party may state its case; None before the notice is served."""
    return last_day(limits.defence, begins_on=days.notice_served_on) if days.notice_served_on else None


def deadlines(limits: Limits, state: str, *, days: CaseDays) -> list[Deadline]:
    """Return what is due in ``state``, the nearest first: steps of whoever has to act, and the end of the period."""
    rows = {
        "noticed": [("window_elapsed", limits.defence, days.notice_served_on)],
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
