"""Keys for separate uses, all derived from the one secret of the installation (HKDF, RFC 5869)."""

from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from shared.database import Database

KEY_BYTES = 32
_CARRIED_AS = "installation key"


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return the 32-byte key of ``purpose``; different purposes never share a key."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def key_id(key: bytes) -> str:
    """Return a short public name of ``key``: eight hexadecimal digits that do not reveal it."""
    return sha256(b"sise key id:" + key).hexdigest()[:8]


def entrust(database: Database, secret: bytes) -> None:
    """Let every session of ``database`` in this process carry the installation's secret (see ``secret_of``)."""
    database.session_info[_CARRIED_AS] = secret


def secret_of(session: Session) -> bytes:
    """Return the secret that the process was started with; entry points entrust it to their database."""
    secret: bytes = session.info[_CARRIED_AS]
    return secret
