"""Signing in, renewing and ending a session."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from services.identity.domain.accounts import EVERYONE, actions_of, is_of_agency
from services.identity.domain.signing_in import (
    ACCESS_LIFETIME,
    Origin,
    SessionEnded,
    SignInLocked,
    SignInRefused,
    lock_out,
)
from services.identity.tables import account, sign_in_attempts
from services.identity.use_cases.agencies import claims_of_clerk, refuse_shut_agency
from services.identity.use_cases.keys import current_key
from services.identity.use_cases.passwords import (
    attempts_on,
    count_failure,
    forget_failures,
    hash_password,
    is_hash_outdated,
    is_right_password,
    seconds_locked,
)
from services.identity.use_cases.refreshing import (
    Renewable,
    begin_family,
    end_family,
    end_own_family,
    forget_expired,
    rotate,
)
from shared.security.audit import audit_note
from shared.security.personal import vault_of
from shared.security.tokens import sign_token

ATTEMPTS_KEPT = timedelta(days=1)
AREA = ("divisions", "grids", "enterprise_id", "intermediary_id")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a client gets; ``expires_in`` is seconds. With ``must_change_password`` the token allows nothing else."""

    access_token: str
    refresh_token: str
    expires_in: int
    must_change_password: bool


def sign_in(session: Session, *, username: str, password: str, origin: Origin, now: datetime) -> SignedIn:
    """Open a session for the one who knows the password.

    Raises ``SignInRefused``, ``AgencyShut``, and ``SignInLocked`` after too many failures; an unknown user name behaves
    and takes as long as a known one (GB/T 22239-2019 8.1.4.1; OWASP ASVS 5.0 V6.3).
    """
    username = username.strip().lower()
    attempts = attempts_on(session, username, field="username", now=now)
    if wait := seconds_locked(attempts, now=now):
        raise SignInLocked("Too many failures: this user name is locked for a while.", retry_after=wait)
    found = session.execute(select(account).where(account.c.username == username)).one_or_none()
    is_known = found is not None and found.is_enabled
    is_right = is_right_password(session, password, found.password_hash if found and is_known else None)
    audit_note(session, entity=f"account:{found.id}" if found else "", subject=found.id if found else "unknown")
    if found is None or not is_right:
        count_failure(session, attempts, rule=lock_out(), now=now)
        raise SignInRefused("User name or password is not right.")
    forget_failures(session, attempts)
    refuse_shut_agency(session, found.agency_id)
    _renew_hash(session, found, password)
    return signed_in(session, found, begin_family(session, found.id, origin=origin, now=now), now=now)


def renew_session(session: Session, token: str, *, now: datetime) -> SignedIn:
    """Exchange a refresh token for new tokens; raises ``SessionEnded``, also on a second use, and ``AgencyShut``."""
    follows = rotate(session, token, now=now)
    found = session.execute(select(account).where(account.c.id == follows.account_id)).one()
    audit_note(session, entity=f"account:{found.id}", subject=found.id)
    if not found.is_enabled:
        raise SessionEnded("This account has been disabled: ask your administrator.")
    refuse_shut_agency(session, found.agency_id)
    return signed_in(session, found, follows, now=now)


def end_session(session: Session, token: str, *, now: datetime) -> None:
    """Sign out: no token of the session is worth anything any more."""
    account_id = end_family(session, token, now=now)
    if account_id:
        audit_note(session, entity=f"account:{account_id}", subject=account_id)


def end_own_session(session: Session, account_id: str, session_id: str, *, now: datetime) -> None:
    """Sign the owner of the account out of one of the own sessions, at once; raises ``SessionNotFound``."""
    end_own_family(session, session_id, account_id=account_id, now=now)
    audit_note(session, entity=f"account:{account_id}", details={"ended_session": session_id})


def forget_old_sessions(session: Session, *, now: datetime) -> None:
    """Delete what nobody needs any more: expired refresh tokens and failures of yesterday."""
    forget_expired(session, now=now)
    session.execute(delete(sign_in_attempts).where(sign_in_attempts.c.updated_at < now - ATTEMPTS_KEPT))


def _renew_hash(session: Session, found: Row[Any], password: str) -> None:
    if is_hash_outdated(session, found.password_hash):
        session.execute(
            update(account).where(account.c.id == found.id).values(password_hash=hash_password(session, password))
        )


def signed_in(session: Session, found: Row[Any], renewable: Renewable, *, now: datetime) -> SignedIn:
    """Return what a client gets for an open session of the account: its first or next tokens."""
    granted = actions_of(found.roles, is_licence_expired=found.is_licence_expired)
    claims = {
        "sub": found.id,
        "sid": renewable.id,
        "name": vault_of(session).decrypt(found.sealed_name, field="account.name"),
        "roles": found.roles,
        "actions": [EVERYONE] if found.must_change_password else sorted(granted),
        **_area_of(session, found, granted, now),
    }
    return SignedIn(
        access_token=sign_token(claims, current_key(session, now=now), now=now, lifetime=ACCESS_LIFETIME),
        refresh_token=renewable.token,
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        must_change_password=found.must_change_password,
    )


def _area_of(session: Session, found: Row[Any], granted: Collection[str], now: datetime) -> dict[str, Any]:
    """Return where the account acts: in its own area, or as its agency's grants of the role's actions say."""
    if is_of_agency(found.roles):
        return claims_of_clerk(session, found.agency_id, actions=granted, now=now)
    return {name: getattr(found, name) for name in AREA}
