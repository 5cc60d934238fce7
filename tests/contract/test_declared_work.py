"""Declared work that is to be visited comes over each bus, and the grid has the task."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from services.inspections.subscriptions import on_enterprise_state
from services.inspections.tables import task
from services.inspections.worker import declarations
from shared.bus import Bus, Channel
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, apply, definitions
from shared.clock import Clock
from shared.contracts.envelope import decode
from shared.contracts.permits import WorkDeclared
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database
from shared.database.chassis import metadata
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.outbox import publish
from shared.events.relay import Relay
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.support.databases import migrated_sqlite
from tests.support.events import received, until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLE = Path(__file__).parent / "samples" / "permits.work_declared.v1.json"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"inspections": LISTENING, "permits": {}, "registry": {}, "risk": {}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with permits and inspections, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    broker.purge()
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    broker.purge()
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@dataclass
class Wire:
    """The bus with the databases of who speaks and who listens."""

    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]

    def tell(self, event: WorkDeclared) -> None:
        """Put an event into the outbox of permits and carry it to the bus."""
        database = self.databases["permits"]
        with database.transaction() as session:
            publish(session, event, sequence=1, at=datetime.now(UTC))
        with closing(Relay("permits", database, self.buses["permits"].publisher(), clock=Clock())) as relay:
            until(lambda: relay.turn() == 1)

    def tasks(self) -> list[str]:
        with self.databases["inspections"].reading() as session:
            return list(session.scalars(select(task.c.enterprise_id).where(task.c.origin == "declared_work")))

    def consume_until_there_is_a_task(self) -> None:
        end = Consumption(
            self.databases["inspections"],
            self.buses["inspections"].consumer(Channel.URGENT),
            Handlers(declarations()),
            clock=Clock(),
            channel=Channel.URGENT,
            stopping=threading.Event(),
        )
        with closing(end):
            until(lambda: end.turn(0.02) is not None and self.tasks())


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    databases = {"inspections": migrated_sqlite(tmp_path / "inspections.db", "inspections")}
    databases["permits"] = Database(f"sqlite:///{tmp_path}/permits.db")
    metadata.create_all(databases["permits"].engine)
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        buses = {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    yield Wire(buses, databases)
    for database in databases.values():
        database.close()


class TestRedWork:
    def test_becomes_a_task_of_the_grid(self, wire: Wire) -> None:
        told = decode(orjson.loads(SAMPLE.read_bytes())).data
        place = {"uscc": "", "name": "甲厂", "division": "331002001001", "subdistrict": "331002001"}
        with wire.databases["inspections"].transaction() as session:
            event = EnterpriseRegistered(enterprise_id=told.enterprise_id, **place)
            on_enterprise_state(session, [received(event)], now=datetime.now(UTC))

        wire.tell(told)
        wire.consume_until_there_is_a_task()

        assert wire.tasks() == [told.enterprise_id]
