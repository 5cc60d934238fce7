"""Refresh tokens: each works once; a second use means that somebody has a copy, so the whole family ends.

A family is a session; when it ends, its access tokens count no more either.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.signing_in import REFRESH_IDLE, SESSION_LONGEST, Origin, SessionEnded, SessionNotFound
from services.identity.tables import refresh_token
from services.identity.use_cases.staff import deny_tokens
from shared.contracts.identity import AccountDisabled
from shared.events.outbox import publish
from shared.ids import new_id
from shared.security.tokens import SESSION

TOKEN_BYTES = 32
KEPT = ("family", "account_id", "began_at", "device", "address")


@dataclass(frozen=True, slots=True)
class Renewable:
    """A session of an account and the refresh token that it can be renewed with next."""

    id: str
    account_id: str
    token: str


def begin_family(session: Session, account_id: str, *, origin: Origin, now: datetime) -> Renewable:
    """Begin a session of the account, which says from where it was begun."""
    began = {"device": origin.device, "address": origin.address, "began_at": now}
    return _issue(session, {"family": new_id(), "account_id": account_id, **began}, now)


def rotate(session: Session, token: str, *, now: datetime) -> Renewable:
    """Use ``token`` up and return its session with the token that follows; raises ``SessionEnded``."""
    held = _held(session, token)
    if held is None:
        raise SessionEnded("Sign in again.")
    if held.used_at is not None:
        _end(session, held.family, account_id=held.account_id, now=now)
        raise SessionEnded("This refresh token was used before: the session is ended, sign in again.")
    if held.revoked_at is not None or now >= min(held.expires_at, held.began_at + SESSION_LONGEST):
        raise SessionEnded("The session has ended: sign in again.")
    session.execute(update(refresh_token).where(refresh_token.c.digest == held.digest).values(used_at=now))
    return _issue(session, {name: getattr(held, name) for name in KEPT}, now)


def end_family(session: Session, token: str, *, now: datetime) -> str | None:
    """End the session that ``token`` belongs to and return its account; an unknown token ends nothing."""
    held = _held(session, token)
    if held is None:
        return None
    _end(session, held.family, account_id=held.account_id, now=now)
    return str(held.account_id)


def end_own_family(session: Session, family: str, *, account_id: str, now: datetime) -> None:
    """End one session of the account; raises ``SessionNotFound`` for what is none, or another's."""
    if not _end(session, family, account_id=account_id, now=now):
        raise SessionNotFound("There is no such session that is still open.")


def end_sessions_of(session: Session, account_id: str, *, now: datetime) -> None:
    """End every session of the account."""
    _revoke(session, refresh_token.c.account_id == account_id, now)


def forget_expired(session: Session, *, now: datetime) -> None:
    """Delete the tokens that expired a week ago; until then a second use is still recognised."""
    session.execute(delete(refresh_token).where(refresh_token.c.expires_at < now - SESSION_LONGEST))


def _held(session: Session, token: str) -> Row[Any] | None:
    statement = select(refresh_token).where(refresh_token.c.digest == _digest(token)).with_for_update()
    return session.execute(statement).one_or_none()


def _issue(session: Session, row: dict[str, Any], now: datetime) -> Renewable:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.execute(insert(refresh_token), {**row, "digest": _digest(token), "expires_at": now + REFRESH_IDLE})
    return Renewable(row["family"], row["account_id"], token)


def _end(session: Session, family: str, *, account_id: str, now: datetime) -> bool:
    """End a session of the account here and everywhere; return whether it was open."""
    is_it = (refresh_token.c.family == family) & (refresh_token.c.account_id == account_id)
    was_open = _revoke(session, is_it, now) > 0
    if was_open:
        told = AccountDisabled(subject=f"{SESSION}{family}")
        deny_tokens(session, told.subject, denied_at=now, sequence=1)
        publish(session, told, sequence=1, at=now)
    return was_open


def _revoke(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    is_open = refresh_token.c.revoked_at.is_(None)
    ended: Any = session.execute(update(refresh_token).where(which, is_open).values(revoked_at=now))
    return int(ended.rowcount)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
