"""Declared work that is to be visited comes over each bus, and the grid has the task."""

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
from shared.bus import Bus
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts.envelope import decode
from shared.contracts.permits import WorkDeclared
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database
from shared.events.outbox import publish
from shared.events.relay import Relay
from tests.contract.networks import BUSES, buses_of, consume_until, databases_of, known_to
from tests.support.events import received, until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLE = Path(__file__).parent / "samples" / "permits.work_declared.v1.json"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"inspections": LISTENING, "permits": {}, "registry": {}, "risk": {}})


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with permits and inspections, and leave it as the other tests know it."""
    with known_to(broker, TOPOLOGY) as node:
        yield node


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
        consume_until(self.databases["inspections"], self.buses["inspections"], declarations(), condition=self.tasks)


@pytest.fixture(params=BUSES)
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    with databases_of(tmp_path, migrated=["inspections"], speaking=["permits"]) as databases:
        yield Wire(buses_of(request, databases, TOPOLOGY), databases)


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
