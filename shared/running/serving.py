"""The HTTP side of one service in a process of its own, restarted by whoever supervises it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from shared.logs import configure_logs
from shared.services import load

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
