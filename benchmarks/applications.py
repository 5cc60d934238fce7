"""The application of a service as it answers requests, without sockets and gateway, and who asks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any

from flask import Flask
from joserfc.jwk import OKPKey
from werkzeug.test import TestResponse

from benchmarks.setting import Setting
from shared.clock import Clock
from shared.database import Database, connect
from shared.database.migrate import migrate
from shared.http.chassis import EXTENSION
from shared.security.tokens import KeyRing, sign_token

LIFETIME = timedelta(minutes=10)  # of a token


@dataclass(frozen=True)
class Application:
    """A service on a database of its own, and the key that it takes for identity's."""

    flask: Flask
    key: Any

    @property
    def database(self) -> Database:
        database: Database = self.flask.extensions[EXTENSION].database
        return database

    @property
    def clock(self) -> Clock:
        clock: Clock = self.flask.extensions[EXTENSION].clock
        return clock

    def asked_by(self, claims: Mapping[str, Any]) -> Callable[..., TestResponse]:
        """Return what sends a request as who has these ``claims``: ``send(method, address, json=…)``."""
        client = self.flask.test_client()
        token = sign_token(dict(claims), self.key, now=self.clock.now(), lifetime=LIFETIME)
        headers = {"Authorization": f"Bearer {token}"}

        def send(method: str, address: str, **content: Any) -> TestResponse:
            return client.open(address, method=method, headers=headers, **content)

        return send


def environment_of(setting: Setting, service: str, url: str) -> dict[str, str]:
    """Return the settings of a service over the database at ``url``; nobody else is there."""
    home, database = str(setting.home / service), f"SISE_DATABASE_URL_{service.upper()}"
    return {"SISE_HOME": home, database: url, "SISE_URL_IDENTITY": "http://127.0.0.1:9", "SISE_DEMO": "1"}


def application(service: str, environment: Mapping[str, str]) -> Application:
    """Return a service over its database, whose tables are made where they are missing."""
    database = connect(environment[f"SISE_DATABASE_URL_{service.upper()}"])
    migrate(database, service)
    database.close()
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"}, private=True)
    settings = import_module(f"services.{service}.settings").from_env(environment)
    made = import_module(f"services.{service}.app").create_app(settings)
    ring = KeyRing(lambda: {"keys": [key.as_dict(private=False)]})
    made.extensions[EXTENSION] = replace(made.extensions[EXTENSION], keys=ring)
    return Application(made, key)
