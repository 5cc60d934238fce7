"""Each dynamic rule over each bus: the stored sample of its event comes, the grade follows, its end gives it back."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from services.risk.tables import applied_rule, grade
from services.risk.worker import declarations
from shared.bus import Bus, Channel, LoggedEvent
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbitmq import RabbitBus
from shared.bus.topology import Topology, apply, definitions
from shared.clock import Clock
from shared.contracts import contract_named
from shared.database import Database
from shared.database.chassis import metadata
from shared.events.consumption import Consumption
from shared.events.handlers import Handlers
from shared.ids import new_id
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.support.databases import migrated_sqlite
from tests.support.events import until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLES = Path(__file__).parent / "samples"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
PRODUCERS = sorted({name.split(".")[0] for name in LISTENING} - {"risk"})
TOPOLOGY = Topology({"risk": LISTENING, **{name: {} for name in PRODUCERS}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}
ONE = "01932f7e-5c00-7a10-8b21-0c4d5e6f7a81"  # the enterprise of the samples
CASES = {  # rule: (events of its cause with changes, level, event of its end, level afterwards)
    "DY-02": ([("credit.accident_recorded.v1", {})], 1, None, 1),
    "DY-03": ([("credit.exposure_published.v1", {})], 1, "credit.exposure_withdrawn.v1", 1),
    "DY-04": ([("inspections.hazard_overdue.v1", {})], 1, "inspections.hazard_closed.v1", 4),
    "DY-05": ([("credit.subject_listed.v1", {})], 1, "credit.subject_delisted.v1", 4),
    "DY-06": (
        [
            ("inspections.hazard_found.v1", {}),
            *(("credit.penalty_decided.v1", {"penalty_id": f"0192f0a0-0000-7000-8000-00000000000{n}"}) for n in "123"),
        ],
        1,
        "inspections.hazard_closed.v1",
        1,
    ),
    "DY-07": ([("credit.violation_recorded.v1", {})], 3, None, 3),
    "DY-08": ([("inspections.report_substantiated.v1", {})], 4, None, 4),
    "DY-09": ([("permits.commitment_missed.v1", {})], 3, "permits.commitment_made.v1", 4),
    "DY-10": ([("credit.accident_recorded.v1", {})], 1, None, 1),
    "DY-11": ([("inspections.production_halted.v1", {})], 3, "inspections.production_resumed.v1", 4),
    "AL-02": ([("monitoring.alarm_raised.v1", {})], 3, "monitoring.alarm_cleared.v1", 4),
    "TR-01": ([("training.training_compliance_changed.v1", {})], 4, None, 4),
}


@dataclass
class Network:
    """Risk's consumption and the publishers of the others, on one bus."""

    database: Database
    buses: Mapping[str, Bus]

    def publish(self, name: str, changes: Mapping[str, Any], *, second: int = 30) -> None:
        """Publish the stored sample ``name`` with other facts, told at another second of the same minute."""
        envelope = orjson.loads((SAMPLES / f"{name}.json").read_bytes())
        contract = contract_named(name)
        envelope |= {"id": new_id(), "data": envelope["data"] | changes, "time": f"2026-11-23T02:15:{second:02}+00:00"}
        envelope["subject"] = envelope["data"][contract.subject]
        publisher = self.buses[contract.producer].publisher()
        try:
            event = LoggedEvent(1, envelope["id"], name, int(contract.lane), None, orjson.dumps(envelope))
            assert publisher.publish([event]).confirmed == 1
        finally:
            publisher.close()

    def consume_until(self, condition: Callable[[], bool]) -> None:
        """Let risk consume both lanes until ``condition`` holds."""
        handlers, stopping = Handlers(declarations()), threading.Event()
        ends = [
            Consumption(
                self.database,
                self.buses["risk"].consumer(channel),
                handlers,
                clock=Clock(),
                channel=channel,
                stopping=stopping,
            )
            for channel in (Channel.URGENT, Channel.BULK)
        ]
        try:
            until(lambda: [one.turn(0.02) for one in ends] and condition())
        finally:
            for one in ends:
                one.close()

    def level(self) -> int | None:
        with self.database.reading() as session:
            return session.scalar(select(grade.c.level).where(grade.c.enterprise_id == ONE))

    def counting(self) -> set[str]:
        with self.database.reading() as session:
            active = select(applied_rule.c.rule).where(
                applied_rule.c.lifted_at.is_(None), applied_rule.c.phase == "active"
            )
            return set(session.scalars(active))


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with all neighbours of risk, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    """Return risk and its neighbours on each bus in turn."""
    databases = {"risk": migrated_sqlite(tmp_path / "risk.db", "risk")}
    for name in PRODUCERS:
        databases[name] = Database(f"sqlite:///{tmp_path}/{name}.db")
        metadata.create_all(databases[name].engine)
    buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        node.purge()
        buses = {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    yield Network(databases["risk"], buses)
    for database in databases.values():
        database.close()


@pytest.mark.parametrize("rule", CASES)
class TestRule:
    def test_follows_its_event_and_ends_with_its_cause(self, network: Network, rule: str) -> None:
        causes, during, end, afterwards = CASES[rule]
        for name, changes in causes:  # before the enterprise itself: the order of arrival does not matter
            network.publish(name, changes)
        network.publish("registry.enterprise_registered.v1", {"features": {}, "supervision": "supervised"})
        network.consume_until(lambda: rule in network.counting())
        assert network.level() == during

        if end:
            network.publish(end, {}, second=31)
            network.consume_until(lambda: rule not in network.counting())

        assert network.level() == afterwards
