"""Other agencies: registered, granted; their systems are given tokens. What is not granted is denied.

An agency is one row of ``client``, whether a system of it asks, or clerks whose accounts name it, or both.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from services.identity.domain.accounts import check_divisions
from services.identity.domain.agencies import (
    AgencyShut,
    AgencyUnknown,
    ClientNotFound,
    GrantNotFound,
    TokenRefused,
    asked_actions,
    check_grant,
    check_overlap,
    check_purposes,
    limits,
)
from services.identity.domain.signing_in import ACCESS_LIFETIME
from services.identity.tables import agency_grant, client, client_secret
from services.identity.use_cases.keys import current_key
from services.identity.use_cases.staff import deny_tokens
from shared.contracts.identity import GrantChanged
from shared.errors import Conflict
from shared.events.outbox import publish
from shared.ids import new_id
from shared.security.audit import audit_note
from shared.security.principal import Principal
from shared.security.rates import take_token
from shared.security.tokens import sign_token
from shared.work.timers import cancel, schedule

TIMER = "agency_grants"
SECRET_BYTES = 32


class ClientNameTaken(Conflict):
    code = "client_name_taken"


@dataclass(frozen=True, slots=True)
class ClientToken:
    """The answer of RFC 6749 §4.4.3; ``expires_in`` is seconds."""

    access_token: str
    expires_in: int
    scope: str
    token_type: str = "Bearer"  # noqa: S105 - the name of the scheme (RFC 6750)


def register_client(session: Session, *, name: str, now: datetime) -> tuple[str, str]:
    """Register a client system without any grant; return its id and its secret, which is shown only now.

    Raises ``ClientNameTaken``.
    """
    if session.scalar(select(client.c.id).where(client.c.name == name)):
        raise ClientNameTaken("There is a client of this name: choose another.")
    row = {"id": new_id(), "name": name, "is_enabled": True, "version": 1, "created_at": now, "updated_at": now}
    session.execute(insert(client), row)
    audit_note(session, entity=f"client:{row['id']}", after={"name": name})
    publish(session, GrantChanged(subject=str(row["id"])), sequence=1, at=now)
    return str(row["id"]), _make_secret(session, str(row["id"]), now)


def client_for_change(session: Session, client_id: str) -> Row[Any]:
    """Return the client, locked until the transaction ends; raises ``ClientNotFound``."""
    found = session.execute(select(client).where(client.c.id == client_id).with_for_update()).one_or_none()
    if found is None:
        raise ClientNotFound("There is no such client.")
    return found


def rotate_secret(session: Session, found: Row[Any], *, overlap_days: int, now: datetime) -> str:
    """Return a new secret, shown only now; the old ones count for the days of overlap. Raises ``OverlapTooLong``."""
    ends_at = now + check_overlap(overlap_days)
    counts_longer = or_(client_secret.c.expires_at.is_(None), client_secret.c.expires_at > ends_at)
    is_its = client_secret.c.client_id == found.id
    session.execute(update(client_secret).where(is_its, counts_longer).values(expires_at=ends_at))
    session.execute(delete(client_secret).where(is_its, client_secret.c.expires_at <= now))
    audit_note(session, entity=f"client:{found.id}", details={"overlap_days": overlap_days})
    return _make_secret(session, found.id, now)


def switch_client(session: Session, found: Row[Any], *, is_enabled: bool, now: datetime) -> None:
    """Shut the client everywhere at once, or let it in again; its old tokens count no more in either case."""
    audit_note(session, entity=f"client:{found.id}", details={"is_enabled": is_enabled})
    _tell(session, found, is_enabled=is_enabled, now=now)


def put_grant(
    session: Session, found: Row[Any], content: Mapping[str, Any], *, giver: Principal, now: datetime
) -> None:
    """Grant the client an action in some divisions, with some fields, until a moment; an earlier grant is replaced.

    ``content`` has action, divisions, fields, purposes, until and basis (the document that it rests on). Raises
    ``GrantMalformed``, ``JurisdictionMalformed``, ``JurisdictionTooWide``.
    """
    terms = {name: content[name] for name in ("divisions", "fields", "until")}
    check_grant(content["action"], **terms, now=now)
    check_purposes(content["action"], content["purposes"])
    check_divisions(content["divisions"], within=giver.divisions)
    before = _terms(_grant(session, found.id, content["action"]))
    row = {**content, "id": new_id(), "client_id": found.id, "made_by": giver.subject, "made_at": now}
    session.execute(delete(agency_grant).where(_is_grant(found.id, content["action"])))
    session.execute(insert(agency_grant), row)
    after = {**content, "until": content["until"].isoformat()}
    audit_note(session, entity=f"client:{found.id}", before=before, after=after, details={"action": content["action"]})
    _tell(session, found, is_enabled=found.is_enabled, now=now)


def withdraw_grant(session: Session, found: Row[Any], action: str, *, now: datetime) -> None:
    """Take a grant back at once; raises ``GrantNotFound``."""
    held = _grant(session, found.id, action)
    if held is None:
        raise GrantNotFound("This client has no such grant.")
    session.execute(delete(agency_grant).where(_is_grant(found.id, action)))
    audit_note(session, entity=f"client:{found.id}", before=_terms(held), details={"action": action})
    _tell(session, found, is_enabled=found.is_enabled, now=now)


def review_grants(session: Session, client_id: str, *, now: datetime) -> None:
    """Let a grant end at its moment: called by the timer that every change sets."""
    found = client_for_change(session, client_id)
    _tell(session, found, is_enabled=found.is_enabled, now=now)


def issue_client_token(session: Session, *, client_id: str, secret: str, scope: str, now: datetime) -> ClientToken:
    """Give a client that knows its secret a token with what it was granted (RFC 6749 §4.4).

    Raises ``TokenRefused`` (``invalid_client``, ``invalid_scope``, ``unauthorized_client``), ``TooManyRequests``.
    """
    found = _authenticated_client(session, client_id, secret, now)
    audit_note(session, entity=f"client:{found.id}", subject=found.id)
    rule = limits()
    bucket, per_second = f"client:{found.id}", rule.tokens_per_minute / 60
    take_token(session, bucket, capacity=rule.tokens_at_once, per_second=per_second, now=now)
    grants = {row.action: row for row in live_grants(session, found.id, now=now)}
    if not grants:
        raise TokenRefused("unauthorized_client", "Nothing is granted to this client: ask the bureau.")
    actions = asked_actions(scope, granted=grants)
    claims = {
        "sub": found.id,
        "client_id": found.id,
        "agency_id": found.id,
        "name": found.name,
        "roles": ["agency"],
        "actions": actions,
        "grants": {name: _limits_of(grants[name]) for name in actions},
    }
    token = sign_token(claims, current_key(session, now=now), now=now, lifetime=ACCESS_LIFETIME)
    return ClientToken(token, int(ACCESS_LIFETIME.total_seconds()), " ".join(actions))


def check_agency_known(session: Session, agency_id: str) -> None:
    """Raise ``AgencyUnknown`` unless there is such an agency."""
    if session.scalar(select(client.c.id).where(client.c.id == agency_id)) is None:
        raise AgencyUnknown("There is no such agency: register it first.", agency_id=agency_id)


def refuse_shut_agency(session: Session, agency_id: str) -> None:
    """Raise ``AgencyShut`` for somebody whose agency was shut: nobody of it signs in."""
    if agency_id and not session.scalar(select(client.c.is_enabled).where(client.c.id == agency_id)):
        raise AgencyShut("Your agency is shut here: ask the bureau's administrator.")


def claims_of_clerk(session: Session, agency_id: str, *, actions: Collection[str], now: datetime) -> dict[str, Any]:
    """Return where somebody of an agency acts: what it was granted of ``actions``; nothing while none is named."""
    held = live_grants(session, agency_id, now=now) if agency_id else ()
    return {"agency_id": agency_id, "grants": {one.action: _limits_of(one) for one in held if one.action in actions}}


def live_grants(session: Session, client_id: str, *, now: datetime) -> Sequence[Row[Any]]:
    """Return the grants of the client that have not ended, by action."""
    is_live = (agency_grant.c.client_id == client_id) & (agency_grant.c.until > now)
    return session.execute(select(agency_grant).where(is_live).order_by(agency_grant.c.action)).all()


def grant_changed(row: Any, grants: Sequence[Any]) -> GrantChanged:
    """Return the state event of one client."""
    told = [{"action": one.action, **_limits_of(one), "until": one.until.isoformat()} for one in grants]
    return GrantChanged(subject=row.id, is_enabled=row.is_enabled, grants=told)


def _limits_of(grant: Any) -> dict[str, Any]:
    """Return in which divisions, with which fields and for which purposes a grant holds."""
    return {name: getattr(grant, name) for name in ("divisions", "fields", "purposes")}


def _authenticated_client(session: Session, client_id: str, secret: str, now: datetime) -> Row[Any]:
    counts = or_(client_secret.c.expires_at.is_(None), client_secret.c.expires_at > now)
    known = client_secret.c.digest == _digest(client_id, secret)
    statement = select(client).join(client_secret, client_secret.c.client_id == client.c.id).where(known, counts)
    found = session.execute(statement).one_or_none()
    if found is None or not found.is_enabled:
        raise TokenRefused("invalid_client", "Client or secret is not right, or the client is shut.")
    return found


def _tell(session: Session, found: Row[Any], *, is_enabled: bool, now: datetime) -> None:
    """Write the client's next version, tell it, and deny the tokens from before."""
    version = found.version + 1
    values = {"is_enabled": is_enabled, "version": version, "updated_at": now}
    session.execute(update(client).where(client.c.id == found.id).values(**values))
    row = session.execute(select(client).where(client.c.id == found.id)).one()
    grants = live_grants(session, found.id, now=now)
    if grants:
        schedule(session, TIMER, found.id, due_at=min(one.until for one in grants))
    else:
        cancel(session, TIMER, found.id)
    lifted_at = now if is_enabled else None
    deny_tokens(session, found.id, denied_at=now, lifted_at=lifted_at, sequence=version)
    publish(session, grant_changed(row, grants), sequence=version, at=now)


def _make_secret(session: Session, client_id: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {"digest": _digest(client_id, secret), "client_id": client_id, "made_at": now, "expires_at": None}
    session.execute(insert(client_secret), row)
    return secret


def _digest(client_id: str, secret: str) -> str:
    """A secret has 256 random bits, so that a plain digest cannot be guessed back (NIST SP 800-63B §3.1.1)."""
    return sha256(f"{client_id}\0{secret}".encode()).hexdigest()


def _grant(session: Session, client_id: str, action: str) -> Row[Any] | None:
    return session.execute(select(agency_grant).where(_is_grant(client_id, action))).one_or_none()


def _is_grant(client_id: str, action: str) -> Any:
    return (agency_grant.c.client_id == client_id) & (agency_grant.c.action == action)


def _terms(held: Row[Any] | None) -> Mapping[str, Any] | None:
    if held is None:
        return None
    return {**_limits_of(held), "until": held.until.isoformat()}
