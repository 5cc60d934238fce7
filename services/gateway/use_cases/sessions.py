"""Browser sessions: the cookie is a random secret, the tokens behind it stay here, encrypted."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services.gateway.tables import browser_session
from shared.security.personal import vault_of

SECRET_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)  # how exact the time of the last use is kept
RENEWAL_TAKES = timedelta(seconds=15)
ACCESS, REFRESH = "browser_session.access_token", "browser_session.refresh_token"
SIGNER = "browser_session.signer_token"

Tokens = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session as requests need it; ``access_token`` ends at ``expires_at``.

    ``signer_token`` is that of a colleague who signs here by PIN until ``signer_until``; empty: nobody.
    """

    digest: str
    csrf_token: str
    access_token: str
    refresh_token: str
    expires_at: datetime
    used_at: datetime
    signer_token: str = ""
    signer_until: datetime | None = None


def begin_session(session: Session, tokens: Tokens, *, now: datetime) -> str:
    """Keep ``tokens`` (the answer of a sign-in) and return the secret for the cookie, never stored itself."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {
        "digest": digest_of(secret),
        "csrf_token": secrets.token_urlsafe(SECRET_BYTES),
        "started_at": now,
        "used_at": now,
        **_sealed(session, tokens, now),
    }
    session.execute(browser_session.insert(), row)
    return secret


def live_session(session: Session, secret: str, *, used_after: datetime) -> LiveSession | None:
    """Return the session of a cookie unless it is unknown or was last used before ``used_after``."""
    columns = browser_session.c
    wanted = select(browser_session).where(columns.digest == digest_of(secret), columns.used_at > used_after)
    row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    vault = vault_of(session)
    return LiveSession(
        digest=row.digest,
        csrf_token=row.csrf_token,
        access_token=vault.decrypt(row.access_token, field=ACCESS),
        refresh_token=vault.decrypt(row.refresh_token, field=REFRESH),
        expires_at=row.expires_at,
        used_at=row.used_at,
        signer_token=vault.decrypt(row.signer_token, field=SIGNER) if row.signer_token else "",
        signer_until=row.signer_until,
    )


def note_use(session: Session, digest: str, *, now: datetime) -> None:
    """Remember that the session is in use, so that it does not time out."""
    session.execute(update(browser_session).where(browser_session.c.digest == digest).values(used_at=now))


def claim_renewal(session: Session, seen: LiveSession, *, now: datetime) -> bool:
    """Return whether the caller shall renew the tokens it has seen: one at a time, and only if still unrenewed.

    Each refresh token works once; to use one again would end the session at identity.
    """
    columns = browser_session.c
    is_free = or_(columns.renewing_until.is_(None), columns.renewing_until < now)
    claimed: Any = session.execute(
        update(browser_session)
        .where(columns.digest == seen.digest, columns.expires_at == seen.expires_at, is_free)
        .values(renewing_until=now + RENEWAL_TAKES)
    )
    return bool(claimed.rowcount)


def renew_session(session: Session, digest: str, *, tokens: Tokens, now: datetime) -> None:
    """Put new tokens in the place of the old ones."""
    values = {**_sealed(session, tokens, now), "renewing_until": None}
    session.execute(update(browser_session).where(browser_session.c.digest == digest).values(**values))


def begin_signing(session: Session, digest: str, *, token: str, until: datetime) -> None:
    """Let the session act as the colleague of ``token`` until then."""
    values = {"signer_token": vault_of(session).encrypt(token, field=SIGNER), "signer_until": until}
    session.execute(update(browser_session).where(browser_session.c.digest == digest).values(**values))


def end_signing(session: Session, digest: str) -> None:
    """Let the session be that of who is signed in again."""
    values = {"signer_token": None, "signer_until": None}
    session.execute(update(browser_session).where(browser_session.c.digest == digest).values(**values))


def end_session(session: Session, digest: str) -> None:
    """Forget a session; its cookie is worth nothing from now on."""
    session.execute(delete(browser_session).where(browser_session.c.digest == digest))


def forget_idle_sessions(session: Session, *, unused_since: datetime) -> None:
    """Delete the sessions that have timed out."""
    session.execute(delete(browser_session).where(browser_session.c.used_at <= unused_since))


def digest_of(secret: str) -> str:
    """Return the digest under which the session of a cookie is kept."""
    return sha256(secret.encode()).hexdigest()


def _sealed(session: Session, tokens: Tokens, now: datetime) -> dict[str, Any]:
    vault = vault_of(session)
    return {
        "access_token": vault.encrypt(tokens["access_token"], field=ACCESS),
        "refresh_token": vault.encrypt(tokens["refresh_token"], field=REFRESH),
        "expires_at": now + timedelta(seconds=tokens["expires_in"]),
    }
