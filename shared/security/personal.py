"""Personal data: encrypted at rest, found by blind index, masked on display (PIPL Art. 51, GB/T 35273-2020)."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from shared.errors import SiseError
from shared.security.keys import derive_key, key_id, secret_of

NONCE_BYTES = 12
MASK = "*"


class CannotDecrypt(SiseError):
    """The stored text was changed, moved to another field, or its key is missing: never expected."""

    code = "cannot_decrypt"


class Vault:
    """Encrypts single fields with AES-256-GCM; the first secret encrypts, older ones still decrypt.

    ``field`` (``person.phone``) is bound into the cipher text, so that it cannot be moved to another field.
    """

    def __init__(self, secret: bytes, *, older: Sequence[bytes] = ()) -> None:
        keys = [derive_key(each, "personal data") for each in (secret, *older)]
        self._keys = {key_id(key): key for key in keys}
        self._current = key_id(keys[0])
        self._index_key = derive_key(secret, "blind index")

    def encrypt(self, text: str, *, field: str) -> str:
        """Return ``<key id>.<base64 of nonce and cipher text>``; equal texts give different results."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, text.encode(), field.encode())
        return f"{self._current}.{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, sealed: str, *, field: str) -> str:
        """Return the text that ``encrypt`` sealed for ``field``; raises ``CannotDecrypt``."""
        name, _, content = sealed.partition(".")
        try:
            raw = base64.b64decode(content, validate=True)
            cipher = AESGCM(self._keys[name])
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], field.encode()).decode()
        except (KeyError, ValueError, InvalidTag) as problem:
            raise CannotDecrypt(f"A stored {field} cannot be decrypted.", field=field) from problem

    def blind_index(self, text: str, *, field: str) -> str:
        """Return a keyed digest by which an equal text of the same field is found without decrypting."""
        return hmac.new(self._index_key, f"{field}\0{text}".encode(), sha256).hexdigest()


def vault_of(session: Session) -> Vault:
    """Return the vault of the running process."""
    return _vault(secret_of(session))


@cache
def _vault(secret: bytes) -> Vault:
    return Vault(secret)


def mask_phone(phone: str) -> str:
    """Return the first three and last four digits: ``138****8000``."""
    return _keep(phone, first=3, last=4)


def mask_identity_card(number: str) -> str:
    """Return the first and the last character only, the strict form: ``1****************X``."""
    return _keep(number, first=1, last=1)


def mask_name(name: str) -> str:
    """Return the first character and stars: ``王*``, ``王**``."""
    return _keep(name, first=1, last=0)


def _keep(text: str, *, first: int, last: int) -> str:
    hidden = len(text) - first - last
    if hidden < 1:
        return MASK * len(text)
    return text[:first] + MASK * hidden + text[len(text) - last :]
