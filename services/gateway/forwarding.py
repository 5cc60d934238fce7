"""Passes requests on to the service that answers them, both bodies streamed, and nothing added but the trace."""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import quote

import requests
from flask import Flask, Response, current_app, request
from sqlalchemy import update
from werkzeug.exceptions import HTTPException

from services.gateway.neighbours import neighbours
from services.gateway.tables import enterprise_view
from shared.http.access import MEGABYTE, Access, marked
from shared.http.chassis import chassis
from shared.ids import ID

RULE, ENDPOINT = "/api/v1/<service>/<path:_rest>", "forwarded"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
# First parts of a path that are no service's name, and who answers what lies below them.
ANSWERED_BY = {"auth": "identity", "oauth": "identity", "public": "inspections"}
# Of what the public reads, the topics that another service answers.
PUBLIC_TOPICS = {"penalties": "credit", "exposures": "credit", "list": "credit"}
LARGEST_BODY = 201 * MEGABYTE  # a file of 200 MB in its form
PIECE = 64 * 1024
PATIENCE = (2.0, 60.0)  # seconds to connect, seconds between two pieces of an answer

# RFC 9110 §7.6.1, and what is true only of one of the two connections. The request's trace is set by the client.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
NOT_SENT = HOP_BY_HOP | {"host", "cookie", "content-length", "x-csrf-token", "x-forwarded-for", "x-request-id"}
CLOSE_BY = {"Accept": "application/json", "Accept-Encoding": "identity"}  # packing costs more than it saves
NOT_RETURNED = HOP_BY_HOP | {"server", "date", "x-request-id", "set-cookie"}


def add_forwarding(app: Flask) -> None:
    """Forward every path below ``/api/v1`` that no route of the gateway answers; the service authorises."""
    view = marked(_forwarded, Access("forwarded"))
    app.add_url_rule(RULE, ENDPOINT, view_func=view, methods=METHODS)


def forward(service: str, path: str) -> Response:
    """Send the running request to ``service`` at ``path`` and return its answer as it comes in."""
    request.max_content_length = LARGEST_BODY
    answer = neighbours()[service].send(
        request.method,
        path,
        headers=_headers(),
        params=request.query_string.decode("latin-1"),
        data=_body(),
        stream=True,
        timeout=PATIENCE,
    )
    if request.method not in ("GET", "HEAD") and answer.ok:
        _mark_changed(path)
    return _returned(answer)


def service_behind(path: str) -> str:
    """Return the service to which ``GET path`` would be forwarded; empty where the gateway or nobody answers."""
    try:
        endpoint, values = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return ""
    return answerer_of(values["service"], values["_rest"]) if endpoint == ENDPOINT else ""


def ask(service: str, path: str, *, query: Mapping[str, Any]) -> requests.Response:
    """Return what ``service`` answers to ``GET path`` for who is asking now, as if it had been forwarded.

    Somebody waits for the page: no longer than services wait for each other.
    """
    return neighbours()[service].send("GET", quote(path), headers=CLOSE_BY, params=query)


def _forwarded(service: str, _rest: str) -> Response:
    return forward(answerer_of(service, _rest), request.path)


def answerer_of(first: str, rest: str) -> str:
    """Return the service that answers a path by its first part; of what the public reads the second part decides."""
    if first == "public" and (topic := rest.partition("/")[0]) in PUBLIC_TOPICS:
        return PUBLIC_TOPICS[topic]
    return ANSWERED_BY.get(first, first)


class _Body:
    """The body of the running request with its length, so that it is neither buffered nor sent in chunks."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream, self._length = stream, length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(PIECE), b"")

    def read(self, size: int = PIECE) -> bytes:
        return self._stream.read(min(size, PIECE) if size > 0 else PIECE)


def _body() -> Iterable[bytes] | None:
    if request.content_length:
        return _Body(request.stream, request.content_length)
    if "chunked" not in request.headers.get("Transfer-Encoding", ""):
        return None
    stream = request.stream  # where it is read, another request may be the running one
    return iter(lambda: stream.read(PIECE), b"")


def _headers() -> dict[str, str]:
    named = {name.strip().lower() for name in request.headers.get("Connection", "").split(",")}
    kept = {name: value for name, value in request.headers if name.lower() not in NOT_SENT | named}
    return {"Accept-Encoding": "identity", **kept}


def _returned(answer: requests.Response) -> Response:
    pieces = answer.raw.stream(PIECE, decode_content=False)
    response = Response(pieces, status=answer.status_code, headers=list(_kept(answer.headers)))
    response.call_on_close(answer.close)
    return response


def _kept(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in headers.items() if name.lower() not in NOT_RETURNED)


def _mark_changed(path: str) -> None:
    """Count a change of each enterprise that ``path`` names, so that cached parts of it are asked for again.

    The event tells the same a little later; this is for those who want to see at once what they have written.
    """
    named = ID.findall(path)
    if not named:
        return
    view = enterprise_view.c
    with chassis().database.transaction() as session:
        session.execute(update(enterprise_view).where(view.id.in_(named)).values(touched=view.touched + 1))
