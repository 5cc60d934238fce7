"""What every response carries and what no request may do: headers, size, NUL characters, compression."""

import gzip
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from shared.http.access import MEGABYTE
from shared.settings import ServiceSettings

SMALLEST_TO_COMPRESS = 1024
COMPRESSIBLE = (
    "text/", "application/json", "application/problem+json", "application/geo+json", "application/javascript",
    "application/vnd.mapbox-vector-tile", "image/svg+xml",
)  # fmt: skip
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def limit_requests(app: Flask, settings: ServiceSettings) -> None:
    """Check host and size of every request, refuse NUL, complete every response. There is no CORS."""
    app.config["TRUSTED_HOSTS"] = sorted(_hosts(settings))
    app.config["MAX_CONTENT_LENGTH"] = MEGABYTE
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.before_request(_refuse_null_characters)
    app.after_request(_compress)
    app.after_request(_add_headers)
    app.teardown_request(_close_uploads)


def _hosts(settings: ServiceSettings) -> Iterable[str]:
    own = (settings.public_url, *settings.service_urls.values())
    return {*settings.allowed_hosts, *(host for url in own if (host := urlsplit(url).hostname))}


def _refuse_null_characters() -> None:
    """NUL is no text for PostgreSQL; nobody sends it by accident."""
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise BadRequest("The address contains a NUL character.")


def _close_uploads(_error: BaseException | None) -> None:
    request.close()


def _add_headers(response: Response) -> Response:
    """Set what the view has not set itself (pages have a content policy of their own)."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _compress(response: Response) -> Response:
    if not _is_worth_compressing(response):
        return response
    response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _is_worth_compressing(response: Response) -> bool:
    return (
        "gzip" in request.headers.get("Accept-Encoding", "")
        and not response.is_streamed
        and not response.direct_passthrough
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(COMPRESSIBLE)
        and len(response.get_data()) >= SMALLEST_TO_COMPRESS
    )
