"""Passwords and PINs: hashed with argon2id, checked in the same time whether or not there is one; failures lock."""

import secrets
from datetime import datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import Row, bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from services.identity.domain.signing_in import (
    HASHING,
    Hashing,
    LockOut,
    PasswordTooWeak,
    SignInRefused,
    check_password,
    lock_after,
    recent_failures,
)
from services.identity.tables import sign_in_attempts
from services.identity.use_cases.refreshing import end_sessions_of
from services.identity.use_cases.staff import renew_rights
from shared.database import Database, UtcDateTime
from shared.security.audit import audit_note
from shared.security.personal import vault_of

_PRODUCT = PasswordHasher(**HASHING._asdict(), parallelism=1)
_CARRIED_AS = "password hasher"
GENERATED_BYTES = 12
_OPEN_ATTEMPTS = text(
    "INSERT INTO sign_in_attempts (username_digest, failures, updated_at) VALUES (:digest, '[]', :now) "
    "ON CONFLICT (username_digest) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime))


def reset_password(session: Session, found: Row[Any], *, password: str | None, now: datetime) -> str | None:
    """Set another person's password and end all sessions of the account at once.

    Returns the generated password when ``password`` is ``None``; such a one has to be changed at the next sign-in.
    Raises ``PasswordTooWeak``.
    """
    is_generated = password is None
    chosen = generate_password() if password is None else password
    _set_password(session, found, chosen, must_change=is_generated, now=now)
    audit_note(session, entity=f"account:{found.id}", details={"generated": is_generated})
    return chosen if is_generated else None


def change_own_password(session: Session, found: Row[Any], *, current: str, new: str, now: datetime) -> None:
    """Replace the own password and end all sessions, the present one too.

    Raises ``SignInRefused`` for a wrong current one, ``PasswordTooWeak``.
    """
    audit_note(session, entity=f"account:{found.id}")
    if not is_right_password(session, current, found.password_hash):
        raise SignInRefused("The current password is not right.")
    if current == new:
        raise PasswordTooWeak("Choose a password that differs from the present one.")
    _set_password(session, found, new, must_change=False, now=now)


def choose_hashing(database: Database, hashing: Hashing) -> None:
    """Let every session of ``database`` in this process hash passwords at this cost."""
    database.session_info[_CARRIED_AS] = PasswordHasher(**hashing._asdict(), parallelism=1)


def hash_password(session: Session, password: str) -> str:
    """Return the argon2id hash of ``password`` with its salt and parameters."""
    return _hasher(session).hash(password)


def is_right_password(session: Session, password: str, password_hash: str | None) -> bool:
    """Return whether ``password`` fits; without a hash it takes as long and the answer is no."""
    try:
        hasher = _hasher(session)
        return hasher.verify(password_hash or _nobodys_hash(hasher), password) and password_hash is not None
    except Argon2Error:
        return False


def is_hash_outdated(session: Session, password_hash: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _hasher(session).check_needs_rehash(password_hash)


def generate_password() -> str:
    """Return a random password of 16 characters (96 bits)."""
    return secrets.token_urlsafe(GENERATED_BYTES)


def attempts_on(session: Session, name: str, *, field: str, now: datetime) -> Row[Any]:
    """Return the failures counted for a user name or PIN, locked; only a digest of ``name`` is kept.

    People type passwords into the wrong field.
    """
    digest = vault_of(session).blind_index(name, field=field)
    session.execute(_OPEN_ATTEMPTS, {"digest": digest, "now": now})
    statement = select(sign_in_attempts).where(sign_in_attempts.c.username_digest == digest)
    return session.execute(statement.with_for_update()).one()


def seconds_locked(attempts: Row[Any], *, now: datetime) -> int:
    """Return for how many seconds nobody may try again, 0 when one may."""
    if attempts.locked_until is None or now >= attempts.locked_until:
        return 0
    return int((attempts.locked_until - now).total_seconds()) + 1


def count_failure(session: Session, attempts: Row[Any], *, rule: LockOut, now: datetime) -> None:
    """Count a failure; after as many as ``rule`` says it locks."""
    earlier = [datetime.fromisoformat(moment) for moment in attempts.failures]
    failures = [*recent_failures(earlier, now=now, rule=rule), now]
    locked_until = lock_after(failures, now=now, rule=rule)
    session.execute(
        update(sign_in_attempts)
        .where(sign_in_attempts.c.username_digest == attempts.username_digest)
        .values(
            failures=[] if locked_until else [moment.isoformat() for moment in failures],
            locked_until=locked_until,
            updated_at=now,
        )
    )


def forget_failures(session: Session, attempts: Row[Any]) -> None:
    """Count anew: somebody knew it."""
    session.execute(delete(sign_in_attempts).where(sign_in_attempts.c.username_digest == attempts.username_digest))


def _hasher(session: Session) -> PasswordHasher:
    hasher: PasswordHasher = session.info.get(_CARRIED_AS, _PRODUCT)
    return hasher


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(GENERATED_BYTES))


def _set_password(session: Session, found: Row[Any], password: str, *, must_change: bool, now: datetime) -> None:
    check_password(password, username=found.username)
    changed = {
        "password_hash": hash_password(session, password),
        "password_set_at": now,
        "must_change_password": must_change,
    }
    end_sessions_of(session, found.id, now=now)
    renew_rights(session, found, changed, now=now)
