"""Somebody leaves: the event of the registry comes over each bus, and the account at identity is shut."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from services.identity.tables import account
from services.identity.use_cases.accounts import NOTHING, insert_account
from services.identity.worker import declarations
from shared.bus import Bus, LoggedEvent
from shared.bus.topology import Topology
from shared.contracts import contract_named
from shared.database import Database
from shared.security.keys import entrust
from tests.contract.networks import BUSES, buses_of, consume_until, databases_of, known_to
from tests.support.rabbitmq import TestRabbitMQ

SAMPLES = Path(__file__).parent / "samples"
LEFT = "registry.person_left.v1"
LISTENING = {one.name: one.lane for one in declarations().contracts()}
TOPOLOGY = Topology({"identity": LISTENING, "registry": {}, "risk": {}})


@pytest.fixture(scope="module")
def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
    """Return the private node with identity, and leave it as the other tests know it."""
    with known_to(broker, TOPOLOGY) as node:
        yield node


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Mapping[str, Database]]:
    with databases_of(tmp_path, migrated=["identity"], speaking=["registry"]) as databases:
        entrust(databases["identity"], b"a secret of the tests, 32 bytes!!")
        yield databases


@pytest.fixture(params=BUSES)
def buses(request: pytest.FixtureRequest, databases: Mapping[str, Database]) -> Mapping[str, Bus]:
    """Return each bus in turn, as identity and the registry see it."""
    return buses_of(request, databases, TOPOLOGY)


class TestLeaving:
    def test_arrives_and_shuts_the_account(self, buses: Mapping[str, Bus], databases: Mapping[str, Database]) -> None:
        identity = databases["identity"]
        told = orjson.loads((SAMPLES / f"{LEFT}.json").read_bytes())
        person = {"username": "m-1", "name": "李四", "person_id": told["data"]["person_id"]}
        staff = {**NOTHING, "roles": ["enterprise_worker"], "enterprise_id": told["data"]["enterprise_id"]}
        with identity.transaction() as session:
            account_id = insert_account(session, person, staff, password_hash="", now=datetime.now(UTC))

        publish(buses["registry"], told)
        consume_until(
            identity, buses["identity"], declarations(), condition=lambda: not is_enabled(identity, account_id)
        )

        assert not is_enabled(identity, account_id)


def publish(bus: Bus, envelope: dict[str, str]) -> None:
    publisher = bus.publisher()
    try:
        event = LoggedEvent(1, envelope["id"], LEFT, int(contract_named(LEFT).lane), None, orjson.dumps(envelope))
        assert publisher.publish([event]).confirmed == 1
    finally:
        publisher.close()


def is_enabled(database: Database, account_id: str) -> bool:
    with database.reading() as session:
        return bool(session.scalar(select(account.c.is_enabled).where(account.c.id == account_id)))
