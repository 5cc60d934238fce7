"""The known traps of consuming from RabbitMQ, one test each."""

from collections.abc import Iterator

import pika
import pytest

from shared.bus import BusDown, Channel
from shared.bus.rabbitmq_consumer import RabbitConsumer
from shared.bus.topology import DELIVERY_LIMIT, definitions
from tests.contract.conftest import PASSWORDS, TOPOLOGY, Wire, take
from tests.support.events import logged, registered, until
from tests.support.proxy import Proxy
from tests.support.rabbitmq import TestRabbitMQ


@pytest.fixture
def proxy(broker: TestRabbitMQ) -> Iterator[Proxy]:
    """Return a proxy before the broker."""
    proxy = Proxy(broker.port)
    yield proxy
    proxy.close()


def consumer_of(broker: TestRabbitMQ, *, prefetch: int = 100, heartbeat: float = 20, port: int = 0) -> RabbitConsumer:
    """Return a consumer of risk's bulk queue."""
    url = broker.url("risk", PASSWORDS["risk"]).replace(f":{broker.port}/", f":{port or broker.port}/")
    return RabbitConsumer(url, "risk.bulk", prefetch=prefetch, heartbeat=heartbeat)


def publish_singly(wire: Wire, count: int) -> list[bytes]:
    """Publish ``count`` messages of one event each."""
    publisher, events = wire.publisher(), [logged(registered()) for _ in range(count)]
    for event in events:
        publisher.publish([event])
    return [event.body for event in events]


def is_cut_off(consumer: RabbitConsumer) -> bool:
    try:
        consumer.receive(0.1)
    except BusDown:
        return True
    return False


def next_body(consumer: RabbitConsumer) -> bytes | None:
    """Return the next message's body, or None when there is none or no broker."""
    try:
        message = consumer.receive(0.1)
    except BusDown:
        return None
    return message.body if message else None


def unacknowledged(broker: TestRabbitMQ) -> int:
    found = broker.get("queues/sise/risk.bulk").get("messages_unacknowledged", 0)
    return int(found)


class TestPrefetch:
    def test_bounds_what_is_in_hand(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        publish_singly(rabbit, 12)
        consumer = consumer_of(broker, prefetch=5)
        take(consumer)
        until(lambda: unacknowledged(broker) >= 5)
        assert unacknowledged(broker) == 5
        consumer.close()

    def test_lets_innocent_messages_die_with_a_poisonous_one_and_keeps_them_all(
        self, rabbit: Wire, broker: TestRabbitMQ
    ) -> None:
        bodies = publish_singly(rabbit, 3)
        for _ in range(DELIVERY_LIMIT + 1):
            crashing = consumer_of(broker, prefetch=3)
            take(crashing)
            crashing.close()
        dead = take(rabbit.consumer(channel=Channel.DEAD), 3)
        assert sorted(one.body for one in dead) == sorted(bodies)


class TestASilentConsumer:
    def test_is_cut_off_and_gets_its_message_again(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        bodies = publish_singly(rabbit, 1)
        consumer = consumer_of(broker, heartbeat=1)
        held = take(consumer)
        until(lambda: rabbit.consumer().waiting() == 1, seconds=30, sentence="the broker does not cut off")
        with pytest.raises(BusDown):
            until(lambda: consumer.acknowledge(held))
        assert [one.body for one in take(consumer)] == bodies
        consumer.close()

    def test_is_kept_while_it_shows_that_it_lives(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        publish_singly(rabbit, 1)
        consumer, beats = consumer_of(broker, heartbeat=1), iter(range(60))
        held = take(consumer)
        rival = rabbit.consumer()

        def has_outlived() -> bool:
            consumer.keep_alive()
            assert rival.receive(0.1) is None
            return next(beats) == 50  # five times the heartbeat

        until(has_outlived, seconds=30)
        consumer.acknowledge(held)
        consumer.close()


class TestABrokenConnection:
    def test_never_acknowledges_by_the_next_one(self, rabbit: Wire, broker: TestRabbitMQ, proxy: Proxy) -> None:
        bodies = publish_singly(rabbit, 2)
        consumer = consumer_of(broker, port=proxy.port)
        held = take(consumer)
        proxy.reset()
        until(lambda: is_cut_off(consumer))
        take(consumer, 2)
        consumer.acknowledge(held)
        consumer.close()
        assert [one.body for one in take(rabbit.consumer(), 2)] == bodies

    def test_that_is_half_open_is_noticed(self, rabbit: Wire, broker: TestRabbitMQ, proxy: Proxy) -> None:
        consumer = consumer_of(broker, heartbeat=1, port=proxy.port)
        consumer.receive(0)
        proxy.silence()
        until(lambda: is_cut_off(consumer), seconds=30)
        proxy.resume()
        bodies = publish_singly(rabbit, 1)
        assert [one.body for one in take(consumer)] == bodies
        consumer.close()

    def test_is_opened_again_after_the_broker_was_killed(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        bodies = publish_singly(rabbit, 1)
        consumer = consumer_of(broker)
        take(consumer)
        broker.kill()
        until(lambda: is_cut_off(consumer))
        broker.start()
        assert until(lambda: next_body(consumer), seconds=60) == bodies[0]
        consumer.close()


class TestAQueue:
    def test_that_is_deleted_is_noticed(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        consumer = consumer_of(broker)
        consumer.receive(0)
        with pika.BlockingConnection(pika.URLParameters(broker.url())) as operator:
            operator.channel().queue_delete("risk.bulk")
        until(lambda: is_cut_off(consumer))
        broker.import_definitions(definitions(TOPOLOGY, passwords=PASSWORDS))
        until(lambda: not is_cut_off(consumer))
        bodies = publish_singly(rabbit, 1)
        assert [one.body for one in take(consumer)] == bodies
        consumer.close()

    def test_of_another_service_is_refused(self, broker: TestRabbitMQ) -> None:
        url = broker.url("risk", PASSWORDS["risk"])
        with pytest.raises(BusDown, match="ACCESS_REFUSED"):
            RabbitConsumer(url, "gateway").receive(0)

    def test_cannot_be_declared_by_a_service(self, broker: TestRabbitMQ) -> None:
        connection = pika.BlockingConnection(pika.URLParameters(broker.url("risk", PASSWORDS["risk"])))
        with connection, pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
            connection.channel().queue_declare("risk.own", durable=True)


def test_two_consumers_share_a_queue(rabbit: Wire, broker: TestRabbitMQ) -> None:
    first, second = (consumer_of(broker, prefetch=2) for _ in range(2))
    for consumer in (first, second):
        consumer.receive(0)
    bodies = publish_singly(rabbit, 4)
    found = [one.body for consumer in (first, second) for one in take(consumer, 2)]
    assert sorted(found) == sorted(bodies)
    for consumer in (first, second):
        consumer.close()
