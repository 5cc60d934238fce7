"""What each request leaves behind: a bound trace, one log line, one measurement."""

import re
import secrets
import time
from contextlib import ExitStack
from dataclasses import replace

import structlog
from flask import Flask, Response, g, request

from shared import context, ids
from shared.metrics import REQUEST_SECONDS

REQUEST_ID = "X-Request-Id"
_REQUEST_ID_SHAPE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT_SHAPE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

log = structlog.get_logger(__name__)


def observe_requests(app: Flask, service: str) -> None:
    """Bind a trace around every request of ``app``, log one line and measure it."""

    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = _accepted(REQUEST_ID, _REQUEST_ID_SHAPE) or ids.new_id()
        g.trace = ExitStack()
        trace = context.Trace(correlation_id=g.request_id, traceparent=_traceparent())
        g.trace.enter_context(context.bind(trace))

    def finish(response: Response) -> Response:
        response.headers[REQUEST_ID] = g.request_id
        seconds = time.perf_counter() - g.started
        route = request.url_rule.rule if request.url_rule else "unmatched"
        REQUEST_SECONDS.labels(service, _known_method(), route, response.status_code).observe(seconds)
        if request.path not in _QUIET:
            log.info(
                "request",
                method=request.method,
                route=route,
                path=request.path,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response

    def end(_error: BaseException | None) -> None:
        if "trace" in g:
            g.trace.close()

    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(end)


def bind_actor(subject: str) -> None:
    """Name ``subject`` as the one who acts, for the rest of the request."""
    g.trace.enter_context(context.bind(replace(context.current(), actor=subject)))


def _accepted(header: str, shape: re.Pattern[str]) -> str:
    value = request.headers.get(header, "")
    return value if shape.fullmatch(value) else ""


def _traceparent() -> str:
    given = _accepted("traceparent", _TRACEPARENT_SHAPE)
    return given or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _known_method() -> str:
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
