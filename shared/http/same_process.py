"""Services of this process, asked by a call of their application: where all run in one, no socket stands between.

Both sides keep to HTTP: the same request goes in, the same answer comes out, and a service checks host, token and sizes
as ever. Only the way between them is another one; a call over loopback costs several times what the answer does.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context
from io import BytesIO, RawIOBase
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask
from requests import PreparedRequest, Request, Response
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPHeaderDict, HTTPResponse

LOOPBACK = "127.0.0.1"
NOT_PREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}  # WSGI names them without HTTP_
OF_CONNECTIONS = {"timeout", "allow_redirects"}
_served: dict[str, Flask] = {}


@contextmanager
def served_here(url: str, app: Flask) -> Iterator[None]:
    """Let whoever asks the address ``url`` in this process be answered by a call of ``app`` until the end."""
    _served[url] = app
    try:
        yield
    finally:
        del _served[url]


def application_at(url: str) -> Flask | None:
    """Return the application that answers ``url`` in this process; ``None``: it has to be asked over the network."""
    return _served.get(url)


def call(app: Flask, method: str, *, url: str, stream: bool = False, **options: Any) -> Response:
    """Return what ``app`` answers to a request with options as for ``requests``; an unknown one is refused.

    There is no time limit. With ``stream`` the body of the answer is drawn while it is read.
    """
    content = {name: value for name, value in options.items() if name not in OF_CONNECTIONS}
    asked = Request(method, url, **content).prepare()
    answer = Response()
    answer.request, answer.url, answer.raw = asked, asked.url or url, _asked(app, asked)
    answer.status_code, answer.reason = answer.raw.status, answer.raw.reason or ""
    answer.headers.update(answer.raw.headers)
    answer.encoding = get_encoding_from_headers(answer.headers)
    if not stream:
        _ = answer.content  # read to its end, which is then over for the application too
    return answer


class _Pieces(RawIOBase):
    """Pieces of bytes as a stream; ``close`` is called at its end."""

    def __init__(self, pieces: Iterable[bytes], close: Callable[[], object] = lambda: None) -> None:
        self._pieces, self._left, self._at_end = iter(pieces), b"", close

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the next piece and return how many bytes that were; 0 at the end."""
        while not self._left and (piece := next(self._pieces, None)) is not None:
            self._left = piece
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        """End the stream, also before its end."""
        if not self.closed:
            super().close()
            self._at_end()


def _asked(app: Flask, request: PreparedRequest) -> HTTPResponse:
    """Call ``app`` in an empty context, so that nothing of the running request is taken for that of the other."""
    context = Context()
    begun: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], /, *_problem: object) -> Callable[[bytes], object]:
        begun.update(status=status, headers=headers)
        return lambda _piece: None  # only programs older than PEP 3333 write with it

    answer = context.run(app, _environ(request), start)
    pieces = iter(answer)
    body = _Pieces(
        iter(lambda: context.run(next, pieces, None), None),
        lambda: context.run(getattr(answer, "close", lambda: None)),
    )
    status, _, reason = begun["status"].partition(" ")
    return HTTPResponse(
        body, HTTPHeaderDict(begun["headers"]), int(status),
        reason=reason, preload_content=False, request_method=request.method,
    )  # fmt: skip


def _environ(request: PreparedRequest) -> dict[str, Any]:
    """Return ``request`` as a server on loopback would hand it to its application (PEP 3333)."""
    target, body = urlsplit(str(request.url)), request.body
    named = {name.upper().replace("-", "_"): value for name, value in request.headers.items()}
    return {
        "HTTP_HOST": target.netloc,
        **{name if name in NOT_PREFIXED else f"HTTP_{name}": value for name, value in named.items()},
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target.path).decode("latin-1"),
        "QUERY_STRING": target.query,
        "REMOTE_ADDR": LOOPBACK,
        "SERVER_NAME": target.hostname,
        "SERVER_PORT": str(target.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": target.scheme,
        "wsgi.input": _stream(body),
        "wsgi.input_terminated": "CONTENT_LENGTH" not in named,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _stream(body: Any) -> Any:
    if body is None or isinstance(body, str | bytes):
        return BytesIO(body.encode() if isinstance(body, str) else body or b"")
    return body if hasattr(body, "read") else _Pieces(body)
