"""The browser's session: a cookie that stands for an access token kept at the gateway.

Before any route runs, a live cookie is turned into the ``Authorization`` header of the request. Everything behind
— the chassis, the pages, the services that a request is forwarded to — knows only tokens.
"""

import hmac
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import requests
from flask import Flask, g, request
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from services.gateway.limits import take_sign_in
from services.gateway.neighbours import neighbours
from services.gateway.pages.local import local_path
from services.gateway.pages.viewer import Viewer
from services.gateway.settings import Settings
from services.gateway.use_cases import sessions
from services.gateway.use_cases.sessions import LiveSession
from shared.errors import Forbidden, SiseError, Unavailable
from shared.http.chassis import chassis, now
from shared.security.tokens import AccountDenied, Unauthenticated, refuse_denied, verify_token

COOKIE = "sise_session"
FLOW, RETURN = "sise_flow", "/sign-in/oidc"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RENEW_BEFORE_END = timedelta(seconds=90)
RENEWAL_PATIENCE = 5.0
LOOK_AGAIN_AFTER = 0.05
WITHOUT_SESSION = ("/static/", "/healthz", "/readyz", "/metrics")


class CsrfTokenInvalid(Forbidden):
    code = "csrf_token_invalid"


class SignInRefused(SiseError):
    """Identity does not accept the credentials; the sentence is its own."""

    status = 401
    code = "sign_in_refused"


def accept_sessions(app: Flask) -> None:
    """Let every route of ``app`` be called with the session cookie in the place of a token."""
    app.before_request(_attach_session)


def sign_in(username: str, password: str, *, response: Response) -> None:
    """Ask identity for tokens, begin a session and set its cookie on ``response``.

    Raises ``SignInRefused`` with identity's sentence, ``TooManyRequests``, or ``Forbidden`` when the form was sent
    by another site.
    """
    refuse_other_sites()
    take_sign_in()
    _begin(_tokens("login", {"username": username, "password": password}), response)


def has_provider() -> bool:
    """Return whether people may sign in by a provider; not while identity does not answer."""
    try:
        return bool(neighbours()["identity"].get_json("/api/v1/auth/oidc")["is_enabled"])
    except (Unavailable, requests.RequestException):
        return False


def begin_by_provider(*, redirect_uri: str, back: str) -> Response:
    """Send the browser to the provider, bound to this visit by a cookie that only the way back gets."""
    begun = _tokens("oidc/begin", {"redirect_uri": redirect_uri})
    response = redirect(begun["address"], 303)
    content = f"{begun['flow']} {back}"
    response.set_cookie(
        FLOW, content, max_age=600, httponly=True, samesite="Lax", secure=request.is_secure, path=RETURN
    )
    return response


def finish_by_provider(*, state: str, code: str) -> Response:
    """Begin a session for who comes back from the provider and go on to where the reader wanted to be.

    Raises ``SignInRefused``, ``TooManyRequests``.
    """
    take_sign_in()
    flow, _, back = request.cookies.get(FLOW, "").partition(" ")
    tokens = _tokens("oidc/finish", {"flow": flow or "-", "state": state or "-", "code": code or "-"})
    response = redirect(local_path(back or "/"), 303)
    response.delete_cookie(FLOW, path=RETURN)
    _begin(tokens, response)
    return response


def _begin(tokens: Mapping[str, Any], response: Response) -> None:
    with chassis().database.transaction() as session:
        sessions.forget_idle_sessions(session, unused_since=_idle_since())
        secret = sessions.begin_session(session, tokens, now=now())
    response.set_cookie(COOKIE, secret, httponly=True, samesite="Lax", secure=request.is_secure, path="/")


def sign_out(response: Response) -> None:
    """End the session here and at identity, and remove the cookie; without a session nothing happens."""
    current: LiveSession | None = g.get("browser_session")
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure, path="/")
    if current is None:
        return
    with chassis().database.transaction() as session:
        sessions.end_session(session, current.digest)
    neighbours()["identity"].send("POST", "/api/v1/auth/logout", json={"refresh_token": current.refresh_token})


def begin_signing(signature: Mapping[str, Any]) -> None:
    """Let the browser act as the colleague whose PIN identity answered with ``signature``, as long as that lives."""
    until = now() + timedelta(seconds=signature["expires_in"])
    with chassis().database.transaction() as session:
        sessions.begin_signing(session, g.browser_session.digest, token=signature["access_token"], until=until)


def end_signing() -> None:
    """Let the browser be that of who is signed in again."""
    with chassis().database.transaction() as session:
        sessions.end_signing(session, g.browser_session.digest)


