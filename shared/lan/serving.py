"""Serves an application over TLS on one address of the local network, beside the plain one on loopback."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from shared.errors import Unavailable

DEFAULT_PORT = 8443
DEFAULT_HOSTS = "127.0.0.1,localhost,[::1]"
CONNECTIONS = 64
PATIENCE = 60.0  # seconds that a connection may say nothing
NOWHERE = ("10.255.255.255", 9)  # asking the kernel for the way there sends nothing


@dataclass(frozen=True, slots=True)
class Lan:
    """Where to serve: an IP address of this machine and a port."""

    address: str
    port: int

    @property
    def url(self) -> str:
        return f"https://{self.address}:{self.port}"

    def settings(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a process that also answers to this address, and names it in codes and links."""
        hosts = environment.get("SISE_ALLOWED_HOSTS", DEFAULT_HOSTS)
        known = {"SISE_PUBLIC_URL": self.url, **{name: value for name, value in environment.items() if value}}
        return {**known, "SISE_ALLOWED_HOSTS": f"{hosts},{self.address}"}


def find_lan(environment: Mapping[str, str]) -> Lan:
    """Return the address under which this machine is reached: ``SISE_LAN_ADDRESS``, else that of the way out.

    Raises ``Unavailable`` without a network.
    """
    port = int(environment.get("SISE_LAN_PORT", DEFAULT_PORT))
    if given := environment.get("SISE_LAN_ADDRESS"):
        return Lan(given, port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOWHERE)
        except OSError as problem:
            raise Unavailable("No local network was found: connect one, or set SISE_LAN_ADDRESS.") from problem
        return Lan(str(probe.getsockname()[0]), port)


@contextmanager
def serving_lan(app: Callable[..., Any], lan: Lan, *, certificate: Path, key: Path) -> Iterator[None]:
    """Answer over HTTPS until the end; raises ``OSError`` when the address is taken or not ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    server = _Server(lan, app, context)
    threading.Thread(target=server.serve_forever, name="https", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name is werkzeug's
        """Say nothing: the application writes a line for each request itself."""


class _Server(ThreadedWSGIServer):
    """A thread per connection, so many at once; the handshake is made there, never where others are accepted."""

    daemon_threads = True

    def __init__(self, lan: Lan, app: Callable[..., Any], context: ssl.SSLContext) -> None:
        super().__init__(lan.address, lan.port, app, handler=_Handler)
        self.ssl_context = self._tls = context
        self._places = threading.BoundedSemaphore(CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(PATIENCE)
        try:
            with self._tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except (ssl.SSLError, OSError):
            return  # a stranger to TLS, or one who went away
