"""Signing in by a provider: the flow between two visits of the browser, and whose account it is."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.signing_in import (
    FLOW_LIFETIME,
    Origin,
    ProviderIdentity,
    ProviderRefused,
    check_id_token,
    subject_of,
)
from services.identity.tables import account, oidc_flow
from services.identity.use_cases.agencies import refuse_shut_agency
from services.identity.use_cases.refreshing import begin_family
from services.identity.use_cases.sessions import SignedIn, signed_in
from shared.security.personal import vault_of

SECRET_BYTES = 32
VERIFIER_FIELD = "oidc_flow.verifier"


@dataclass(frozen=True, slots=True)
class Begun:
    """``flow`` binds the visit to the browser; ``state``, ``nonce`` and ``challenge`` go to the provider."""

    flow: str
    state: str
    nonce: str
    challenge: str
    redirect_uri: str

    def address(self, endpoint: str, *, client_id: str) -> str:
        """Return where the browser goes: the authorization request with PKCE (RFC 7636, S256)."""
        query = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Held:
    """What is needed when the browser comes back."""

    nonce: str
    verifier: str
    redirect_uri: str


def begin_flow(session: Session, *, redirect_uri: str, now: datetime) -> Begun:
    """Write a new flow down; it ends by itself after ten minutes. Old ones are forgotten."""
    flow, state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(4))
    session.execute(delete(oidc_flow).where(oidc_flow.c.expires_at <= now))
    row = {
        "digest": _digest(flow),
        "state_digest": _digest(state),
        "nonce": nonce,
        "sealed_verifier": vault_of(session).encrypt(verifier, field=VERIFIER_FIELD),
        "redirect_uri": redirect_uri,
        "expires_at": now + FLOW_LIFETIME,
    }
    session.execute(insert(oidc_flow), row)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return Begun(flow, state, nonce, challenge, redirect_uri)


def take_flow(session: Session, *, flow: str, state: str, now: datetime) -> Held:
    """Use a flow up; raises ``ProviderRefused`` when it is unknown, over, or of another browser."""
    is_it = (oidc_flow.c.digest == _digest(flow)) & (oidc_flow.c.state_digest == _digest(state))
    held = session.execute(select(oidc_flow).where(is_it, oidc_flow.c.expires_at > now).with_for_update()).one_or_none()
    if held is None:
        raise ProviderRefused("This sign-in was begun elsewhere or too long ago: begin again.")
    session.execute(delete(oidc_flow).where(is_it))
    verifier = vault_of(session).decrypt(held.sealed_verifier, field=VERIFIER_FIELD)
    return Held(held.nonce, verifier, held.redirect_uri)


def sign_in_by_provider(
    session: Session,
    claims: Mapping[str, Any],
    *,
    provider: ProviderIdentity,
    nonce: str,
    origin: Origin,
    now: datetime,
) -> tuple[SignedIn, str]:
    """Open a session for the account of the ID token's subject and return it with the account's id.

    An account is bound to the provider's subject the first time its user name is named; nobody is made an account.
    Raises ``ProviderRefused``, ``AgencyShut``.
    """
    check_id_token(claims, provider=provider, nonce=nonce, now=now)
    subject = subject_of(claims)
    found = session.execute(select(account).where(account.c.oidc_subject == subject)).one_or_none()
    if found is None:
        username = str(claims.get(provider.username_claim, "")).strip().lower()
        is_free = (account.c.username == username) & account.c.oidc_subject.is_(None)
        found = session.execute(select(account).where(is_free).with_for_update()).one_or_none()
        if found is not None:
            session.execute(update(account).where(account.c.id == found.id).values(oidc_subject=subject))
    if found is None or not found.is_enabled:
        raise ProviderRefused("There is no account here for this person: ask your administrator.")
    refuse_shut_agency(session, found.agency_id)
    renewable = begin_family(session, found.id, origin=origin, now=now)
    return signed_in(session, found, renewable, now=now), str(found.id)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
