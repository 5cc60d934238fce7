"""Keys for separate uses, all derived from the one secret of the installation (HKDF, RFC 5869)."""

from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return the 32-byte key of ``purpose``; different purposes never share a key."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def key_id(key: bytes) -> str:
    """Return a short public name of ``key``: eight hexadecimal digits that do not reveal it."""
    return sha256(b"sise key id:" + key).hexdigest()[:8]
