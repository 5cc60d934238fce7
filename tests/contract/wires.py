"""A service with its neighbours on each bus: what it tells goes to those that handle it, and to a plain listener."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from shared.bus import Bus, Channel, Consumer, Message
from shared.bus.topology import Topology
from shared.clock import Clock
from shared.contracts import all_contracts
from shared.contracts.envelope import decode, split
from shared.database import Database
from shared.declarations import Declarations
from shared.events.outbox import publish
from shared.events.received import Received
from shared.events.relay import Relay
from shared.security.keys import entrust
from tests.contract.networks import BUSES, buses_of, consume_until, databases_of, known_to
from tests.support.events import received, registered, until
from tests.support.rabbitmq import TestRabbitMQ

LISTENER = "listener"  # hears every word of the speaker as it goes over the bus


class Cast:
    """Who is on the bus: ``handling`` services, the ``speaker`` among them, ``others`` that only speak, a listener."""

    def __init__(self, speaker: str, *, handling: tuple[str, ...], others: tuple[str, ...] = ()) -> None:
        self.speaker, self.others = speaker, others
        self.told = {name: one.lane for name, one in all_contracts().items() if one.producer == speaker}
        self.handling: dict[str, Declarations] = {
            name: import_module(f"services.{name}.worker").declarations() for name in handling
        }
        hearing = {name: {one.name: one.lane for one in its.contracts()} for name, its in self.handling.items()}
        self.topology = Topology({LISTENER: self.told, **hearing, **{name: {} for name in others}})


@dataclass
class Wire:
    """The bus with the databases of who speaks and who listens."""

    cast: Cast
    buses: Mapping[str, Bus]
    databases: Mapping[str, Database]
    listener: Consumer

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

    def consume(self, service: str, condition: Callable[[], Any], *, channel: Channel = Channel.URGENT) -> None:
        """Let a service consume one of its lanes until ``condition`` holds."""
        database, bus, handling = self.databases[service], self.buses[service], self.cast.handling[service]
        consume_until(database, bus, handling, condition=condition, channel=channel)

    def told(self, enterprise_id: str) -> list[Received[Any]]:
        """Carry what the speaker has told, take it off the bus, and return what is about an enterprise.

        Several events of one kind may come in one message.
        """
        count, messages, events = self.carry(self.cast.speaker), list[Message](), list[Received[Any]]()

        def has_all() -> bool:
            if len(events) < count and (message := self.listener.receive(0.05)):
                messages.append(message)
                events.extend(decode(one) for one in split(message.body, message.content_type))
            return len(events) == count

        until(has_all, seconds=20.0, sentence=f"{count} events were told, but not all came")
        with self.databases[LISTENER].transaction() as session:
            self.listener.settle(session, messages)
        self.listener.acknowledge(messages)
        return [one for one in events if one.data.enterprise_id == enterprise_id]


def node_of(cast: Cast) -> Any:
    """Return the fixture of the private node with a cast; it leaves the node as the other tests know it."""

    @pytest.fixture(scope="module")
    def node(broker: TestRabbitMQ) -> Iterator[TestRabbitMQ]:
        with known_to(broker, cast.topology) as node:
            yield node

    return node


def wire_of(cast: Cast, kind: type[Wire]) -> Any:
    """Return the fixture that opens each bus in turn with a cast, once for all tests of a file."""

    @pytest.fixture(scope="module", params=BUSES)
    def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
        home = tmp_path_factory.mktemp("wire")
        with databases_of(home, migrated=cast.handling, speaking=(LISTENER, *cast.others)) as databases:
            entrust(databases[cast.speaker], bytes(32))
            buses = buses_of(request, databases, cast.topology)
            with closing(buses[LISTENER].consumer(Channel.URGENT)) as listener:
                yield kind(cast, buses, databases, listener)

    return wire
