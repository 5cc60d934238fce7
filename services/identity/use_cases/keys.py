"""Signing keys: one signs, the next one is already published, so that a change is known everywhere beforehand."""

from datetime import datetime

import orjson
from joserfc.jwk import OKPKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.identity.domain.signing_in import KEY_LIFETIME, KEY_RETIREMENT
from services.identity.tables import signing_key
from shared.ids import new_id
from shared.security.personal import vault_of

CURRENT, NEXT, RETIRED = "current", "next", "retired"
FIELD = "signing key"


def ensure_signing_keys(session: Session, *, now: datetime) -> None:
    """Make the current and the next key where they are missing."""
    existing = set(session.scalars(select(signing_key.c.state).with_for_update()))
    for state in (CURRENT, NEXT):
        if state not in existing:
            _make_key(session, state, now)


def rotate_signing_key(session: Session, *, now: datetime) -> str:
    """Let the next key sign from now on, publish a new next one, and return the id of the new current key.

    The old key stays published for an hour, longer than any token that it has signed.
    """
    ensure_signing_keys(session, now=now)
    for old, new in ((CURRENT, RETIRED), (NEXT, CURRENT)):
        session.execute(update(signing_key).where(signing_key.c.state == old).values(state=new, since=now))
    _make_key(session, NEXT, now)
    return str(session.scalar(select(signing_key.c.id).where(signing_key.c.state == CURRENT)))


def is_rotation_due(session: Session, *, now: datetime) -> bool:
    """Return whether the current key has signed for 90 days."""
    since = session.scalar(select(signing_key.c.since).where(signing_key.c.state == CURRENT))
    return since is not None and now - since >= KEY_LIFETIME


def forget_retired_keys(session: Session, *, now: datetime) -> None:
    """Delete the keys that no valid token can be signed with any more."""
    is_over = (signing_key.c.state == RETIRED) & (signing_key.c.since < now - KEY_RETIREMENT)
    session.execute(delete(signing_key).where(is_over))


def current_key(session: Session, *, now: datetime) -> OKPKey:
    """Return the private key that signs; the first keys are made on first use."""
    statement = select(signing_key.c.sealed_private_key).where(signing_key.c.state == CURRENT)
    sealed = session.scalar(statement)
    if sealed is None:
        ensure_signing_keys(session, now=now)
        sealed = session.execute(statement).scalar_one()
    return OKPKey.import_key(orjson.loads(vault_of(session).decrypt(sealed, field=FIELD)))


def _make_key(session: Session, state: str, now: datetime) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": new_id(), "use": "sig", "alg": "Ed25519"}, private=True)
    private = orjson.dumps(key.as_dict(private=True)).decode()
    row = {
        "id": key.kid,
        "public_key": key.as_dict(private=False),
        "sealed_private_key": vault_of(session).encrypt(private, field=FIELD),
        "state": state,
        "since": now,
    }
    session.execute(insert(signing_key), row)
