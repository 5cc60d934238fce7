"""The rules of identity: roles and jurisdiction, passwords, lock-out. Standard library only."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from shared.errors import Conflict, Forbidden, NotFound, Refused, SiseError

RULES = Path(__file__).parent / "rules"
EVERYONE = "account:self"
REFRESH_IDLE = timedelta(hours=8)
SESSION_LONGEST = timedelta(days=7)
ACCESS_LIFETIME = timedelta(minutes=10)
KEY_LIFETIME = timedelta(days=90)
KEY_RETIREMENT = timedelta(hours=1)
USERNAME_SHAPE = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
DIVISION_SHAPE = re.compile(r"\d{6}|\d{9}|\d{12}")
CHARACTER_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]")


class AccountNotFound(NotFound):
    code = "account_not_found"


class UsernameTaken(Conflict):
    code = "username_taken"


class UsernameMalformed(Refused):
    code = "username_malformed"


class PasswordTooWeak(Refused):
    code = "password_too_weak"


class RoleUnknown(Refused):
    code = "role_unknown"


class RolesConflict(Refused):
    code = "roles_conflict"


class JurisdictionMalformed(Refused):
    code = "jurisdiction_malformed"


class JurisdictionTooWide(Forbidden):
    code = "jurisdiction_too_wide"


class OwnAccount(Refused):
    code = "own_account"


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
class Role:
    """One row of ``rules/roles.toml``; an exclusive role cannot be combined with another."""

    id: str
    title: str
    title_en: str
    actions: frozenset[str]
    is_exclusive: bool = False


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
def roles() -> Mapping[str, Role]:
    """Return every role by its id."""
    return {
        name: Role(
            id=name,
            title=row["title"],
            title_en=row["title_en"],
            actions=frozenset(row["actions"]),
            is_exclusive=row.get("is_exclusive", False),
        )
        for name, row in _rules("roles").items()
    }


@cache
def password_policy() -> PasswordPolicy:
    """Return the rules for passwords."""
    rules = _rules("passwords")
    numbers = {name: value for name, value in rules["password"].items() if isinstance(value, int)}
    return PasswordPolicy(**numbers, common=frozenset(rules["common"]["passwords"]))


@cache
def lock_out() -> LockOut:
    """Return the rule that locks a user name after failures."""
    row = _rules("passwords")["lock_out"]
    return LockOut(
        failures=row["failures"],
        within=timedelta(minutes=row["within_minutes"]),
        locked=timedelta(minutes=row["locked_minutes"]),
    )


def actions_of(role_ids: Iterable[str]) -> frozenset[str]:
    """Return what accounts with these roles may do; a role that has been removed from the table grants nothing."""
    known = roles()
    granted = [known[role_id].actions for role_id in role_ids if role_id in known]
    return frozenset({EVERYONE}.union(*granted))


def check_roles(role_ids: Sequence[str]) -> None:
    """Raise ``RoleUnknown``, or ``RolesConflict`` when an exclusive role is combined (GB/T 22239-2019 8.1.5)."""
    if not role_ids:
        raise RoleUnknown("Give the account at least one role.")
    for role_id in role_ids:
        if role_id not in roles():
            raise RoleUnknown(f"There is no role {role_id}.", role=role_id)
        if roles()[role_id].is_exclusive and len(role_ids) > 1:
            raise RolesConflict(f"The role {role_id} cannot be combined with another.", role=role_id)


def check_username(username: str) -> None:
    """Raise ``UsernameMalformed`` unless it is 3 to 64 of a-z 0-9 . _ - and begins with a letter or digit."""
    if not USERNAME_SHAPE.fullmatch(username):
        raise UsernameMalformed("A user name has 3 to 64 of a-z, 0-9, dot, underscore and hyphen.")


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


def check_divisions(divisions: Sequence[str], *, within: Sequence[str] | None) -> None:
    """Raise ``JurisdictionMalformed``, or ``JurisdictionTooWide`` for one that is not ``within`` the giver's own."""
    for division in divisions:
        if not DIVISION_SHAPE.fullmatch(division):
            raise JurisdictionMalformed("A division has 6, 9 or 12 digits.", division=division)
        if within is not None and not division.startswith(tuple(within)):
            raise JurisdictionTooWide("You can only give away what lies in your own area.", division=division)


def recent_failures(failures: Sequence[datetime], *, now: datetime) -> list[datetime]:
    """Return the failures that still count: those within the rule's time before ``now``."""
    return [moment for moment in failures if now - moment < lock_out().within]


def lock_after(failures: Sequence[datetime], *, now: datetime) -> datetime | None:
    """Return until when these failures lock the user name, or ``None`` (GB/T 22239-2019 8.1.4.1 b)."""
    rule = lock_out()
    return now + rule.locked if len(recent_failures(failures, now=now)) >= rule.failures else None


def _rules(name: str) -> dict[str, Any]:
    return tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))
