"""The roles of the full stack: one role of one service per process, restarted by whoever supervises them."""

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from shared.logs import configure_logs
from shared.memory import spare_what_is_loaded
from shared.services import load
from shared.worker import Worker

STREAM_CONNECTIONS = 10_000


class _Server(BaseApplication):
    """gunicorn with settings from code; each worker process builds the application for itself after the fork."""

    def __init__(self, build: Callable[[], Flask], options: Mapping[str, Any]) -> None:
        self._build, self._options = build, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._build()


def serve_api(name: str, environment: Mapping[str, str], *, bind: str, processes: int, threads: int) -> None:
    """Serve the HTTP side of service ``name`` on ``bind`` (host:port) until SIGTERM."""
    _Server(lambda: _application(name, environment), _options(bind, processes) | {"threads": threads}).run()


def serve_stream(name: str, environment: Mapping[str, str], *, bind: str, processes: int) -> None:
    """Serve the same HTTP side to clients that stay connected; a green thread each, so thousands may."""
    green = {"worker_class": "gevent", "worker_connections": STREAM_CONNECTIONS}
    _Server(lambda: _application(name, environment), _options(bind, processes) | green).run()


def run_worker(name: str, environment: Mapping[str, str], *, only: Sequence[str]) -> None:
    """Run the message side of service ``name`` until SIGTERM or SIGINT; ``only`` names some of its loops."""
    service = load(name)
    settings = service.settings_from_env(environment)
    configure_logs(level=settings.log_level, service=name)
    worker = Worker(service, settings, only=set(only) or None)
    spare_what_is_loaded()
    ended = end_on_signal()
    worker.start()
    ended.wait()
    worker.stop()


def end_on_signal() -> threading.Event:
    """Return an event that is set when the process is asked to end."""
    ended = threading.Event()
    for asking in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asking, lambda *_: ended.set())
    return ended


def _application(name: str, environment: Mapping[str, str]) -> Flask:
    service = load(name)
    settings = service.settings_from_env(environment)
    configure_logs(level=settings.log_level, service=name)
    return service.create_app(settings)


def _options(bind: str, processes: int) -> dict[str, Any]:
    return {
        "bind": bind,
        "workers": processes,
        "worker_class": "gthread",
        "graceful_timeout": 20,
        "keepalive": 30,
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm",  # noqa: S108 - gunicorn's heartbeat must not wait for a disk
        "accesslog": None,
    }
