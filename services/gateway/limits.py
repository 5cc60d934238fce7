"""How often someone may ask: token buckets in the database, so that all processes count together.

A request must not cost a write: one token of a bucket buys twenty requests, which this process then hands out by
itself. The limit stays a limit; up to nineteen requests per process are lost when a lease is not used up.
"""

import threading
from hashlib import sha256
from typing import cast

from flask import Flask, Response, current_app, g, request

from services.gateway.settings import Settings
from shared.http.chassis import chassis, now
from shared.security.rates import TooManyRequests, take_token

REQUESTS_PER_TOKEN = 20
MINUTE = 60
MOST_LEASES = 50_000
UNLIMITED = ("/api/v1/events/stream",)
EXTENSION = "sise_leases"


class Leases:
    """What is left of the requests that this process has bought, by caller."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, caller: str) -> int | None:
        """Return how many requests are left after this one; ``None`` when a token must be bought first."""
        with self._lock:
            left = self._left.get(caller, 0)
            if not left:
                return None
            self._left[caller] = left - 1
            return left - 1

    def buy(self, caller: str) -> int:
        """Add the requests of one token, take one of them, and return how many are left."""
        with self._lock:
            if len(self._left) >= MOST_LEASES:
                self._left.clear()
            left = self._left.get(caller, 0) + REQUESTS_PER_TOKEN - 1
            self._left[caller] = left
            return left


def limit_rates(app: Flask) -> None:
    """Limit the API requests of each caller and say so in the ``RateLimit`` headers."""
    app.extensions[EXTENSION] = Leases()
    app.before_request(_count)
    app.after_request(_say)


def take_request() -> int:
    """Count a request to the API by who is asking now and return how many are left; raises ``TooManyRequests``."""
    leases = cast(Leases, current_app.extensions[EXTENSION])
    caller = _caller()
    left = leases.take(caller)
    if left is None:
        _buy(f"requests:{caller}")
        left = leases.buy(caller)
    return left


def take_sign_in() -> None:
    """Count an attempt to sign in from the caller's address; raises ``TooManyRequests``."""
    settings = cast(Settings, chassis().settings)
    with chassis().database.transaction() as session:
        take_token(
            session,
            f"sign-in:{request.remote_addr}",
            capacity=settings.sign_ins_per_minute,
            per_second=settings.sign_ins_per_minute / MINUTE,
            now=now(),
        )


def _count() -> None:
    if request.path.startswith("/api/") and request.path not in UNLIMITED:
        g.requests_left = take_request()


def _buy(bucket: str) -> None:
    per_minute = cast(Settings, chassis().settings).requests_per_minute
    try:
        with chassis().database.transaction() as session:
            take_token(
                session,
                bucket,
                capacity=max(per_minute // REQUESTS_PER_TOKEN, 1),
                per_second=per_minute / REQUESTS_PER_TOKEN / MINUTE,
                now=now(),
            )
    except TooManyRequests:
        g.requests_left = 0
        raise


def _caller() -> str:
    """Name the caller by the digest of its token, without trusting what the token says; else by its address."""
    token = request.headers.get("Authorization", "")
    return sha256(token.encode()).hexdigest()[:32] if token else str(request.remote_addr)


def _say(response: Response) -> Response:
    if "requests_left" in g:
        per_minute = cast(Settings, chassis().settings).requests_per_minute
        response.headers["RateLimit-Policy"] = f'"default";q={per_minute};w={MINUTE}'
        response.headers["RateLimit"] = f'"default";r={g.requests_left}'
    return response
