"""The message side of one service in a process of its own, restarted by whoever supervises it."""

import signal
import threading
from collections.abc import Mapping, Sequence

from prometheus_client import start_http_server

from shared.logs import configure_logs
from shared.memory import spare_what_is_loaded
from shared.services import load
from shared.settings import BadSettings
from shared.worker import Worker


def run_worker(name: str, environment: Mapping[str, str], *, only: Sequence[str], metrics: str = "") -> None:
    """Run the message side of service ``name`` until SIGTERM or SIGINT; ``only`` names some of its loops.

    ``metrics`` is the address (host:port) on which Prometheus may ask how it goes; nowhere if it is empty. Raises
    ``BadSettings`` when it cannot listen there.
    """
    service = load(name)
    settings = service.settings_from_env(environment)
    configure_logs(level=settings.log_level, service=name)
    worker = Worker(service, settings, only=set(only) or None)
    spare_what_is_loaded()
    ended = end_on_signal()
    if metrics:
        try:
            host, port = metrics.rsplit(":", 1)
            start_http_server(int(port), addr=host)
        except (ValueError, OverflowError, OSError) as problem:
            raise BadSettings(f"--metrics {metrics}: give a free address as host:port, like 0.0.0.0:9100.") from problem
    worker.start()
    ended.wait()
    worker.stop()


def end_on_signal() -> threading.Event:
    """Return an event that is set when the process is asked to end."""
    ended = threading.Event()
    for asking in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asking, lambda *_: ended.set())
    return ended
