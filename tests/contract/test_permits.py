"""What permits tells comes over each bus as it was told; a missed commitment becomes a task (chain 6)."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from services.inspections import subscriptions as inspections
from services.inspections.tables import task
from services.inspections.worker import declarations
from services.permits import subscriptions as permits
from services.permits.worker import declarations as clocks
from shared.bus import Bus, Channel, Consumer
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, apply, definitions
from shared.clock import Clock
from shared.contracts import all_contracts
from shared.contracts.envelope import decode, split
from shared.contracts.registry import ObligationsChanged
from shared.database import Database
from shared.database.chassis import metadata
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.outbox import publish
from shared.events.relay import Relay
from shared.security.keys import entrust
from shared.work.timers import run_due
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.contract.conftest import take
from tests.support.databases import migrated_sqlite
from tests.support.events import received, registered, until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLES = Path(__file__).parent / "samples"
TOLD = {name: one.lane for name, one in all_contracts().items() if one.producer == "permits"}
HEARING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"gateway": TOLD, "inspections": HEARING, "permits": {}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}
EVENING = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with permits, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    broker.purge()
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    broker.purge()
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@dataclass
class Wire:
    """The bus with the databases of permits and of who listens."""

    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]
    gateway: Consumer

    def carry(self, count: int = 1) -> None:
        """Carry what permits has told to the bus."""
        relay = Relay("permits", self.databases["permits"], self.buses["permits"].publisher(), clock=Clock())
        with closing(relay):
            until(lambda: relay.turn() == count)

    def heard(self) -> Any:
        """Take the one event that came to the gateway."""
        [message] = take(self.gateway)
        with self.databases["gateway"].transaction() as session:
            self.gateway.settle(session, [message])
        self.gateway.acknowledge([message])
        [envelope] = split(message.body, message.content_type)
        return decode(envelope)


@pytest.fixture(scope="module", params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Return each bus in turn, opened once for all events."""
    home = tmp_path_factory.mktemp("wire")
    databases = {name: migrated_sqlite(home / f"{name}.db", name) for name in ("inspections", "permits")}
    databases["gateway"] = Database(f"sqlite:///{home}/gateway.db")
    metadata.create_all(databases["gateway"].engine)
    entrust(databases["permits"], bytes(32))
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        buses = {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    with ExitStack() as stack:
        for database in databases.values():
            stack.callback(database.close)
        yield Wire(buses, databases, stack.enter_context(closing(buses["gateway"].consumer(Channel.URGENT))))


class TestChainSix:
    def test_leads_from_a_missed_commitment_to_a_task(self, wire: Wire) -> None:
        works, database = registered(subdistrict="331002001"), wire.databases["inspections"]
        with database.transaction() as session:
            inspections.on_enterprise_state(session, [received(works)], now=EVENING)
        with wire.databases["permits"].transaction() as session:
            permits.on_enterprise_state(session, [received(works)], now=EVENING)
            permits.on_obligations_changed(session, [received(owed(works.enterprise_id))], now=EVENING)

        run_due(wire.databases["permits"], clocks(), now=EVENING + timedelta(hours=14, minutes=1))
        wire.carry()
        event = wire.heard()
        consume_until(wire, lambda: tasks_of(database, works.enterprise_id))

        assert (event.type, event.data.day) == ("permits.commitment_missed.v1", "2027-03-02")
        assert tasks_of(database, works.enterprise_id) == [("commitment 2027-03-02", 3)]


@pytest.mark.parametrize("name", sorted(TOLD))
class TestEvent:
    def test_arrives_as_it_was_told(self, wire: Wire, name: str) -> None:
        sample = decode(orjson.loads((SAMPLES / f"{name}.json").read_bytes()))
        with wire.databases["permits"].transaction() as session:
            publish(session, sample.data, sequence=sample.sequence, at=datetime.now(UTC))
        wire.carry()

        came = wire.heard()

        assert (came.source, came.type, came.data) == ("/sise/permits", name, sample.data)
        assert (came.subject, came.sequence) == (sample.subject, sample.sequence)


def owed(enterprise_id: str) -> ObligationsChanged:
    duty = {"duty": "commitment", "rule": "x", "basis": "y", "frequency": "daily", "ends_on": None}
    return ObligationsChanged(enterprise_id=enterprise_id, obligations=(duty | {"starts_on": "2027-03-02"},))


def tasks_of(database: Database, enterprise_id: str) -> list[tuple[str, int]]:
    with database.reading() as session:
        wanted = select(task.c.key, task.c.tier).where(task.c.enterprise_id == enterprise_id)
        return [(row.key, row.tier) for row in session.execute(wanted)]


def consume_until(wire: Wire, condition: Any) -> None:
    """Let inspections consume its urgent lane until ``condition`` holds."""
    end = Consumption(
        wire.databases["inspections"],
        wire.buses["inspections"].consumer(Channel.URGENT),
        Handlers(declarations()),
        clock=Clock(),
        channel=Channel.URGENT,
        stopping=threading.Event(),
    )
    with closing(end):
        until(lambda: end.turn(0.02) is not None and condition())
