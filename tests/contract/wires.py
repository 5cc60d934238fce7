"""A service with its neighbours on each bus: what it tells goes to those that handle it, and to a plain listener."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from shared.bus import Bus, Channel, Consumer, Message
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
from tests.support.databases import migrated_sqlite
from tests.support.events import received, registered, until
from tests.support.rabbitmq import TestRabbitMQ


class Cast:
    """Who is on the bus: ``handling`` services, the ``speaker`` among them, ``others`` that only speak, the gateway."""

    def __init__(self, speaker: str, *, handling: tuple[str, ...], others: tuple[str, ...] = ()) -> None:
        self.speaker, self.others = speaker, others
        self.told = {name: one.lane for name, one in all_contracts().items() if one.producer == speaker}
        self.handling: dict[str, Declarations] = {
            name: import_module(f"services.{name}.worker").declarations() for name in handling
        }
        hearing = {name: {one.name: one.lane for one in its.contracts()} for name, its in self.handling.items()}
        self.topology = Topology({"gateway": self.told, **hearing, **{name: {} for name in others}})
        self.passwords = {name: f"password-of-{name}" for name in self.topology.listening}


@dataclass
class Wire:
    """The bus with the databases of who speaks and who listens."""

    cast: Cast
    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]
    gateway: Consumer

    def knows(self, **facts: Any) -> str:
        """Let all that handle events hear of an enterprise and return its id."""
        works = registered(subdistrict="331002001", **facts)
        for service in self.cast.handling:
            hear = import_module(f"services.{service}.subscriptions").on_enterprise_state
            with self.databases[service].transaction() as session:
                hear(session, [received(works)], now=datetime.now(UTC))
        return works.enterprise_id

    def tell(self, service: str, event: Any, *, sequence: int = 1) -> None:
        """Put an event into the outbox of a service and carry it to the bus."""
        with self.databases[service].transaction() as session:
            publish(session, event, sequence=sequence, at=datetime.now(UTC))
        assert self.carry(service) == 1

    def carry(self, service: str) -> int:
        """Carry everything to the bus that a service has told and return how many events that were."""
        relay = Relay(service, self.databases[service], self.buses[service].publisher(), clock=Clock())
        with closing(relay):
            return sum(iter(relay.turn, 0))

    def consume(self, service: str, condition: Callable[[], Any]) -> None:
        """Let a service consume its urgent lane until ``condition`` holds."""
        end = Consumption(
            self.databases[service],
            self.buses[service].consumer(Channel.URGENT),
            Handlers(self.cast.handling[service]),
            clock=Clock(),
            channel=Channel.URGENT,
            stopping=threading.Event(),
        )
        with closing(end):
            until(lambda: end.turn(0.02) is not None and condition())

    def told(self, enterprise_id: str) -> list[Received[Any]]:
        """Carry what the speaker has told, take it at the gateway, and return what is about an enterprise.

        Several events of one kind may come in one message.
        """
        count, messages, events = self.carry(self.cast.speaker), list[Message](), list[Received[Any]]()

        def has_all() -> bool:
            if len(events) < count and (message := self.gateway.receive(0.05)):
                messages.append(message)
                events.extend(decode(one) for one in split(message.body, message.content_type))
            return len(events) == count

        until(has_all, seconds=20.0, sentence=f"{count} events were told, but not all came")
        with self.databases["gateway"].transaction() as session:
            self.gateway.settle(session, messages)
        self.gateway.acknowledge(messages)
        return [one for one in events if one.data.enterprise_id == enterprise_id]


def node_of(cast: Cast) -> Any:
    """Return the fixture of the private node with a cast; it leaves the node as the other tests know it."""

    @pytest.fixture(scope="module")
    def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
        broker.import_definitions(definitions(cast.topology, passwords=cast.passwords))
        broker.purge()
        yield broker
        for service in cast.topology.listening.keys() - THREE_SERVICES.listening.keys():
            broker.remove_queues(service)
        broker.purge()
        apply(broker.management_url, (broker.operator, broker.password), document=definitions(THREE_SERVICES))

    return node


def wire_of(cast: Cast, kind: type[Wire]) -> Any:
    """Return the fixture that opens each bus in turn with a cast, once for all tests of a file."""

    @pytest.fixture(scope="module", params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.broker)])
    def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
        home = tmp_path_factory.mktemp("wire")
        databases = {name: migrated_sqlite(home / f"{name}.db", name) for name in cast.handling}
        for name in ("gateway", *cast.others):
            databases[name] = Database(f"sqlite:///{home}/{name}.db")
            metadata.create_all(databases[name].engine)
        entrust(databases[cast.speaker], bytes(32))
        buses: dict[str, Bus] = {name: EmbeddedBus(name, databases, cast.topology) for name in databases}
        if request.param == "rabbitmq":
            node: TestRabbitMQ = request.getfixturevalue("node")
            buses = {name: RabbitBus(name, node.url(name, cast.passwords[name])) for name in databases}
        with ExitStack() as stack:
            for database in databases.values():
                stack.callback(database.close)
            yield kind(cast, buses, databases, stack.enter_context(closing(buses["gateway"].consumer(Channel.URGENT))))

    return wire
