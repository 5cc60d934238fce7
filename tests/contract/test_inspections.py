"""What inspections tells comes over each bus as it was told, from the outbox on; and a merge comes to inspections."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from services.inspections.subscriptions import on_enterprise_state
from services.inspections.tables import hazard
from services.inspections.use_cases.hazards import Finding, find_hazard
from services.inspections.worker import declarations
from shared.bus import Bus, Channel, Consumer
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, apply, definitions
from shared.clock import Clock
from shared.contracts import all_contracts
from shared.contracts.envelope import decode, split
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.database.chassis import metadata
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.events.outbox import publish
from shared.events.relay import Relay
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.contract.conftest import take
from tests.support.databases import migrated_sqlite
from tests.support.events import received, registered, until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLES = Path(__file__).parent / "samples"
TOLD = {name: one.lane for name, one in all_contracts().items() if one.producer == "inspections"}
LISTENING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"gateway": TOLD, "inspections": LISTENING, "registry": {}, "risk": {}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with inspections, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    broker.purge()
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    broker.purge()
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@dataclass
class Wire:
    """The bus with the databases of who speaks and who listens, and the listener's end."""

    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]
    gateway: Consumer

    def tell(self, service: str, event: Any, *, sequence: int = 1) -> None:
        """Put an event into the outbox of a service and carry it to the bus."""
        database = self.databases[service]
        with database.transaction() as session:
            publish(session, event, sequence=sequence, at=datetime.now(UTC))
        with closing(Relay(service, database, self.buses[service].publisher(), clock=Clock())) as relay:
            until(lambda: relay.turn() == 1)


@pytest.fixture(scope="module", params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Return each bus in turn, opened once for all events."""
    home = tmp_path_factory.mktemp("wire")
    databases = {"inspections": migrated_sqlite(home / "inspections.db", "inspections")}
    for name in ("gateway", "registry"):
        databases[name] = Database(f"sqlite:///{home}/{name}.db")
        metadata.create_all(databases[name].engine)
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        buses = {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    with ExitStack() as stack:
        for database in databases.values():
            stack.callback(database.close)
        yield Wire(buses, databases, stack.enter_context(closing(buses["gateway"].consumer(Channel.URGENT))))


@pytest.mark.parametrize("name", sorted(TOLD))
class TestEvent:
    def test_arrives_as_it_was_told(self, wire: Wire, name: str) -> None:
        sample = decode(orjson.loads((SAMPLES / f"{name}.json").read_bytes()))
        wire.tell("inspections", sample.data, sequence=sample.sequence)

        [message] = take(wire.gateway)
        with wire.databases["gateway"].transaction() as session:
            wire.gateway.settle(session, [message])
        wire.gateway.acknowledge([message])

        [envelope] = split(message.body, message.content_type)
        came = decode(envelope)
        assert (came.source, came.type, came.data) == ("/sise/inspections", name, sample.data)
        assert (came.subject, came.sequence) == (sample.subject, sample.sequence)


class TestMerge:
    def test_arrives_and_takes_the_hazards_along(self, wire: Wire) -> None:
        database, kept, gone = wire.databases["inspections"], registered(), registered()
        with database.transaction() as session:
            for one in (kept, gone):
                on_enterprise_state(session, [received(one)], now=datetime.now(UTC))
            found = Finding(gone.enterprise_id, "临边无护栏", "平台")
            hazard_id = find_hazard(session, found, by="a-1", tier=4, now=datetime.now(UTC))

        merge = EnterprisesMerged(
            merge_id=hazard_id, enterprise_id=kept.enterprise_id, merged_ids=(gone.enterprise_id,)
        )
        wire.tell("registry", merge)
        consume_until(wire, lambda: owner(database, hazard_id) == kept.enterprise_id)

        assert owner(database, hazard_id) == kept.enterprise_id


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


def owner(database: Database, hazard_id: str) -> str | None:
    with database.reading() as session:
        return session.scalar(select(hazard.c.enterprise_id).where(hazard.c.id == hazard_id))
