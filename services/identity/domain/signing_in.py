"""Signing in: passwords, lock-out, how long sessions, tokens and keys live."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from services.identity.domain import read_rules
from shared.errors import Forbidden, NotFound, Refused, SiseError

REFRESH_IDLE = timedelta(hours=8)
SESSION_LONGEST = timedelta(days=7)
ACCESS_LIFETIME = timedelta(minutes=10)
KEY_LIFETIME = timedelta(days=90)
KEY_RETIREMENT = timedelta(hours=1)
FLOW_LIFETIME = timedelta(minutes=10)
CLOCK_LEEWAY = 60  # seconds by which the clock of a provider may differ
ID_TOKEN_ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CHARACTER_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]")


class Hashing(NamedTuple):
    """What it costs to hash a password by argon2id: rounds, and memory in KiB."""

    time_cost: int
    memory_cost: int


HASHING = Hashing(time_cost=2, memory_cost=19_456)  # OWASP Password Storage Cheat Sheet: 19 MiB, 2 iterations, 1 lane


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


class SessionNotFound(NotFound):
    code = "session_not_found"


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody signs in, for their own list of sessions: the browser in its own words, the address."""

    device: str = ""
    address: str = ""


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


class OidcOff(NotFound):
    code = "oidc_off"


class ProviderRefused(SiseError):
    """The provider, or what it says, is not accepted."""

    status = 401
    code = "provider_refused"


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Who must have made an ID token, for whom, and which of its claims names the user."""

    issuer: str
    client_id: str
    username_claim: str


def check_provider_url(url: str) -> str:
    """Return ``url``; raises ``ProviderRefused`` unless it is HTTPS or on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise ProviderRefused("The provider must be reached over HTTPS.")


def check_id_token(claims: Mapping[str, Any], *, provider: ProviderIdentity, nonce: str, now: datetime) -> None:
    """Raise ``ProviderRefused`` unless the ID token is the provider's, for us, of this sign-in and in time.

    OpenID Connect Core 1.0 §3.1.3.7; the signature has been verified.
    """
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    moment, expires, issued = now.timestamp(), claims.get("exp"), claims.get("iat")
    is_ours = claims.get("iss") == provider.issuer and provider.client_id in audiences
    is_for_us_alone = len(audiences) == 1 or claims.get("azp") == provider.client_id
    is_this_one = isinstance(claims.get("sub"), str) and claims["sub"] and claims.get("nonce") == nonce
    is_in_time = (
        isinstance(expires, int | float)
        and isinstance(issued, int | float)
        and issued - CLOCK_LEEWAY <= moment < expires + CLOCK_LEEWAY
    )
    if not (is_ours and is_for_us_alone and is_this_one and is_in_time):
        raise ProviderRefused("The provider's answer is not for this sign-in: begin again.")


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return what an account is bound to: issuer and subject, which never change (OpenID Connect Core §5.7)."""
    return f"{claims['iss']}#{claims['sub']}"
