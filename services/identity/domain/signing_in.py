"""Signing in: passwords, lock-out, how long sessions, tokens and keys live."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from services.identity.domain import read_rules
from shared.errors import Forbidden, Refused, SiseError

REFRESH_IDLE = timedelta(hours=8)
SESSION_LONGEST = timedelta(days=7)
ACCESS_LIFETIME = timedelta(minutes=10)
KEY_LIFETIME = timedelta(days=90)
KEY_RETIREMENT = timedelta(hours=1)
CHARACTER_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]")


class PasswordTooWeak(Refused):
    code = "password_too_weak"


class SignInRefused(SiseError):
    """Wrong user name or password: never which of them."""

    status = 401
    code = "sign_in_refused"
    keeps_changes = True


class SignInLocked(Forbidden):
    code = "sign_in_locked"
    keeps_changes = True


class SessionEnded(SiseError):
    """The refresh token is unknown, used, revoked or too old."""

    status = 401
    code = "session_ended"
    keeps_changes = True


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The table ``password`` and ``common`` of ``rules/passwords.toml``; lengths are characters."""

    enough_length: int
    least_length: int
    least_classes: int
    longest: int
    common: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LockOut:
    """The table ``lock_out``: after ``failures`` ``within`` a time, nobody signs in for ``locked``."""

    failures: int
    within: timedelta
    locked: timedelta


@cache
def password_policy() -> PasswordPolicy:
    """Return the rules for passwords."""
    rules = read_rules("passwords")
    numbers = {name: value for name, value in rules["password"].items() if isinstance(value, int)}
    return PasswordPolicy(**numbers, common=frozenset(rules["common"]["passwords"]))


@cache
def lock_out() -> LockOut:
    """Return the rule that locks a user name after failures."""
    row = read_rules("passwords")["lock_out"]
    return LockOut(
        failures=row["failures"],
        within=timedelta(minutes=row["within_minutes"]),
        locked=timedelta(minutes=row["locked_minutes"]),
    )


def check_password(password: str, *, username: str | None) -> None:
    """Raise ``PasswordTooWeak`` with the rule that is broken (GB/T 22239-2019 8.1.4.1 a).

    ``username`` must not be part of it; ``None`` leaves this out (the operator's password of the first user).
    """
    policy = password_policy()
    if len(password) > policy.longest:
        raise PasswordTooWeak(f"Use at most {policy.longest} characters.")
    classes = sum(bool(re.search(each, password)) for each in CHARACTER_CLASSES)
    is_mixed = len(password) >= policy.least_length and classes >= policy.least_classes
    if len(password) < policy.enough_length and not is_mixed:
        raise PasswordTooWeak(
            f"Use at least {policy.enough_length} characters, or {policy.least_length} of which there are "
            f"{policy.least_classes} kinds (lower case, upper case, digits, others)."
        )
    if password.lower() in policy.common or len(set(password)) < 4:
        raise PasswordTooWeak("This password is one of the first to be guessed: choose another.")
    if username and username.lower() in password.lower():
        raise PasswordTooWeak("Leave the user name out of the password.")


def recent_failures(failures: Sequence[datetime], *, now: datetime, rule: LockOut) -> list[datetime]:
    """Return the failures that still count: those within the rule's time before ``now``."""
    return [moment for moment in failures if now - moment < rule.within]


def lock_after(failures: Sequence[datetime], *, now: datetime, rule: LockOut) -> datetime | None:
    """Return until when these failures lock the user name or PIN, or ``None`` (GB/T 22239-2019 8.1.4.1 b)."""
    return now + rule.locked if len(recent_failures(failures, now=now, rule=rule)) >= rule.failures else None
