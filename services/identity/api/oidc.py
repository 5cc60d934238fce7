"""Signing in with the account of another house (OpenID Connect Core 1.0): off unless a provider is set.

The provider is asked between two short transactions, never inside one.
"""

from collections.abc import Mapping
from typing import Any, cast

import requests
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity import use_cases
from services.identity.api.sessions import auth, origin
from services.identity.domain.signing_in import (
    ID_TOKEN_ALGORITHMS,
    OidcOff,
    ProviderIdentity,
    ProviderRefused,
    check_provider_url,
)
from services.identity.schemas.accounts import OidcBegin, OidcBegun, OidcFinish, OidcState, Tokens
from services.identity.settings import Settings
from shared.errors import Unavailable
from shared.http import now
from shared.http.access import Access, marked
from shared.http.chassis import chassis
from shared.security import audit

EXTENSION = "sise_oidc"
PATIENCE = (3.0, 10.0)
DISCOVERY = "/.well-known/openid-configuration"


class Provider:
    """The provider that the settings name; what it says of itself is read once, its keys when one is unknown."""

    def __init__(self, settings: Settings) -> None:
        self.issuer, self.client_id = settings.oidc_issuer, settings.oidc_client_id
        self.identity = ProviderIdentity(self.issuer, self.client_id, settings.oidc_username_claim)
        self._secret = settings.oidc_client_secret
        self._document: Mapping[str, Any] = {}
        self._keys: KeySet | None = None

    @property
    def authorization_endpoint(self) -> str:
        return str(self._known()["authorization_endpoint"])

    def claims_of(self, code: str, *, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """Exchange the code and return the claims of the ID token, its signature verified.

        Raises ``ProviderRefused``, ``Unavailable``.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        endpoint = check_provider_url(str(self._known()["token_endpoint"]))
        try:
            answer = requests.post(
                endpoint, data=form, auth=(self.client_id, self._secret), timeout=PATIENCE, allow_redirects=False
            )
            token = answer.json().get("id_token") if answer.ok else None
        except requests.RequestException as problem:
            raise Unavailable("The provider does not answer: try again, or use your password.") from problem
        if not isinstance(token, str):
            raise ProviderRefused("The provider did not accept the sign-in: begin again.")
        return self._verified(token)

    def _verified(self, token: str) -> Mapping[str, Any]:
        for is_last in (False, True):
            if self._keys is None or is_last:
                self._keys = KeySet.import_key_set(cast(Any, self._read(str(self._known()["jwks_uri"]))))
            try:
                return jwt.decode(token, self._keys, algorithms=list(ID_TOKEN_ALGORITHMS)).claims
            except (JoseError, ValueError) as problem:
                if is_last:
                    raise ProviderRefused("The provider's answer cannot be verified: begin again.") from problem
        raise AssertionError("unreachable")

    def _known(self) -> Mapping[str, Any]:
        if not self._document:
            document = self._read(self.issuer.rstrip("/") + DISCOVERY)
            if document.get("issuer") != self.issuer:
                raise ProviderRefused("The provider names another issuer than the setting: correct SISE_OIDC_ISSUER.")
            self._document = document
        return self._document

    def _read(self, url: str) -> Mapping[str, Any]:
        try:
            answer = requests.get(check_provider_url(url), timeout=PATIENCE, allow_redirects=False)
            answer.raise_for_status()
            return cast(Mapping[str, Any], answer.json())
        except requests.RequestException as problem:
            raise Unavailable("The provider does not answer: try again, or use your password.") from problem


@auth.route("/oidc", methods=["GET"])
@auth.response(200, OidcState)
def oidc_state() -> Any:
    return {"is_enabled": EXTENSION in current_app.extensions}


@auth.route("/oidc/begin", methods=["POST"])
@auth.arguments(OidcBegin)
@auth.response(200, OidcBegun)
def begin_oidc(body: dict[str, str]) -> Any:
    provider = _provider()
    endpoint = provider.authorization_endpoint
    with chassis().database.transaction() as session:
        begun = use_cases.begin_flow(session, redirect_uri=body["redirect_uri"], now=now())
    return {"flow": begun.flow, "address": begun.address(endpoint, client_id=provider.client_id)}


@auth.route("/oidc/finish", methods=["POST"])
@auth.arguments(OidcFinish)
@auth.response(200, Tokens)
def finish_oidc(body: dict[str, str]) -> Any:
    provider = _provider()
    with chassis().database.transaction() as session:
        held = use_cases.take_flow(session, flow=body["flow"], state=body["state"], now=now())
    claims = provider.claims_of(body["code"], verifier=held.verifier, redirect_uri=held.redirect_uri)
    with chassis().database.transaction() as session:
        signed_in, account_id = use_cases.sign_in_by_provider(
            session, claims, provider=provider.identity, nonce=held.nonce, origin=origin(), now=now()
        )
        fact = audit.AuditFact(subject=account_id, action="auth.oidc", entity=f"account:{account_id}")
        audit.record(session, fact, now=now())
    return signed_in


def _provider() -> Provider:
    provider: Provider | None = current_app.extensions.get(EXTENSION)
    if provider is None:
        raise OidcOff("No provider is set: sign in with user name and password.")
    return provider


for _view in (oidc_state, begin_oidc, finish_oidc):
    marked(_view, Access("public"))
