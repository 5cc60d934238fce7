"""Passwords: hashed with argon2id, checked in the same time whether or not the account exists."""

import secrets
from datetime import datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from services.identity.domain.signing_in import PasswordTooWeak, SignInRefused, check_password
from services.identity.tables import account
from services.identity.use_cases.refreshing import end_sessions_of
from shared.security.audit import audit_note

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 iterations, 1 lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
GENERATED_BYTES = 12


def reset_password(session: Session, found: Row[Any], *, password: str | None, now: datetime) -> str | None:
    """Set another person's password and end all sessions of the account.

    Returns the generated password when ``password`` is ``None``; such a one has to be changed at the next sign-in.
    Raises ``PasswordTooWeak``.
    """
    is_generated = password is None
    chosen = generate_password() if password is None else password
    _set_password(session, found, chosen, must_change=is_generated, now=now)
    audit_note(session, entity=f"account:{found.id}", details={"generated": is_generated})
    return chosen if is_generated else None


def change_own_password(session: Session, found: Row[Any], *, current: str, new: str, now: datetime) -> None:
    """Replace the own password; raises ``SignInRefused`` for a wrong current one, ``PasswordTooWeak``."""
    audit_note(session, entity=f"account:{found.id}")
    if not is_right_password(current, found.password_hash):
        raise SignInRefused("The current password is not right.")
    if current == new:
        raise PasswordTooWeak("Choose a password that differs from the present one.")
    _set_password(session, found, new, must_change=False, now=now)


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password`` with its salt and parameters."""
    return _hasher.hash(password)


def is_right_password(password: str, password_hash: str | None) -> bool:
    """Return whether ``password`` fits; without a hash it takes as long and the answer is no."""
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except Argon2Error:
        return False


def is_hash_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def generate_password() -> str:
    """Return a random password of 16 characters (96 bits)."""
    return secrets.token_urlsafe(GENERATED_BYTES)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(GENERATED_BYTES))


def _set_password(session: Session, found: Row[Any], password: str, *, must_change: bool, now: datetime) -> None:
    check_password(password, username=found.username)
    session.execute(
        update(account)
        .where(account.c.id == found.id)
        .values(password_hash=hash_password(password), password_set_at=now, must_change_password=must_change)
    )
    end_sessions_of(session, found.id, now=now)
