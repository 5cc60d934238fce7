"""P3: one event on an idle system, from the end of the producer's commit to the end of the listener's.

Full stack: the producer commits in one process, as an API does; relay and listener are processes of their own.
Embedded: producer, relay and listener are threads of one process on two SQLite files.
"""

import multiprocessing
import random
import time
from pathlib import Path

from benchmarks.event_processes import Network, Tally
from benchmarks.event_services import (
    LISTENERS,
    PRODUCER,
    commit_events,
    create_tables,
    listener,
    producer,
    settings_of,
    topology_of,
)
from benchmarks.results import Report
from benchmarks.setting import Setting, quantile
from shared.bus.embedded import EmbeddedBus
from shared.database import connect
from shared.worker import Worker

EVENTS, WARM_UP = 300, 10
TARGET_FULL_STACK, TARGET_EMBEDDED = 150, 20
PATIENCE = 30


def measure(setting: Setting) -> Report:
    """Return p95 (and p50 in the notes) of both ways to run."""
    report = Report("P3")
    for title, delays, target in (
        ("full stack", _full_stack(setting), TARGET_FULL_STACK),
        ("embedded", _embedded(setting), TARGET_EMBEDDED),
    ):
        milliseconds = [1000 * delay for delay in delays]
        p50, p95 = quantile(milliseconds, 0.5), quantile(milliseconds, 0.95)
        report.at_most(f"one event, idle, {title}, p95 of {len(delays)}", p95, target, unit=" ms")
        report.notes.append(f"{title}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, largest {max(milliseconds):.1f} ms.")
    return report


def _full_stack(setting: Setting) -> list[float]:
    with (
        setting.rabbitmq() as broker,
        setting.postgresql() as database,
        Network(setting.home, broker, database, LISTENERS[:1]) as network,
    ):
        network.start_relay()
        delays = []
        for number in range(setting.size(EVENTS) + WARM_UP):
            _pause()
            commit_events(network.producer, 1)
            committed = time.monotonic()
            delays.append(network.wait_for(number + 1) - committed)
        return delays[WARM_UP:]


def _embedded(setting: Setting) -> list[float]:
    urls = {name: f"sqlite:///{setting.home / name}.db" for name in (PRODUCER, LISTENERS[0])}
    for url in urls.values():
        create_tables(url)
    ours, theirs = multiprocessing.Pipe()
    tally = Tally(theirs)
    connect(urls[LISTENERS[0]]).after_commit.append(tally.committed)
    workers = _workers(setting.home, urls, tally)
    for worker in workers:
        worker.start()
    delays = []
    for _ in range(setting.size(EVENTS) + WARM_UP):
        _pause()
        commit_events(connect(urls[PRODUCER]), 1)
        committed = time.monotonic()
        if not ours.poll(PATIENCE):
            raise TimeoutError("an event did not arrive in the embedded system")
        delays.append(ours.recv()[0] - committed)
    for worker in workers:
        worker.stop()
    return delays[WARM_UP:]


def _workers(home: Path, urls: dict[str, str], tally: Tally) -> list[Worker]:
    databases = {name: connect(url) for name, url in urls.items()}
    topology = topology_of(LISTENERS[:1])
    services = {PRODUCER: producer(), LISTENERS[0]: listener(LISTENERS[0], tally.add)}
    return [
        Worker(
            service,
            settings_of(name, home=home, database_url=urls[name], bus_url="embedded:"),
            bus=EmbeddedBus(name, databases, topology),
        )
        for name, service in services.items()
    ]


def _pause() -> None:
    """Let everything come to rest, for a time that is no multiple of anybody's polling."""
    time.sleep(random.uniform(0.1, 0.2))
