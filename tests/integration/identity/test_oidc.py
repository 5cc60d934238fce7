"""Signing in by a small OpenID provider that runs in the test on loopback."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import update

from services.identity.app import create_app
from services.identity.settings import Settings, from_env
from services.identity.tables import account
from shared.database import Database
from shared.settings import BadSettings
from tests.integration.identity.conftest import CHEAP, PASSWORD
from tests.support.callers import service_settings
from tests.support.serving import serving

BACK = "https://sise.example/sign-in/oidc/return"
CLIENT, SECRET = "sise", "a secret of the provider"
OIDC = "/api/v1/auth/oidc"


@dataclass
class Provider:
    """Gives a code to whoever asks, and an ID token for it to who knows secret and verifier; ``spoil`` changes it."""

    url: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "p1"}, private=True))
    asked: dict[str, str] = field(default_factory=dict)
    spoil: dict[str, Any] = field(default_factory=dict)
    username: str = "lin"

    def app(self) -> Flask:
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.discovery)
        app.add_url_rule("/keys", view_func=self.keys)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        return app

    def discovery(self) -> Any:
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return jsonify(issuer=self.url, **{name: self.url + path for name, path in ends.items()})

    def keys(self) -> Any:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def token(self) -> Any:
        form, given = request.form, request.authorization
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        is_right = (
            given is not None
            and (given.username, given.password) == (CLIENT, SECRET)
            and challenge == self.asked["code_challenge"]
            and (form["code"], form["redirect_uri"]) == ("code-1", self.asked["redirect_uri"])
        )
        return jsonify(id_token=self.id_token()) if is_right else (jsonify(error="invalid_grant"), 400)

    def id_token(self) -> str:
        moment = int(datetime.now(UTC).timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "77", "nonce": self.asked["nonce"], "iat": moment}
        content = {**claims, "exp": moment + 300, "preferred_username": self.username, **self.spoil}
        signer = self.spoil.pop("_key", self.key)
        return jwt.encode({"alg": "ES256", "kid": "p1"}, content, signer, algorithms=["ES256"])


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    with serving(running.app()) as url:
        running.url = url
        yield running


@pytest.fixture
def client(provider: Provider, database: Database, tmp_path: Path, make_account: Callable[..., str]) -> FlaskClient:
    """Return a client of identity with the provider set, and an account `lin`."""
    settings = service_settings(
        Settings,
        home=tmp_path,
        service="identity",
        database_url=database.url,
        district="331002",
        admin_password=PASSWORD,
        password_hashing=CHEAP,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    make_account("lin")
    return create_app(settings).test_client()


def begin(client: FlaskClient, provider: Provider) -> dict[str, str]:
    """Begin a sign-in and let the provider see what the browser brings; return what comes back from there."""
    begun = client.post(f"{OIDC}/begin", json={"redirect_uri": BACK}).json
    address = urlsplit(begun["address"])
    provider.asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.url}/authorize"
    return {"flow": begun["flow"], "state": provider.asked["state"], "code": "code-1"}


class TestSigningIn:
    def test_opens_a_session_of_the_account_with_that_user_name(self, client: FlaskClient, provider: Provider) -> None:
        answer = client.post(f"{OIDC}/finish", json=begin(client, provider))
        profile = client.get(
            "/api/v1/identity/me", headers={"Authorization": f"Bearer {answer.json['access_token']}"}
        ).json
        assert (answer.status_code, profile["username"]) == (200, "lin")

    def test_sends_pkce_state_and_nonce(self, client: FlaskClient, provider: Provider) -> None:
        begin(client, provider)
        assert provider.asked["code_challenge_method"] == "S256"
        assert len({provider.asked[name] for name in ("state", "nonce", "code_challenge")}) == 3
        assert provider.asked["scope"].split()[0] == "openid"

    def test_knows_a_person_by_the_subject_from_then_on(
        self, client: FlaskClient, provider: Provider, make_account: Callable[..., str]
    ) -> None:
        make_account("other")
        names = []
        for provider.username in ("lin", "other"):
            token = client.post(f"{OIDC}/finish", json=begin(client, provider)).json["access_token"]
            own = client.get("/api/v1/identity/me", headers={"Authorization": f"Bearer {token}"}).json
            names.append(own["username"])
        assert names == ["lin", "lin"]

    @pytest.mark.parametrize("username", ["nobody", ""])
    def test_makes_nobody_an_account(
        self, client: FlaskClient, provider: Provider, database: Database, username: str
    ) -> None:
        provider.username = username
        assert client.post(f"{OIDC}/finish", json=begin(client, provider)).json["code"] == "provider_refused"

    def test_never_moves_an_account_to_another_subject(self, client: FlaskClient, provider: Provider) -> None:
        client.post(f"{OIDC}/finish", json=begin(client, provider))
        provider.spoil = {"sub": "78"}
        assert client.post(f"{OIDC}/finish", json=begin(client, provider)).status_code == 401


class TestForgery:
    @pytest.mark.parametrize(
        "spoil",
        [
            {"iss": "https://other.example"},
            {"aud": "other"},
            {"aud": [CLIENT, "other"]},
            {"nonce": "other"},
            {"exp": 1},
            {"iat": 4_000_000_000},
            {"sub": ""},
            {"exp": "soon"},
            {"_key": ECKey.generate_key("P-256", {"kid": "p1"}, private=True)},
        ],
        ids=lambda spoil: "-".join(spoil),
    )
    def test_of_an_id_token_is_refused_oidc_core_3137(
        self, client: FlaskClient, provider: Provider, spoil: dict[str, Any]
    ) -> None:
        coming = begin(client, provider)
        provider.spoil = dict(spoil)
        answer = client.post(f"{OIDC}/finish", json=coming)
        assert (answer.status_code, answer.json["code"]) == (401, "provider_refused")

    @pytest.mark.parametrize("changed", ["flow", "state", "code"])
    def test_of_what_comes_back_is_refused(self, client: FlaskClient, provider: Provider, changed: str) -> None:
        answer = client.post(f"{OIDC}/finish", json={**begin(client, provider), changed: "other"})
        assert (answer.status_code, answer.json["code"]) == (401, "provider_refused")

    def test_by_coming_back_twice_is_refused(self, client: FlaskClient, provider: Provider) -> None:
        coming = begin(client, provider)
        answers = [client.post(f"{OIDC}/finish", json=coming).status_code for _ in range(2)]
        assert answers == [200, 401]


class TestAccount:
    def test_that_is_shut_stays_shut(self, client: FlaskClient, provider: Provider, database: Database) -> None:
        with database.transaction() as session:
            session.execute(update(account).where(account.c.username == "lin").values(is_enabled=False))
        assert client.post(f"{OIDC}/finish", json=begin(client, provider)).json["code"] == "provider_refused"


class TestKeys:
    def test_are_read_again_when_the_provider_has_new_ones(self, client: FlaskClient, provider: Provider) -> None:
        client.post(f"{OIDC}/finish", json=begin(client, provider))
        provider.key = ECKey.generate_key("P-256", {"kid": "p1"}, private=True)
        assert client.post(f"{OIDC}/finish", json=begin(client, provider)).status_code == 200


class TestSwitch:
    def test_is_off_without_a_provider(self, app: Flask) -> None:
        client = app.test_client()
        answer = client.post(f"{OIDC}/begin", json={"redirect_uri": BACK})
        assert client.get(OIDC).json == {"is_enabled": False}
        assert (answer.status_code, answer.json["code"]) == (404, "oidc_off")

    def test_is_on_with_one(self, client: FlaskClient) -> None:
        assert client.get(OIDC).json == {"is_enabled": True}

    def test_needs_the_client_too(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings):
            from_env({"SISE_HOME": str(tmp_path), "SISE_OIDC_ISSUER": "https://id.example"})

    def test_says_so_when_the_provider_is_away(
        self, database: Database, tmp_path: Path, make_account: Callable[..., str]
    ) -> None:
        settings = service_settings(
            Settings,
            home=tmp_path,
            service="identity",
            database_url=database.url,
            district="331002",
            admin_password=PASSWORD,
            password_hashing=CHEAP,
            oidc_issuer="http://127.0.0.1:9",
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
        )
        answer = create_app(settings).test_client().post(f"{OIDC}/begin", json={"redirect_uri": BACK})
        assert answer.status_code == 503
