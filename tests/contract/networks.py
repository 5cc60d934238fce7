"""What every test of services on one bus needs: their databases, each bus in turn, the node as they know it."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.bus import Bus, Channel
from shared.bus.embedded import EmbeddedBus
from shared.bus.management import apply
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, definitions
from shared.clock import Clock
from shared.database import Database
from shared.declarations import Declarations
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.support.databases import migrated_sqlite, speaking_sqlite
from tests.support.events import until
from tests.support.rabbitmq import TestRabbitMQ

BUSES = ("embedded", pytest.param("rabbitmq", marks=pytest.mark.broker))  # of a fixture that uses ``buses_of``


def passwords_of(topology: Topology) -> dict[str, str]:
    return {service: f"password-of-{service}" for service in topology.listening}


@contextmanager
def known_to(broker: TestRabbitMQ, topology: Topology) -> Iterator[TestRabbitMQ]:
    """Let the private node know the services of ``topology``, and leave it as the other tests know it."""
    broker.import_definitions(definitions(topology, passwords=passwords_of(topology)))
    broker.purge()
    yield broker
    for service in topology.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    broker.purge()
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@contextmanager
def databases_of(home: Path, *, migrated: Iterable[str], speaking: Iterable[str]) -> Iterator[dict[str, Database]]:
    """Open the databases of services: with all their tables, or with no more than it takes to speak."""
    databases = {name: migrated_sqlite(home / f"{name}.db", name) for name in migrated}
    databases |= {name: speaking_sqlite(home / f"{name}.db") for name in speaking}
    yield databases
    for database in databases.values():
        database.close()


def buses_of(
    request: pytest.FixtureRequest, databases: Mapping[str, Database], topology: Topology
) -> Mapping[str, Bus]:
    """Return the bus that ``request`` asks for, empty, as each of these services sees it; a ``node`` knows them."""
    if request.param == "embedded":
        return {name: EmbeddedBus(name, databases, topology) for name in databases}
    node: TestRabbitMQ = request.getfixturevalue("node")
    node.purge()
    passwords = passwords_of(topology)
    return {name: RabbitBus(name, node.url(name, passwords[name])) for name in databases}


def consume_until(
    database: Database,
    bus: Bus,
    declarations: Declarations,
    *,
    condition: Callable[[], Any],
    channel: Channel = Channel.URGENT,
) -> None:
    """Let a service consume one of its lanes until ``condition`` holds."""
    end = Consumption(
        database,
        bus.consumer(channel),
        Handlers(declarations),
        clock=Clock(),
        channel=channel,
        stopping=threading.Event(),
    )
    with closing(end):
        until(lambda: end.turn(0.02) is not None and condition())
