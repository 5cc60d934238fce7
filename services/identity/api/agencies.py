"""Clients of other agencies, their grants, and the token endpoint for them."""

from typing import Any
from urllib.parse import unquote_plus

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.api.sessions import oauth
from services.identity.domain.agencies import TokenRefused
from services.identity.queries import agencies as queries
from services.identity.schemas.agencies import (
    Client,
    ClientPage,
    ClientSecret,
    ClientToken,
    GrantableList,
    GrantPage,
    NewClient,
    NewGrant,
    NewSecret,
)
from services.identity.tables import agency_grant, client
from shared.http import Blueprint, PageQuery, now, page, principal, public_writes, reads, writes
from shared.security.rates import take_token

TRIES_AT_ONCE = 60
TRIES_PER_SECOND = 1.0
GRANT_TYPE = "client_credentials"

blp = Blueprint("agencies", __name__, url_prefix="/api/v1/identity", description="Clients of other agencies")


@oauth.route("/token", methods=["POST"])
@public_writes()
@oauth.response(200, ClientToken)
def issue_token(session: Session) -> Any:
    """Client credentials (RFC 6749 §4.4), by ``client_secret_basic`` or ``client_secret_post``."""
    bucket = f"token:{request.remote_addr}"
    take_token(session, bucket, capacity=TRIES_AT_ONCE, per_second=TRIES_PER_SECOND, now=now())
    if request.form.get("grant_type") != GRANT_TYPE:
        raise TokenRefused("unsupported_grant_type", f"Send grant_type={GRANT_TYPE} as a form.")
    client_id, secret = _credentials()
    scope = request.form.get("scope", "")
    return use_cases.issue_client_token(session, client_id=client_id, secret=secret, scope=scope, now=now())


@oauth.errorhandler(TokenRefused)
def refused(error: TokenRefused) -> Response:
    """Answer in the words of RFC 6749 §5.2, which clients of that standard understand."""
    response = jsonify({"error": error.error, "error_description": error.detail})
    response.status_code = error.status
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="sise"'
    return response


@blp.route("/clients", methods=["GET"])
@reads("client:read")
@blp.arguments(PageQuery, location="query")
@blp.response(200, ClientPage)
def list_clients(session: Session, query: dict[str, Any]) -> Any:
    rows, following = page(session, queries.clients(), key=[client.c.name], **query)
    return {"items": queries.with_grants(session, rows, now=now()), "next_cursor": following}


@blp.route("/clients", methods=["POST"])
@writes("client:write")
@blp.arguments(NewClient)
@blp.response(201, ClientSecret)
def register_client(session: Session, body: dict[str, str]) -> Any:
    client_id, secret = use_cases.register_client(session, name=body["name"], now=now())
    return {"client_id": client_id, "client_secret": secret}


@blp.route("/clients/<id:client_id>", methods=["GET"])
@reads("client:read")
@blp.response(200, Client)
def get_client(session: Session, client_id: str) -> Any:
    return _current(session, client_id)


@blp.route("/clients/<id:client_id>/secrets", methods=["POST"])
@writes("client:write")
@blp.arguments(NewSecret)
@blp.response(201, ClientSecret)
def rotate_secret(session: Session, body: dict[str, int], client_id: str) -> Any:
    found = use_cases.client_for_change(session, client_id)
    secret = use_cases.rotate_secret(session, found, overlap_days=body["overlap_days"], now=now())
    return {"client_id": client_id, "client_secret": secret}


@blp.route("/clients/<id:client_id>/disable", methods=["POST"])
@writes("client:write")
@blp.response(200, Client)
def disable_client(session: Session, client_id: str) -> Any:
    use_cases.switch_client(session, use_cases.client_for_change(session, client_id), is_enabled=False, now=now())
    return _current(session, client_id)


@blp.route("/clients/<id:client_id>/enable", methods=["POST"])
@writes("client:write")
@blp.response(200, Client)
def enable_client(session: Session, client_id: str) -> Any:
    use_cases.switch_client(session, use_cases.client_for_change(session, client_id), is_enabled=True, now=now())
    return _current(session, client_id)


@blp.route("/clients/<id:client_id>/grants/<action>", methods=["PUT"])
@writes("client:write")
@blp.arguments(NewGrant)
@blp.response(200, Client)
def put_grant(session: Session, body: dict[str, Any], client_id: str, action: str) -> Any:
    found = use_cases.client_for_change(session, client_id)
    use_cases.put_grant(session, found, {**body, "action": action}, giver=principal(), now=now())
    return _current(session, client_id)


@blp.route("/clients/<id:client_id>/grants/<action>", methods=["DELETE"])
@writes("client:write")
@blp.response(200, Client)
def withdraw_grant(session: Session, client_id: str, action: str) -> Any:
    use_cases.withdraw_grant(session, use_cases.client_for_change(session, client_id), action, now=now())
    return _current(session, client_id)


@blp.route("/grants", methods=["GET"])
@reads("client:read")
@blp.arguments(PageQuery, location="query")
@blp.response(200, GrantPage)
def list_grants(session: Session, query: dict[str, Any]) -> Any:
    rows, following = page(session, queries.grants(), key=[agency_grant.c.id], **query)
    return {"items": rows, "next_cursor": following}


@blp.route("/grants/possible", methods=["GET"])
@reads("client:read")
@blp.response(200, GrantableList)
def list_grantable(session: Session) -> Any:
    return {"items": queries.all_grantable()}


def _current(session: Session, client_id: str) -> Any:
    return queries.with_grants(session, [queries.client_by_id(session, client_id)], now=now())[0]


def _credentials() -> tuple[str, str]:
    """Return id and secret of the client from header or body, never from both (RFC 6749 §2.3)."""
    given = request.authorization
    in_body = "client_secret" in request.form
    if given is not None and given.type == "basic" and given.username and not in_body:
        return unquote_plus(given.username), unquote_plus(given.password or "")
    if in_body and given is None:
        return request.form.get("client_id", ""), request.form["client_secret"]
    raise TokenRefused("invalid_client", "Send client_id and client_secret either as HTTP Basic or in the form.")
