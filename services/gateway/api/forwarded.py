"""Everything that another service answers, under the same path."""

from flask import Flask, Response, request

from services.gateway.forwarding import forward
from shared.http.access import Access, marked

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
IDENTITY = ("auth", "oauth")


def add_forwarding(app: Flask) -> None:
    """Forward every path below ``/api/v1`` that no route of the gateway answers; the service authorises."""
    view = marked(_forwarded, Access("forwarded"))
    app.add_url_rule("/api/v1/<service>/<path:_rest>", view_func=view, methods=METHODS)


def _forwarded(service: str, _rest: str) -> Response:
    return forward("identity" if service in IDENTITY else service, request.path)
