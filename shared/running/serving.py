"""The HTTP side of one service in a process of its own, restarted by whoever supervises it."""

import shutil
import signal
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from shared.logs import configure_logs
from shared.services import load
from shared.settings import home_of

STREAM_CONNECTIONS = 10_000
NO_SECOND_REQUEST = 0  # a connection that waits for one would hold up the end of the process


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
    own = {"threads": threads, "raw_env": _figures_together(environment, f"{name} {bind}", processes=processes)}
    _Server(lambda: _application(name, environment), _options(bind, processes) | own).run()


def serve_stream(name: str, environment: Mapping[str, str], *, bind: str, processes: int) -> None:
    """Serve the same HTTP side to clients that stay connected; a green thread each, so thousands may."""
    green = {"worker_class": "gevent", "worker_connections": STREAM_CONNECTIONS, "keepalive": NO_SECOND_REQUEST}
    green["raw_env"] = _figures_together(environment, f"{name} {bind}", processes=processes)
    _Server(lambda: _application(name, environment), _options(bind, processes) | green).run()


def _application(name: str, environment: Mapping[str, str]) -> Flask:
    service = load(name)
    settings = service.settings_from_env(environment)
    configure_logs(level=settings.log_level, service=name)
    return service.create_app(settings)


def _figures_together(environment: Mapping[str, str], name: str, *, processes: int) -> list[str]:
    """Give several processes behind one address an empty folder for their metrics: whichever is asked tells of all."""
    if processes == 1:
        return []
    folder = home_of(environment) / "metrics" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return [f"PROMETHEUS_MULTIPROC_DIR={folder}"]


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
        "post_worker_init": _end_open_answers_when_asked,
    }


def _end_open_answers_when_asked(worker: Any) -> None:
    """Before gunicorn waits for what is being answered: a stream would stay open for as long as it is allowed to."""
    from shared.http.chassis import end_open_answers  # not before the fork: gevent patches what is loaded after it

    def end(*asked: Any) -> None:
        end_open_answers(worker.wsgi)
        worker.handle_exit(*asked)

    signal.signal(signal.SIGTERM, end)
    signal.siginterrupt(signal.SIGTERM, False)
