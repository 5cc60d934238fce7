"""Checks that were finished without a connection: by which moment they are judged, and why one is only kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.machines import NotAllowed, Step, require

SELF_CHECK = 1  # tier


@dataclass(frozen=True, slots=True)
class BelievedTime:
    """How old the time of a phone may be when a check arrives, and how far its clock may be wrong."""

    longest: timedelta
    tolerance: timedelta


def judged_moment(
    believed: BelievedTime, finished_at: datetime | None, *, begun_at: datetime, arrived_at: datetime
) -> datetime:
    """Return the moment by which a check is judged: that of the phone if it can be true, else that of the arrival.

    It can be true after the check was begun on site (by the server's clock), before it arrived, and not long ago.
    """
    if finished_at is None or not begun_at - believed.tolerance <= finished_at <= arrived_at + believed.tolerance:
        return arrived_at
    return arrived_at if arrived_at - finished_at > believed.longest else min(finished_at, arrived_at)


def is_too_late(due_at: datetime | None, step: Step) -> bool:
    """Return whether what is handed in was finished after the deadline, whenever the phone could send it."""
    finished_at: datetime = step.given.get("judged_at", step.now)
    return due_at is None or finished_at >= due_at


def reason_to_keep(state: str, *, takes: bool, is_own: bool, is_other_list: bool, is_before_return: bool) -> str:
    """Return why answers cannot be handed in any more and are kept beside the task; empty when they can.

    ``state`` is that of the task now, ``takes`` whether it takes a check in it, ``is_own`` whether it is the sender's.
    """
    if not takes:
        return f"task_{state}"
    if is_before_return:
        return "task_returned"
    if is_other_list:
        return "list_changed"
    return "" if is_own else "owner_changed"


def check_had(asked: Step, *, tier: int, had: Collection[str]) -> None:
    """Raise ``NotAllowed`` unless who ``asked`` was one of those who ``had`` the task; a self-check is everybody's."""
    is_theirs = asked.by in had or tier == asked.tier == SELF_CHECK
    require(is_theirs, NotAllowed("not_the_owner", "This task was never yours: nothing of yours is kept beside it."))
