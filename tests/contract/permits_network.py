"""Permits with its neighbours on each bus: what they tell it, what it tells, and what inspections makes of that."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from services.inspections import subscriptions as inspections
from services.inspections.tables import task
from services.inspections.worker import declarations as declarations_of_inspections
from services.permits import subscriptions as permits
from services.permits.worker import declarations
from shared.bus import Bus, Channel, Consumer
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, apply, definitions
from shared.clock import Clock
from shared.contracts import all_contracts
from shared.contracts.envelope import decode, split
from shared.database import Database
from shared.database.chassis import metadata
from shared.declarations import Declarations
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.outbox import publish
from shared.events.received import Received
from shared.events.relay import Relay
from shared.security.keys import entrust
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.contract.conftest import take
from tests.support.databases import migrated_sqlite
from tests.support.events import received, registered, until
from tests.support.rabbitmq import TestRabbitMQ

TOLD = {name: one.lane for name, one in all_contracts().items() if one.producer == "permits"}
HANDLING: Mapping[str, Declarations] = {"inspections": declarations_of_inspections(), "permits": declarations()}
HEARING = {service: {one.name: one.lane for one in its.contracts()} for service, its in HANDLING.items()}
SPEAKING = ("monitoring", "training")
TOPOLOGY = Topology({"gateway": TOLD, **HEARING, **{service: {} for service in SPEAKING}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with permits and its neighbours, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    broker.purge()
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    broker.purge()
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@dataclass
class Wire:
    """The bus with the databases of permits, of who speaks to it, and of who listens."""

    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]
    gateway: Consumer

    def knows(self, **facts: Any) -> str:
        """Let permits and inspections hear of an enterprise and return its id."""
        works = registered(subdistrict="331002001", **facts)
        for service, its in (("inspections", inspections), ("permits", permits)):
            with self.databases[service].transaction() as session:
                its.on_enterprise_state(session, [received(works)], now=datetime.now(UTC))  # type: ignore[attr-defined]
        return works.enterprise_id

    def tell(self, service: str, event: Any, *, sequence: int = 1) -> None:
        """Put an event into the outbox of a service and carry it to the bus."""
        with self.databases[service].transaction() as session:
            publish(session, event, sequence=sequence, at=datetime.now(UTC))
        assert self.carry(service) == 1

    def carry(self, service: str = "permits") -> int:
        """Carry everything to the bus that a service has told and return how many events that were."""
        relay = Relay(service, self.databases[service], self.buses[service].publisher(), clock=Clock())
        with closing(relay):
            return sum(iter(relay.turn, 0))

    def consume(self, service: str, condition: Callable[[], Any]) -> None:
        """Let a service consume its urgent lane until ``condition`` holds."""
        end = Consumption(
            self.databases[service],
            self.buses[service].consumer(Channel.URGENT),
            Handlers(HANDLING[service]),
            clock=Clock(),
            channel=Channel.URGENT,
            stopping=threading.Event(),
        )
        with closing(end):
            until(lambda: end.turn(0.02) is not None and condition())

    def told(self, enterprise_id: str) -> list[Received[Any]]:
        """Carry what permits has told, take it at the gateway, and return what is about an enterprise."""
        messages = take(self.gateway, count) if (count := self.carry()) else []
        with self.databases["gateway"].transaction() as session:
            self.gateway.settle(session, messages)
        self.gateway.acknowledge(messages)
        events = [decode(one) for message in messages for one in split(message.body, message.content_type)]
        return [one for one in events if one.data.enterprise_id == enterprise_id]

    def tasks_of(self, enterprise_id: str, origin: str) -> list[tuple[str, int]]:
        """Return key and tier of the tasks of this origin that inspections has for an enterprise."""
        with self.databases["inspections"].reading() as session:
            own = (task.c.enterprise_id == enterprise_id, task.c.origin == origin)
            wanted = select(task.c.key, task.c.tier).where(*own)
            return [(row.key, row.tier) for row in session.execute(wanted.order_by(task.c.id))]


@pytest.fixture(scope="module", params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Return each bus in turn, opened once for all tests of a file."""
    home = tmp_path_factory.mktemp("wire")
    databases = {name: migrated_sqlite(home / f"{name}.db", name) for name in HANDLING}
    for name in ("gateway", *SPEAKING):
        databases[name] = Database(f"sqlite:///{home}/{name}.db")
        metadata.create_all(databases[name].engine)
    entrust(databases["permits"], bytes(32))
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        buses = {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    with ExitStack() as stack:
        for database in databases.values():
            stack.callback(database.close)
        yield Wire(buses, databases, stack.enter_context(closing(buses["gateway"].consumer(Channel.URGENT))))
