"""Callers for tests of routes: real tokens, signed with a key that the application under test trusts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from shared.http.chassis import EXTENSION
from shared.security.tokens import KeyRing, sign_token
from shared.settings import ServiceSettings

SECRET = bytes(range(32))


@dataclass(frozen=True)
class Signer:
    """Stands in for identity: signs tokens and hands out its public key."""

    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": "test"}, private=True))

    def key_ring(self) -> KeyRing:
        """Return a key ring that knows the signer's public key."""
        return KeyRing(lambda: {"keys": [self.key.as_dict(private=False)]})

    def token(
        self, subject: str = "tester", *, actions: Iterable[str] = (), at: datetime | None = None, **claims: Any
    ) -> str:
        """Return an access token of ten minutes, made at ``at`` (now)."""
        content = {"sub": subject, "roles": [], "actions": sorted(actions), **claims}
        moment = at or datetime.now(UTC)
        return sign_token(content, self.key, now=moment, lifetime=timedelta(minutes=10))

    def client(self, app: Flask, *, actions: Iterable[str] = (), **claims: Any) -> FlaskClient:
        """Return a test client of ``app`` that sends such a token with every request."""
        trust(app, self)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token(actions=actions, **claims)}"
        return client


def trust(app: Flask, signer: Signer) -> None:
    """Let ``app`` accept the tokens of ``signer`` instead of asking identity for keys."""
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], keys=signer.key_ring())


def service_settings(kind: type[Any] = ServiceSettings, *, home: Path, **changes: Any) -> Any:
    """Return settings of kind ``kind`` for a test: everything below ``home``, embedded bus."""
    values: dict[str, Any] = {
        "service": "registry",
        "home": home,
        "database_url": f"sqlite:///{home}/test.db",
        "bus_url": "embedded:",
        "service_urls": {"identity": "http://127.0.0.1:9"},
        "secret_key": SECRET,
        "public_url": "",
        "allowed_hosts": ("127.0.0.1", "localhost"),
        "is_demo": False,
        "log_level": "INFO",
        "keep_event_log": timedelta(days=14),
        "keep_inbox": timedelta(days=30),
    }
    return kind(**(values | changes))
