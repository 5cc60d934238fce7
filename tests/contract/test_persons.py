"""Somebody leaves: the event of the registry comes over each bus, and the account at identity is shut."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from services.identity.tables import account
from services.identity.use_cases.accounts import NOTHING, insert_account
from services.identity.worker import declarations
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
from shared.security.keys import entrust
from tests.contract.conftest import TOPOLOGY as THREE_SERVICES
from tests.support.databases import migrated_sqlite
from tests.support.events import until
from tests.support.rabbitmq import TestRabbitMQ

SAMPLES = Path(__file__).parent / "samples"
LEFT = "registry.person_left.v1"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"identity": LISTENING, "registry": {}, "risk": {}})
PASSWORDS = {service: f"password-of-{service}" for service in TOPOLOGY.listening}


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with identity, and leave it as the other tests know it."""
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
    yield broker
    for service in TOPOLOGY.listening.keys() - THREE_SERVICES.listening.keys():
        broker.remove_queues(service)
    apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))


@pytest.fixture
def identity(tmp_path: Path) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path / "identity.db", "identity")
    entrust(database, b"a secret of the tests, 32 bytes!!")
    yield database
    database.close()


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def buses(request: pytest.FixtureRequest, identity: Database, tmp_path: Path) -> Iterator[Mapping[str, Bus]]:
    """Return each bus in turn, as identity and the registry see it."""
    registry = Database(f"sqlite:///{tmp_path}/registry.db")
    metadata.create_all(registry.engine)
    databases = {"identity": identity, "registry": registry}
    if request.param == "rabbitmq":
        node: TestRabbitMQ = request.getfixturevalue("node")
        node.purge()
        yield {name: RabbitBus(name, node.url(name, PASSWORDS[name])) for name in databases}
    else:
        yield {name: EmbeddedBus(name, databases, TOPOLOGY) for name in databases}
    registry.close()


class TestLeaving:
    def test_arrives_and_shuts_the_account(self, buses: Mapping[str, Bus], identity: Database) -> None:
        told = orjson.loads((SAMPLES / f"{LEFT}.json").read_bytes())
        person = {"username": "m-1", "name": "李四", "person_id": told["data"]["person_id"]}
        staff = {**NOTHING, "roles": ["enterprise_worker"], "enterprise_id": told["data"]["enterprise_id"]}
        with identity.transaction() as session:
            account_id = insert_account(session, person, staff, password_hash="", now=datetime.now(UTC))

        publish(buses["registry"], told)
        consume_until(identity, buses["identity"], lambda: not is_enabled(identity, account_id))

        assert not is_enabled(identity, account_id)


def publish(bus: Bus, envelope: dict[str, str]) -> None:
    publisher = bus.publisher()
    try:
        event = LoggedEvent(1, envelope["id"], LEFT, int(contract_named(LEFT).lane), None, orjson.dumps(envelope))
        assert publisher.publish([event]).confirmed == 1
    finally:
        publisher.close()


def consume_until(database: Database, bus: Bus, condition: Callable[[], bool]) -> None:
    stopping, clock = threading.Event(), Clock()
    channel = Channel.URGENT
    end = Consumption(
        database, bus.consumer(channel), Handlers(declarations()), clock=clock, channel=channel, stopping=stopping
    )
    try:
        until(lambda: end.turn(0.02) is not None and condition())
    finally:
        end.close()


def is_enabled(database: Database, account_id: str) -> bool:
    with database.reading() as session:
        return bool(session.scalar(select(account.c.is_enabled).where(account.c.id == account_id)))
