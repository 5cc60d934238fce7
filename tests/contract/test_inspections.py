"""What inspections tells comes over each bus as it was told, from the outbox on; and a merge comes to inspections."""

from collections.abc import Iterator, Mapping
from contextlib import closing
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
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts import all_contracts
from shared.contracts.envelope import decode, split
from shared.contracts.registry import EnterprisesMerged
from shared.database import Database
from shared.events.outbox import publish
from shared.events.relay import Relay
from tests.contract.conftest import take
from tests.contract.networks import BUSES, buses_of, consume_until, databases_of, known_to
from tests.support.events import received, registered, until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLES = Path(__file__).parent / "samples"
TOLD = {name: one.lane for name, one in all_contracts().items() if one.producer == "inspections"}
LISTENING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"gateway": TOLD, "inspections": LISTENING, "registry": {}, "risk": {}})


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with inspections, and leave it as the other tests know it."""
    with known_to(broker, TOPOLOGY) as node:
        yield node


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


@pytest.fixture(scope="module", params=BUSES)
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Return each bus in turn, opened once for all events."""
    home = tmp_path_factory.mktemp("wire")
    with databases_of(home, migrated=["inspections"], speaking=["gateway", "registry"]) as databases:
        buses = buses_of(request, databases, TOPOLOGY)
        with closing(buses["gateway"].consumer(Channel.URGENT)) as gateway:
            yield Wire(buses, databases, gateway)


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
        consume_until(
            database,
            wire.buses["inspections"],
            declarations(),
            condition=lambda: owner(database, hazard_id) == kept.enterprise_id,
        )

        assert owner(database, hazard_id) == kept.enterprise_id


def owner(database: Database, hazard_id: str) -> str | None:
    with database.reading() as session:
        return session.scalar(select(hazard.c.enterprise_id).where(hazard.c.id == hazard_id))