def refuse_other_sites() -> None:
    """Raise ``Forbidden`` when a browser says that another site has sent the request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise CsrfTokenInvalid("This form was sent by another site: open the page again and repeat.")


def _attach_session() -> None:
    secret = request.cookies.get(COOKIE, "")
    if not secret or "Authorization" in request.headers or request.path.startswith(WITHOUT_SESSION):
        return
    current = _live(secret)
    if current is None:
        return
    if request.method not in SAFE_METHODS:
        _require_csrf_token(current)
    is_superseded = _is_superseded(current.access_token)
    if is_superseded or current.expires_at - now() < RENEW_BEFORE_END:
        current = _renewed(secret, current, is_usable=not is_superseded)
    if current is None:
        return
    g.browser_session = current
    token = _signer(current) or current.access_token
    request.environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    if not request.path.startswith("/api/"):
        g.viewer = _viewer(current, token)


def _live(secret: str) -> LiveSession | None:
    with chassis().database.reading() as session:
        found = sessions.live_session(session, secret, used_after=_idle_since())
    if found and now() - found.used_at > sessions.NOTED_EVERY:
        with chassis().database.transaction() as session:
            sessions.note_use(session, found.digest, now=now())
    return found


def _idle_since() -> datetime:
    settings = cast(Settings, chassis().settings)
    return now() - timedelta(minutes=settings.session_idle_minutes)


def _require_csrf_token(current: LiveSession) -> None:
    """API calls send the token in the header, so that an upload need not be read to find it; forms may carry it."""
    given = request.headers.get(CSRF_HEADER, "")
    if not given and not request.path.startswith("/api/"):
        given = request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(given.encode(), current.csrf_token.encode()):
        raise CsrfTokenInvalid(f"Send the page's CSRF token in the header {CSRF_HEADER}: reload the page.")


def _signer(current: LiveSession) -> str:
    """Return the token of who signs here by PIN, while it counts."""
    is_live = current.signer_until is not None and now() < current.signer_until
    return current.signer_token if is_live and not _is_superseded(current.signer_token) else ""


def _is_superseded(token: str) -> bool:
    """Return whether a token counts no more because the rights behind it have changed, or its account is shut."""
    try:
        someone = verify_token(token, chassis().keys, now=now())
        with chassis().database.reading() as session:
            refuse_denied(session, someone)
    except (AccountDenied, Unauthenticated):
        return True
    return False


def _renewed(secret: str, current: LiveSession, *, is_usable: bool) -> LiveSession | None:
    """Return the session with fresh tokens; ``None`` when identity has ended it."""
    with chassis().database.transaction() as session:
        is_mine = sessions.claim_renewal(session, current, now=chassis().clock.now())
    if is_mine:
        return _renew(secret, current)
    return current if is_usable and current.expires_at > now() else _renewed_by_another(secret, current)


def _renew(secret: str, current: LiveSession) -> LiveSession | None:
    try:
        tokens = _tokens("refresh", {"refresh_token": current.refresh_token})
    except SignInRefused:
        with chassis().database.transaction() as session:
            sessions.end_session(session, current.digest)
        return None
    except Unavailable:
        if current.expires_at > now():
            return current
        raise
    with chassis().database.transaction() as session:
        sessions.renew_session(session, current.digest, tokens=tokens, now=chassis().clock.now())
    return _live(secret)


def _renewed_by_another(secret: str, old: LiveSession) -> LiveSession | None:
    deadline = time.monotonic() + RENEWAL_PATIENCE
    while time.monotonic() < deadline:
        fresh = _live(secret)
        if fresh is None or fresh.expires_at > old.expires_at:
            return fresh
        time.sleep(LOOK_AGAIN_AFTER)
    raise Unavailable("Your session is being renewed: try again in a moment.")


def _viewer(current: LiveSession, token: str) -> Viewer | None:
    try:
        someone = verify_token(token, chassis().keys, now=now())
    except Unauthenticated:
        return None
    return Viewer(
        person=someone.subject,
        name=someone.name or someone.subject,
        roles=tuple(sorted(someone.roles)),
        actions=someone.actions,
        csrf_token=current.csrf_token,
        enterprise_id=someone.enterprise_id,
        signs_until=current.signer_until if token == current.signer_token else None,
        principal=someone,
    )


def _tokens(step: str, content: Mapping[str, str]) -> dict[str, Any]:
    from_browser = {"User-Agent": request.user_agent.string}
    answer = neighbours()["identity"].send("POST", f"/api/v1/auth/{step}", json=content, headers=from_browser)
    body = answer.json()
    if answer.ok:
        return cast(dict[str, Any], body)
    raise SignInRefused(body.get("detail", "Sign in again."), reason=body.get("code", ""))
