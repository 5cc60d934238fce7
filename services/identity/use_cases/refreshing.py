"""Refresh tokens: each works once; a second use means that somebody has a copy, so the whole family ends."""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.signing_in import REFRESH_IDLE, SESSION_LONGEST, SessionEnded
from services.identity.tables import refresh_token
from shared.ids import new_id

TOKEN_BYTES = 32


def begin_family(session: Session, account_id: str, *, now: datetime) -> str:
    """Return the first refresh token of a new session of the account."""
    return _issue(session, {"family": new_id(), "account_id": account_id, "began_at": now}, now)


def rotate(session: Session, token: str, *, now: datetime) -> tuple[str, str]:
    """Use ``token`` up and return its account and the token that follows; raises ``SessionEnded``."""
    held = _held(session, token)
    if held is None:
        raise SessionEnded("Sign in again.")
    if held.used_at is not None:
        _revoke(session, refresh_token.c.family == held.family, now)
        raise SessionEnded("This refresh token was used before: the session is ended, sign in again.")
    if held.revoked_at is not None or now >= min(held.expires_at, held.began_at + SESSION_LONGEST):
        raise SessionEnded("The session has ended: sign in again.")
    session.execute(update(refresh_token).where(refresh_token.c.digest == held.digest).values(used_at=now))
    follows = {"family": held.family, "account_id": held.account_id, "began_at": held.began_at}
    return held.account_id, _issue(session, follows, now)


def end_family(session: Session, token: str, *, now: datetime) -> str | None:
    """End the session that ``token`` belongs to and return its account; an unknown token ends nothing."""
    held = _held(session, token)
    if held is None:
        return None
    _revoke(session, refresh_token.c.family == held.family, now)
    return str(held.account_id)


def end_sessions_of(session: Session, account_id: str, *, now: datetime) -> None:
    """End every session of the account."""
    _revoke(session, refresh_token.c.account_id == account_id, now)


def forget_expired(session: Session, *, now: datetime) -> None:
    """Delete the tokens that expired a week ago; until then a second use is still recognised."""
    session.execute(delete(refresh_token).where(refresh_token.c.expires_at < now - SESSION_LONGEST))


def _held(session: Session, token: str) -> Row[Any] | None:
    statement = select(refresh_token).where(refresh_token.c.digest == _digest(token)).with_for_update()
    return session.execute(statement).one_or_none()


def _issue(session: Session, row: dict[str, Any], now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.execute(insert(refresh_token), {**row, "digest": _digest(token), "expires_at": now + REFRESH_IDLE})
    return token


def _revoke(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(refresh_token).where(which, refresh_token.c.revoked_at.is_(None)).values(revoked_at=now))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
