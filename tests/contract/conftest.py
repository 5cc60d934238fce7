"""Both implementations of the bus behind one fixture: three services, of which two listen to the third."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shared.bus import Bus, Channel, Consumer, Message, Publisher
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, definitions
from shared.contracts import Lane
from shared.database import Database
from tests.support.databases import speaking_sqlite
from tests.support.events import until
from tests.support.rabbitmq import TestRabbitMQ

TOPOLOGY = Topology(
    {
        "gateway": {"registry.enterprise_registered.v1": Lane.BULK},
        "registry": {},
        "risk": {
            "registry.enterprise_registered.v1": Lane.BULK,
            "registry.enterprise_deregistered.v1": Lane.URGENT,
        },
    }
)
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}


@dataclass
class Wire:
    """A bus under test; what it opens it closes."""

    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]
    _open: list[Publisher | Consumer] = field(default_factory=list)

    def publisher(self, service: str = "registry") -> Publisher:
        return self._kept(self.buses[service].publisher())

    def consumer(self, service: str = "risk", channel: Channel = Channel.BULK) -> Consumer:
        return self._kept(self.buses[service].consumer(channel))

    def done(self, service: str, consumer: Consumer, messages: list[Message]) -> None:
        """Finish messages as the consumption does: settle in a transaction, then acknowledge."""
        with self.databases[service].transaction() as session:
            consumer.settle(session, messages)
        consumer.acknowledge(messages)

    def close(self) -> None:
        for end in self._open:
            end.close()

    def _kept(self, end: Any) -> Any:
        self._open.append(end)
        return end


def take(consumer: Consumer, count: int = 1, *, seconds: float = 20.0) -> list[Message]:
    """Return ``count`` messages, waiting for them."""
    found: list[Message] = []

    def has_enough() -> bool:
        message = consumer.receive(0.05)
        if message is not None:
            found.append(message)
        return len(found) == count

    until(has_enough, seconds=seconds, sentence=f"{len(found)} of {count} messages came")
    return found


@pytest.fixture(scope="session")
def broker(rabbitmq: TestRabbitMQ) -> TestRabbitMQ:
    """Return the private node with users, exchanges, queues and policies."""
    rabbitmq.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    return rabbitmq


@pytest.fixture
def empty_broker(broker: TestRabbitMQ) -> TestRabbitMQ:
    """Return the node with empty queues."""
    broker.purge()
    return broker


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Mapping[str, Database]]:
    """Return an SQLite database with the chassis tables for each service."""
    databases = {service: speaking_sqlite(tmp_path / f"{service}.db") for service in TOPOLOGY.listening}
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture
def rabbit(empty_broker: TestRabbitMQ, databases: Mapping[str, Database]) -> Iterator[Wire]:
    """Return the bus over RabbitMQ, each service with its own user."""
    wire = Wire(
        {name: RabbitBus(name, empty_broker.url(name, PASSWORDS[name])) for name in TOPOLOGY.listening}, databases
    )
    yield wire
    wire.close()


@pytest.fixture
def embedded(databases: Mapping[str, Database]) -> Iterator[Wire]:
    """Return the bus in the services' databases."""
    wire = Wire({name: EmbeddedBus(name, databases, TOPOLOGY) for name in TOPOLOGY.listening}, databases)
    yield wire
    wire.close()


@pytest.fixture(params=["embedded", pytest.param("rabbit", marks=pytest.mark.broker)])
def wire(request: pytest.FixtureRequest) -> Wire:
    """Return each implementation in turn."""
    found: Wire = request.getfixturevalue(request.param)
    return found
