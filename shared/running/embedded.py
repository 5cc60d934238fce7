"""The embedded way to run: one process, every service in threads, SQLite files and the durable bus in them."""

import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

from flask import Flask
from waitress.server import create_server

from shared.clock import Clock
from shared.database import connect
from shared.database.migrate import migrate
from shared.errors import Conflict
from shared.http.chassis import end_open_answers
from shared.http.same_process import served_here
from shared.lan.certificate import ensure_certificate
from shared.lan.serving import Lan, serving_lan
from shared.memory import spare_what_is_loaded
from shared.running.control import Control
from shared.running.first_start import FirstStart, ensure_administrator
from shared.running.home import Running, announce, occupy, this_process
from shared.running.operations import OPERATIONS
from shared.services import Service, load, service_names
from shared.settings import ServiceSettings, home_of
from shared.worker import Worker

GATEWAY = "gateway"
DEFAULT_PORT = "8000"
THREADS = 6
GATEWAY_THREADS = 32  # an open event stream holds one for as long as somebody looks at the map
LOG_BYTES = 20_000_000


class PortTaken(Conflict):
    code = "port_taken"


@dataclass(frozen=True)
class _Part:
    service: Service
    settings: ServiceSettings
    door: socket.socket


class EmbeddedRun:
    """Everything that one process runs. ``start`` returns when requests are answered; ``stop`` ends it cleanly."""

    def __init__(self, environment: Mapping[str, str], *, port: int | None = None, lan: Lan | None = None) -> None:
        self._environment = lan.settings(environment) if lan else environment
        self._lan = lan
        self._port = port if port is not None else int(environment.get("SISE_PORT", DEFAULT_PORT))
        self._closing = ExitStack()

    def start(self) -> tuple[Running, FirstStart]:
        """Occupy the home, migrate, start every service and its worker, and say how to reach them.

        Raises ``HomeInUse`` when another process works in the home, ``PortTaken`` when the port is taken.
        """
        with ExitStack() as undo:
            lock = undo.enter_context(occupy(home_of(self._environment)))
            parts = self._open_doors(undo)
            for part in parts:
                migrate(connect(part.settings.database_url), part.service.name)
            first_start = ensure_administrator(self._environment)
            control = Control(OPERATIONS, secret_key=parts[0].settings.secret_key)
            control.start()
            apps = {part.service.name: undo.enter_context(_serving(part)) for part in parts}
            if self._lan:
                self._open_lan(self._lan, apps[GATEWAY], undo)
            for part in parts:
                undo.enter_context(_working(part))
            spare_what_is_loaded()
            addresses = {part.service.name: _address(part.door) for part in parts}
            running = this_process(addresses[GATEWAY], addresses, control_port=control.port)
            announce(lock, running)
            self._closing = undo.pop_all()
        return running, first_start

    def _open_lan(self, lan: Lan, app: Flask, undo: ExitStack) -> None:
        home, now = home_of(self._environment), Clock(home_of(self._environment), movable=False).now()
        certificate, key = ensure_certificate(home, lan.address, now=now)
        try:
            undo.enter_context(serving_lan(app, lan, certificate=certificate, key=key))
        except OSError:
            raise PortTaken(f"{lan.url} cannot be served: set SISE_LAN_ADDRESS or SISE_LAN_PORT.") from None

    def stop(self) -> None:
        """Finish what has begun and give the home back."""
        self._closing.close()

    def _open_doors(self, undo: ExitStack) -> list[_Part]:
        """Listen for every service before any is built, because each must know the addresses of the others.

        The gateway is the last: whom it tells that it is ready may use every service.
        """
        names = sorted(service_names(), key=lambda name: name == GATEWAY)
        doors = {name: _listen(self._port if name == GATEWAY else 0) for name in names}
        for door in doors.values():
            undo.callback(door.close)
        addresses = {f"SISE_URL_{name.upper()}": _address(door) for name, door in doors.items()}
        environment = {**self._environment, **addresses}
        services = [load(name) for name in names]
        return [_Part(each, each.settings_from_env(environment), doors[each.name]) for each in services]


def log_to_file(home: Path) -> logging.Handler:
    """Return a handler that keeps the log in the home, so that the terminal stays readable."""
    home.mkdir(parents=True, exist_ok=True)
    return RotatingFileHandler(home / "sise.log", maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8")


def _listen(port: int) -> socket.socket:
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", port))
    except OSError:
        door.close()
        raise PortTaken(f"Port {port} is taken: stop what uses it, or set SISE_PORT.") from None
    return door


def _address(door: socket.socket) -> str:
    host, port = door.getsockname()
    return f"http://{host}:{port}"


@contextmanager
def _serving(part: _Part) -> Iterator[Flask]:
    """Answer the requests of one service until the end; give its application."""
    app = part.service.create_app(part.settings)
    threads = GATEWAY_THREADS if part.service.name == GATEWAY else THREADS
    server = create_server(app, sockets=[part.door], threads=threads, ident=None, channel_timeout=300)
    threading.Thread(target=server.run, name=f"http {part.service.name}", daemon=True).start()
    try:
        with served_here(_address(part.door), app):
            yield app
    finally:
        end_open_answers(app)
        server.task_dispatcher.shutdown(timeout=5)


@contextmanager
def _working(part: _Part) -> Iterator[None]:
    """Let the worker of one service run until the end."""
    worker = Worker(part.service, part.settings)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
