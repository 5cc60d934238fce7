"""The known traps of publishing to RabbitMQ, one test each."""

import os
from collections.abc import Iterator

import pika
import pytest

from shared.bus import LoggedEvent
from shared.bus.rabbitmq_publisher import MOST_BYTES, MOST_EVENTS, RabbitPublisher, parcels
from shared.bus.topology import EVENTS, definitions
from tests.contract.conftest import PASSWORDS, TOPOLOGY, Wire, take
from tests.support.events import deregistered, logged, many_logged, registered, until
from tests.support.proxy import Proxy
from tests.support.rabbitmq import TestRabbitMQ

NOBODYS = "registry.import_completed.v1"


@pytest.fixture
def proxy(broker: TestRabbitMQ) -> Iterator[Proxy]:
    """Return a proxy before the broker."""
    proxy = Proxy(broker.port)
    yield proxy
    proxy.close()


@pytest.fixture
def behind(proxy: Proxy, empty_broker: TestRabbitMQ) -> Iterator[RabbitPublisher]:
    """Return an impatient publisher behind the proxy."""
    url = empty_broker.url("registry", PASSWORDS["registry"]).replace(f":{empty_broker.port}/", f":{proxy.port}/")
    publisher = RabbitPublisher(url, patience=1.5)
    yield publisher
    publisher.close()


@pytest.fixture
def operator(broker: TestRabbitMQ) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
    """Return a channel of somebody who may change the topology, which is put right afterwards."""
    connection = pika.BlockingConnection(pika.URLParameters(broker.url()))
    yield connection.channel()
    connection.close()
    broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))


def queued(broker: TestRabbitMQ, queue: str) -> int:
    with pika.BlockingConnection(pika.URLParameters(broker.url())) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


class TestAnAnswerThatComesTooLate:
    def test_is_not_taken_for_the_answer_to_the_next_message(self, behind: RabbitPublisher, proxy: Proxy) -> None:
        behind.publish(many_logged(1))
        proxy.silence()
        late = behind.publish(many_logged(1))
        proxy.resume()
        nobodys = logged(registered(), position=7)._replace(type=NOBODYS)
        assert (late.confirmed, late.problem) == (0, "no answer from the broker for 1.5 s")
        assert behind.publish([nobodys]).unrouted == {7}


class TestABrokenConnection:
    def test_leaves_what_was_not_confirmed_unknown(self, behind: RabbitPublisher, proxy: Proxy) -> None:
        behind.publish(many_logged(1))
        proxy.reset()
        published = [behind.publish(many_logged(1)) for _ in range(2)]
        assert published[-1].confirmed == 1  # the first may have met the dead connection

    def test_is_opened_again_after_the_broker_was_killed(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        publisher, before, after = rabbit.publisher(), logged(registered()), logged(registered())
        publisher.publish([before])
        broker.kill()
        assert publisher.publish([after]).confirmed == 0
        broker.start()
        until(lambda: publisher.publish([after]).confirmed == 1, seconds=60)
        bodies = {one.body for one in take(rabbit.consumer(), 2)}
        assert bodies == {before.body, after.body}


class TestABlockedConnection:
    def test_gives_up_and_publishes_when_the_alarm_is_over(
        self, behind: RabbitPublisher, empty_broker: TestRabbitMQ
    ) -> None:
        events = many_logged(1)
        empty_broker.control("set_vm_memory_high_watermark", "0.0000001")
        try:
            blocked = behind.publish(events)
        finally:
            empty_broker.control("set_vm_memory_high_watermark", "0.4")
        assert blocked.confirmed == 0
        until(lambda: behind.publish(events).confirmed == 1)


class TestARefusal:
    def test_of_a_missing_exchange_is_noticed(self, rabbit: Wire, operator: pika.channel.Channel) -> None:
        operator.exchange_delete(EVENTS)
        published = [rabbit.publisher().publish(many_logged(1)) for _ in range(3)]
        assert [(one.confirmed, "404" in one.problem) for one in published] == [(0, True)] * 3

    def test_by_nack_is_noticed(self, rabbit: Wire, operator: pika.channel.Channel, empty_broker: TestRabbitMQ) -> None:
        operator.queue_declare("full", arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
        operator.queue_bind("full", EVENTS, NOBODYS)
        publisher = rabbit.publisher()
        event = logged(registered())._replace(type=NOBODYS)
        published = [publisher.publish([event]) for _ in range(5)]
        operator.queue_delete("full")
        assert "nack" in published[-1].problem
        assert publisher.publish([event]).confirmed == 1

    def test_of_another_services_event(self, rabbit: Wire) -> None:
        published = rabbit.publisher("risk").publish(many_logged(1))
        assert (published.confirmed, "ACCESS_REFUSED" in published.problem) == (0, True)

    def test_keeps_what_was_confirmed_before_it(self, rabbit: Wire) -> None:
        own = [logged(registered(), position=n)._replace(type=f"risk.event_{n}.v1") for n in range(1, 4)]
        foreign = logged(registered(), position=4)
        publisher = rabbit.publisher("risk")
        assert publisher.publish(own).confirmed == 3
        assert publisher.publish([*own, foreign]).confirmed <= 3

    def test_of_the_password_is_noticed(self, broker: TestRabbitMQ) -> None:
        publisher = RabbitPublisher(broker.url("registry", "wrong"), patience=5)
        assert publisher.publish(many_logged(1)).confirmed == 0


class TestAFork:
    def test_gets_a_connection_of_its_own(self, rabbit: Wire, empty_broker: TestRabbitMQ) -> None:
        publisher = rabbit.publisher()
        publisher.publish(many_logged(1))
        child = os.fork()
        if not child:
            os._exit(0 if publisher.publish(many_logged(1)).confirmed == 1 else 1)
        _pid, status = os.waitpid(child, 0)
        assert (status, publisher.publish(many_logged(1)).confirmed) == (0, 1)
        assert queued(empty_broker, "risk.bulk") == 3


class TestMessages:
    def test_are_persistent(self, rabbit: Wire, empty_broker: TestRabbitMQ) -> None:
        rabbit.publisher().publish(many_logged(1))
        with pika.BlockingConnection(pika.URLParameters(empty_broker.url())) as connection:
            _method, properties, _body = connection.channel().basic_get("risk.bulk")
        assert (properties.delivery_mode, properties.user_id) == (2, "registry")

    def test_hold_runs_of_one_type(self) -> None:
        kinds = [registered, registered, deregistered, registered]
        events = [logged(make(), position=number) for number, make in enumerate(kinds)]
        assert [len(parcel.events) for parcel in parcels(events)] == [2, 1, 1]

    def test_hold_at_most_two_hundred_events(self) -> None:
        assert [len(parcel.events) for parcel in parcels(many_logged(450))] == [MOST_EVENTS, MOST_EVENTS, 50]

    def test_hold_at_most_256_kib(self) -> None:
        events = many_logged(20, make=lambda: registered(name="厂" * 10_000))
        sizes = [len(parcel.content()[1]) for parcel in parcels(events)]
        assert (len(sizes) > 1, max(sizes) <= MOST_BYTES) == (True, True)

    def test_for_one_service_travel_apart(self) -> None:
        events: list[LoggedEvent] = [*many_logged(2), *many_logged(2, address="risk")]
        assert [(parcel.exchange, parcel.routing_key) for parcel in parcels(events)] == [
            ("sise.events", "registry.enterprise_registered.v1"),
            ("sise.redeliver", "risk"),
        ]
