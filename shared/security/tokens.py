"""Access tokens (RFC 9068): signed by identity with Ed25519, verified by every service by itself.

The algorithm list is fixed in code (RFC 8725 §3.1) and the key comes only from identity's key set, never from
the token's own header. The algorithm is named ``Ed25519`` after RFC 9864, which retired the name ``EdDSA``.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import requests
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shared.database.chassis import token_deny
from shared.errors import Forbidden, SiseError, Unavailable
from shared.security.principal import Principal, from_claims

ALGORITHMS = ["Ed25519"]
TOKEN_TYPE = "at+jwt"  # noqa: S105 - the media type of RFC 9068, not a secret
AUDIENCE = "sise-api"
ISSUER = "sise-identity"
LEEWAY = timedelta(seconds=5)
KEYS_FRESH_FOR = timedelta(minutes=10)
REFETCH_AT_MOST_EVERY = timedelta(minutes=1)
CLAIM_SHAPES: dict[str, Any] = {"sub": str, "exp": int, "iat": int | float, "roles": list, "actions": list}
SESSION = "session:"  # before the id of a session that is denied

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_DENIALS = select(token_deny).where(token_deny.c.subject.in_(bindparam("subjects", expanding=True)))
log = structlog.get_logger(__name__)
KeyDocument = Mapping[str, Any]


class Unauthenticated(SiseError):
    """Nobody known is asking: no token, or one that is not accepted."""

    status = 401
    code = "unauthenticated"


class AccountDenied(Forbidden):
    code = "account_denied"


class KeyRing:
    """Keeps identity's public keys: fresh for ten minutes, the stale ones while identity does not answer.

    An unknown key id causes a new look at most once a minute, so that made-up ids cannot flood identity.
    """

    def __init__(self, fetch: Callable[[], KeyDocument]) -> None:
        self._fetch = fetch
        self._keys: KeySet | None = None
        self._asked_at = self._fresh_until = _LONG_AGO
        self._lock = threading.Lock()

    def key(self, key_id: str, *, now: datetime) -> Key:
        """Return the key named ``key_id``; raises ``Unauthenticated`` or, before any answer, ``Unavailable``."""
        with self._lock:
            if now >= self._fresh_until:
                self._refresh(now)
            found = self._find(key_id)
            if found is None and now - self._asked_at >= REFETCH_AT_MOST_EVERY:
                self._refresh(now)
                found = self._find(key_id)
        if found is None:
            raise Unauthenticated("The token is signed with an unknown key: sign in again.")
        return found

    def _find(self, key_id: str) -> Key | None:
        return next((key for key in self._keys or () if key.kid == key_id), None)

    def _refresh(self, now: datetime) -> None:
        self._asked_at = now
        self._fresh_until = now + REFETCH_AT_MOST_EVERY
        try:
            self._keys = KeySet.import_key_set(cast(Any, self._fetch()))
            self._fresh_until = now + KEYS_FRESH_FOR
        except (requests.RequestException, SiseError, JoseError, ValueError) as problem:
            if self._keys is None:
                self._fresh_until = _LONG_AGO
                raise Unavailable("Signing keys cannot be read now: try again in a moment.") from problem
            log.warning("signing keys are stale", problem=str(problem))


def fetch_keys(identity_url: str) -> KeyDocument:
    """Return identity's JWK set, read over HTTP."""
    answer = requests.get(f"{identity_url}/api/v1/oauth/jwks", timeout=(2, 5), allow_redirects=False)
    answer.raise_for_status()
    return cast(KeyDocument, answer.json())


def sign_token(claims: Mapping[str, Any], key: Key, *, now: datetime, lifetime: timedelta) -> str:
    """Return a signed access token with ``claims``; ``key`` is a private Ed25519 key with its key id."""
    registered = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now.timestamp(),  # exact, so that a token from just before a denial is known as such
        "exp": int((now + lifetime).timestamp()),
    }
    header = {"typ": TOKEN_TYPE, "alg": ALGORITHMS[0], "kid": key.kid}
    return jwt.encode(header, {**claims, **registered}, key, algorithms=ALGORITHMS)


def verify_token(token: str, keys: KeyRing, *, now: datetime) -> Principal:
    """Return whom ``token`` speaks for; raises ``Unauthenticated`` for anything but a valid access token."""
    try:
        decoded = jwt.decode(token, lambda header: _key_of(header, keys, now), algorithms=ALGORITHMS)
    except (JoseError, ValueError) as problem:
        raise Unauthenticated("The token cannot be verified: sign in again.") from problem
    _check_claims(decoded.header, decoded.claims, now)
    return from_claims(decoded.claims, at=now)


def _key_of(header: Any, keys: KeyRing, now: datetime) -> Key:
    key_id = header.headers().get("kid")
    if not isinstance(key_id, str):
        raise Unauthenticated("The token names no key: sign in again.")
    return keys.key(key_id, now=now)


def _check_claims(header: Mapping[str, Any], claims: Mapping[str, Any], now: datetime) -> None:
    is_ours = (
        header.get("typ") == TOKEN_TYPE
        and claims.get("iss") == ISSUER
        and claims.get("aud") == AUDIENCE
        and all(isinstance(claims.get(name), shape) for name, shape in CLAIM_SHAPES.items())
    )
    if not is_ours:
        raise Unauthenticated("The token was not made for this system: sign in again.")
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    if claims["exp"] + leeway <= moment:
        raise Unauthenticated("The token has expired: renew it or sign in again.")
    if claims["iat"] - leeway > moment:
        raise Unauthenticated("The token is from the future: check the clocks.")


def refuse_denied(session: Session, principal: Principal) -> None:
    """Raise ``AccountDenied`` when the account or its agency is disabled, or the token is older than its return.

    Raises ``Unauthenticated`` when the token's session was ended.
    """
    own = f"{SESSION}{principal.session_id}"
    for denial in session.execute(_DENIALS, {"subjects": [principal.subject, principal.agency_id, own]}):
        if denial.subject == own:
            raise Unauthenticated("The session has ended: sign in again.")
        if denial.lifted_at is None or principal.issued_at < denial.lifted_at:
            raise AccountDenied("This account has been disabled: ask your administrator.")
