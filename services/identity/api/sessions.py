"""Signing in, renewing, signing out; the public keys."""

from typing import Any, cast

from flask import request
from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.domain.signing_in import Origin
from services.identity.queries import accounts as queries
from services.identity.schemas.accounts import Credentials, KeySet, RefreshToken, Tokens
from services.identity.settings import Settings
from shared.http import Blueprint, now, public_reads, public_writes
from shared.http.chassis import chassis
from shared.security.rates import take_token

MINUTE = 60
LONGEST_NAME_OF_A_DEVICE = 300

auth = Blueprint("auth", __name__, url_prefix="/api/v1/auth", description="Sessions")
oauth = Blueprint("oauth", __name__, url_prefix="/api/v1/oauth", description="Keys")


@auth.route("/login", methods=["POST"])
@public_writes()
@auth.arguments(Credentials)
@auth.response(200, Tokens)
def login(session: Session, body: dict[str, str]) -> Any:
    bucket, limit = f"sign-in:{request.remote_addr}", cast(Settings, chassis().settings).sign_ins_per_minute
    take_token(session, bucket, capacity=limit, per_second=limit / MINUTE, now=now())
    return use_cases.sign_in(session, **body, origin=origin(), now=now())


@auth.route("/refresh", methods=["POST"])
@public_writes()
@auth.arguments(RefreshToken)
@auth.response(200, Tokens)
def refresh(session: Session, body: dict[str, str]) -> Any:
    return use_cases.renew_session(session, body["refresh_token"], now=now())


@auth.route("/logout", methods=["POST"])
@public_writes()
@auth.arguments(RefreshToken)
@auth.response(204)
def logout(session: Session, body: dict[str, str]) -> Any:
    use_cases.end_session(session, body["refresh_token"], now=now())
    return ""


@oauth.route("/jwks", methods=["GET"])
@public_reads()
@oauth.response(200, KeySet)
def jwks(session: Session) -> Any:
    return queries.published_keys(session), 200, {"Cache-Control": "public, max-age=300"}


def origin() -> Origin:
    """Return from where the running request comes, as it says itself."""
    return Origin(request.user_agent.string[:LONGEST_NAME_OF_A_DEVICE], request.remote_addr or "")
