from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.errors import Unavailable
from shared.security.tokens import KeyRing, Unauthenticated, verify_token
from tests.support.callers import Signer

NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
CLAIMS = {"sub": "s", "iss": "sise-identity", "aud": "sise-api", "roles": [], "actions": []}
TIMES = {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 600}
HEADER = {"typ": "at+jwt", "alg": "Ed25519", "kid": "test"}


@pytest.fixture
def signer() -> Signer:
    return Signer()


def made(signer: Signer, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    content = {name: value for name, value in {**CLAIMS, **TIMES, **claims}.items() if value is not None}
    return jwt.encode({**HEADER, **(header or {})}, content, signer.key, algorithms=["Ed25519"])


class TestVerifying:
    def test_returns_whom_the_token_speaks_for(self, signer: Signer) -> None:
        token = signer.token("lin", actions=["map:read"], at=NOW, divisions=["331002"], enterprise_id="e1")
        principal = verify_token(token, signer.key_ring(), now=NOW)
        assert (principal.subject, principal.divisions, principal.enterprise_id) == ("lin", ("331002",), "e1")
        assert (principal.may("map:read"), principal.may("map:write"), principal.at) == (True, False, NOW)

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "other"},
            {"aud": "other"},
            {"aud": ["sise-api", "other"]},
            {"sub": None},
            {"sub": 7},
            {"exp": None},
            {"exp": "tomorrow"},
            {"exp": TIMES["iat"] - 5},
            {"iat": TIMES["iat"] + 60},
            {"actions": "map:read"},
        ],
    )
    def test_refuses_wrong_claims(self, signer: Signer, claims: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            verify_token(made(signer, **claims), signer.key_ring(), now=NOW)

    @pytest.mark.parametrize("header", [{"typ": "JWT"}, {"kid": "other"}])
    def test_refuses_another_type_and_an_unknown_key(self, signer: Signer, header: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            verify_token(made(signer, header=header), signer.key_ring(), now=NOW)

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "🙂", "." * 3, "e30.e30."])
    def test_refuses_what_is_no_token(self, signer: Signer, text: str) -> None:
        with pytest.raises(Unauthenticated):
            verify_token(text, signer.key_ring(), now=NOW)

    def test_refuses_a_token_without_a_key_id(self, signer: Signer) -> None:
        header = {"typ": "at+jwt", "alg": "Ed25519"}
        token = jwt.encode(header, {**CLAIMS, **TIMES}, signer.key, algorithms=["Ed25519"])
        with pytest.raises(Unauthenticated):
            verify_token(token, signer.key_ring(), now=NOW)

    def test_refuses_a_shared_secret_made_of_the_public_key(self, signer: Signer) -> None:
        secret = OctKey.import_key(signer.key.public_key.public_bytes_raw())
        token = jwt.encode({**HEADER, "alg": "HS256"}, {**CLAIMS, **TIMES}, secret, algorithms=["HS256"])
        with pytest.raises(Unauthenticated):
            verify_token(token, signer.key_ring(), now=NOW)

    def test_ignores_a_key_inside_the_token(self, signer: Signer) -> None:
        own = OKPKey.generate_key("Ed25519", private=True)
        header = {**HEADER, "jwk": own.as_dict(private=False)}
        token = jwt.encode(header, {**CLAIMS, **TIMES}, own, algorithms=["Ed25519"])
        with pytest.raises(Unauthenticated):
            verify_token(token, signer.key_ring(), now=NOW)


class Identity:
    """Answers for keys, counts the questions, can be away."""

    def __init__(self, signer: Signer) -> None:
        self.asked = 0
        self.is_away = False
        self.signer = signer

    def keys(self) -> dict[str, Any]:
        self.asked += 1
        if self.is_away:
            raise Unavailable("away")
        return {"keys": [self.signer.key.as_dict(private=False)]}


class TestKeyRing:
    @pytest.fixture
    def identity(self, signer: Signer) -> Identity:
        return Identity(signer)

    def test_asks_once_in_ten_minutes(self, identity: Identity) -> None:
        ring = KeyRing(identity.keys)
        for minutes in (0, 5, 9.9, 10):
            ring.key("test", now=NOW + timedelta(minutes=minutes))
        assert identity.asked == 2

    def test_uses_stale_keys_while_identity_is_away(self, identity: Identity) -> None:
        ring = KeyRing(identity.keys)
        ring.key("test", now=NOW)
        identity.is_away = True
        assert ring.key("test", now=NOW + timedelta(hours=3)).kid == "test"

    def test_asks_for_an_unknown_key_at_most_once_a_minute(self, identity: Identity) -> None:
        ring = KeyRing(identity.keys)
        ring.key("test", now=NOW)
        for seconds in (1, 61, 62, 63):
            with pytest.raises(Unauthenticated):
                ring.key("made up", now=NOW + timedelta(seconds=seconds))
        assert identity.asked == 2

    def test_is_unavailable_before_the_first_answer_and_recovers(self, identity: Identity) -> None:
        ring, identity.is_away = KeyRing(identity.keys), True
        with pytest.raises(Unavailable):
            ring.key("test", now=NOW)
        identity.is_away = False
        assert ring.key("test", now=NOW).kid == "test"
