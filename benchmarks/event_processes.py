"""The event path as processes: one relay, one consumer per listener, and what they tell the measurement."""

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType

from sqlalchemy import func, select

from benchmarks.event_services import PRODUCER, broker_definitions, create_tables, listener, producer, settings_of
from deploy.native import PostgreSQL, RabbitMQ
from deploy.native.programs import wait_until
from shared.bus.management import apply
from shared.database import connect
from shared.database.chassis import event_log, relay_cursor
from shared.logs import configure_logs
from shared.memory import keep_little, spare_what_is_loaded
from shared.services import Service
from shared.settings import ServiceSettings
from shared.worker import Worker

PATIENCE = 120.0
CONSUMERS_PER_SERVICE = 3  # urgent, bulk, dead
SPAWN = get_context("spawn")  # a forked child would share the sockets of its parent
_numbers = itertools.count(1)


class Network:
    """One producer and some listeners, each with a new database; consumers run, the relay waits for its start."""

    def __init__(self, home: Path, broker: RabbitMQ, database: PostgreSQL, names: Sequence[str]) -> None:
        self._broker, self._names = broker, names
        passwords = {name: secrets.token_urlsafe(16) for name in (PRODUCER, *names)}
        document = broker_definitions(names, passwords=passwords)
        apply(broker.management_url, (broker.operator, broker.password), document=document)
        number = next(_numbers)
        self._settings = {
            name: settings_of(
                name,
                home=home,
                database_url=database.create_database(f"{name}_{number}"),
                bus_url=broker.url(name, password),
            )
            for name, password in passwords.items()
        }
        for settings in self._settings.values():
            create_tables(settings.database_url)
        self.producer = connect(self._settings[PRODUCER].database_url)
        self.listener_urls = [self._settings[name].database_url for name in names]
        self._handled = dict.fromkeys(names, 0)

    def __enter__(self) -> "Network":
        self._children = {name: _Child(_consume, self._settings[name]) for name in self._names}
        self._children[PRODUCER] = _Child(_relay, self._settings[PRODUCER])
        wait_until(self._all_listen, seconds=60, sentence="The consumers of the benchmark do not come up.")
        return self

    def __exit__(self, _kind: type[BaseException] | None, _problem: object, _trace: TracebackType | None) -> None:
        for child in self._children.values():
            child.stop()
        for settings in self._settings.values():
            connect(settings.database_url).close()

    @property
    def pids(self) -> dict[str, int]:
        """The processes by what they do."""
        return {f"{'relay' if name == PRODUCER else 'consumer'} of {name}": c.pid for name, c in self._children.items()}

    def start_relay(self) -> float:
        """Let the relay begin; return the moment (monotonic seconds, the same clock for all processes)."""
        self._children[PRODUCER].pipe.send("begin")
        return time.monotonic()

    def wait_for(self, count: int) -> float:
        """Wait until every listener has committed the effects of `count` events; return when the last one had."""
        deadline = time.monotonic() + PATIENCE
        pipes = {child.pipe: name for name, child in self._children.items() if name != PRODUCER}
        last = 0.0
        while min(self._handled.values()) < count:
            ready = wait(list(pipes), timeout=deadline - time.monotonic())
            if not ready:
                raise TimeoutError(f"{self._handled} of {count} events after {PATIENCE:.0f} s")
            for pipe in [pipe for pipe in pipes if pipe in ready]:
                last, self._handled[pipes[pipe]] = pipe.recv()
        return last

    def wait_until_relayed(self) -> None:
        """Wait until the relay has noted that everything is confirmed."""
        sentence = "The relay's cursor does not reach the end of its log."
        wait_until(lambda: self._cursor() == self._log_end(), seconds=30, sentence=sentence)

    def _cursor(self) -> int:
        with self.producer.reading() as session:
            return session.scalar(select(func.max(relay_cursor.c.position))) or 0

    def _log_end(self) -> int:
        with self.producer.reading() as session:
            return session.scalar(select(func.max(event_log.c.position))) or 0

    def _all_listen(self) -> bool:
        return len(self._broker.get(f"consumers/{self._broker.vhost}")) == CONSUMERS_PER_SERVICE * len(self._names)


class Tally:
    """Counts the events whose effects are committed; `report` gets the moment and the count after each commit."""

    def __init__(self, report: Connection) -> None:
        self._report = report
        self._count = 0
        self._open = threading.local()  # other threads commit on the same database, for other reasons

    def add(self, ids: Sequence[str]) -> None:
        """Take note of a batch that is about to be committed on this thread."""
        self._open.events = getattr(self._open, "events", 0) + len(ids)

    def committed(self) -> None:
        """Report the batch that this thread has just committed."""
        events, self._open.events = getattr(self._open, "events", 0), 0
        if events:
            self._count += events
            self._report.send((time.monotonic(), self._count))


class _Child:
    def __init__(self, target: Callable[[ServiceSettings, Connection], None], settings: ServiceSettings) -> None:
        self.pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=target, args=(settings, theirs), daemon=True)
        self._process.start()
        self.pid: int = self._process.pid or 0

    def stop(self) -> None:
        if self._process.is_alive():
            self.pipe.send("stop")
        self._process.join(20)
        self._process.kill()
        self._process.join()


def _consume(settings: ServiceSettings, pipe: Connection) -> None:
    tally = Tally(pipe)
    connect(settings.database_url).after_commit.append(tally.committed)
    worker = _worker(listener(settings.service, tally.add), settings, role="consume")
    worker.start()
    pipe.recv()
    worker.stop()


def _relay(settings: ServiceSettings, pipe: Connection) -> None:
    worker = _worker(producer(), settings, role="relay")
    if pipe.recv() == "begin":
        worker.start()
        pipe.recv()
        worker.stop()


def _worker(service: Service, settings: ServiceSettings, *, role: str) -> Worker:
    configure_logs(level=settings.log_level, service=service.name)
    keep_little()
    spare_what_is_loaded()
    return Worker(service, settings, only={role})
