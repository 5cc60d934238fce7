"""Requests to a neighbour service: pooled, timed, retried once, and given up early while it is down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pybreaker
import requests
from flask import has_request_context, request
from requests.adapters import HTTPAdapter

from shared import context
from shared.errors import Unavailable
from shared.http import same_process

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
NOT_SERVING = frozenset({502, 503, 504})
PASSED_ON = ("Authorization", "Accept-Language")


class NeighbourUnavailable(Unavailable):
    """The service named in ``facts["service"]`` does not answer now."""

    code = "neighbour_unavailable"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait (seconds) and when to stop asking: after ``failures`` in a row, for ``pause``."""

    connect: float = 1.0
    read: float = 5.0
    failures: int = 5
    pause: timedelta = timedelta(seconds=5)


class ServiceClient:
    """Talks to one service; safe to share between threads."""

    def __init__(self, service: str, url: str, *, patience: Patience = Patience(), pool: int = 32) -> None:
        self.service = service
        self._url = url.rstrip("/")
        self._patience = patience
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=pool)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=patience.failures, reset_timeout=patience.pause.total_seconds(), name=service
        )

    def get_json(self, path: str, **options: Any) -> Any:
        """Return the JSON document at ``path``; raises ``NeighbourUnavailable`` or ``requests.HTTPError``."""
        answer = self.send("GET", path, **options)
        answer.raise_for_status()
        return answer.json()

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> requests.Response:
        """Send one request and return whatever the service answers below 502.

        An idempotent request is repeated once. ``options`` are those of ``requests`` (params, json, data, stream).
        Raises ``NeighbourUnavailable``.
        """
        options.setdefault("timeout", (self._patience.connect, self._patience.read))
        options.setdefault("allow_redirects", False)
        sent_headers = {**trace_headers(), **(headers or {})}
        attempts = 2 if method in IDEMPOTENT and options.get("data") is None else 1
        for is_last in [False, True][-attempts:]:
            try:
                with self._breaker.calling():  # unlike `call`, it holds no lock while we wait
                    return self._once(method, path, headers=sent_headers, **options)
            except (requests.RequestException, _NotServing, pybreaker.CircuitBreakerError) as problem:
                if is_last or isinstance(problem, pybreaker.CircuitBreakerError):
                    raise self._unavailable() from problem
        raise AssertionError("unreachable")

    def is_ready(self) -> bool:
        """Return whether the service says now that it is ready; if so, requests are sent to it again at once."""
        try:
            self._once("GET", "/readyz", timeout=(self._patience.connect, self._patience.read)).raise_for_status()
        except (requests.RequestException, _NotServing):
            return False
        self._breaker.close()
        return True

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def _once(self, method: str, path: str, **options: Any) -> requests.Response:
        app, address = same_process.application_at(self._url), self._url + path
        if app:
            answer = same_process.call(app, method, url=address, **options)
        else:
            answer = self._session.request(method, address, **options)
        if answer.status_code in NOT_SERVING:
            answer.close()
            raise _NotServing(answer.status_code)
        return answer

    def _unavailable(self) -> NeighbourUnavailable:
        return NeighbourUnavailable(
            f"The service {self.service} does not answer now: try again in a moment.", service=self.service
        )


class _NotServing(Exception):
    """The service, or a proxy before it, says that it cannot serve."""


def trace_headers() -> dict[str, str]:
    """Return the headers that carry the running request on: its id, trace and authorisation."""
    trace = context.current()
    carried = {"X-Request-Id": trace.correlation_id, "traceparent": trace.traceparent}
    if has_request_context():
        carried |= {name: request.headers.get(name, "") for name in PASSED_ON}
        carried["X-Forwarded-For"] = request.remote_addr or ""
    return {name: value for name, value in carried.items() if value}
