"""What every bus promises, on each implementation."""

from shared.bus import Channel, Message
from shared.contracts.envelope import split
from tests.contract.conftest import Wire, take
from tests.support.events import deregistered, logged, many_logged, registered, until


def ids_in(messages: list[Message]) -> list[str]:
    return [envelope["id"] for message in messages for envelope in split(message.body, message.content_type)]


def drain(wire: Wire, service: str = "risk", *, expected: int) -> list[str]:
    """Take and finish messages until ``expected`` events have come; return their ids in order."""
    consumer, found = wire.consumer(service), []
    while len(found) < expected:
        messages = take(consumer)
        found += ids_in(messages)
        wire.done(service, consumer, messages)
    return found


class TestPublishing:
    def test_confirms_what_every_listener_has(self, wire: Wire) -> None:
        events = many_logged(3)
        published = wire.publisher().publish(events)
        assert (published.confirmed, published.unrouted, published.problem) == (3, frozenset(), "")

    def test_reaches_each_listener_once(self, wire: Wire) -> None:
        event = logged(registered())
        wire.publisher().publish([event])
        assert [drain(wire, one, expected=1) for one in ("risk", "gateway")] == [[event.event_id]] * 2

    def test_confirms_and_names_what_nobody_is_bound_for(self, wire: Wire) -> None:
        nobody = logged(registered(), position=2)._replace(type="registry.import_completed.v1")
        published = wire.publisher().publish([logged(registered()), nobody])
        assert (published.confirmed, published.unrouted) == (2, frozenset({2}))

    def test_confirms_and_names_what_is_addressed_to_nobody(self, wire: Wire) -> None:
        published = wire.publisher().publish([logged(registered(), address="permits")])
        assert (published.confirmed, published.unrouted) == (1, frozenset({1}))

    def test_gives_an_addressed_event_only_to_that_service(self, wire: Wire) -> None:
        here, there = logged(registered(), address="risk"), logged(registered(), position=2)
        wire.publisher().publish([here, there])
        assert drain(wire, "gateway", expected=1) == [there.event_id]
        assert sorted(drain(wire, "risk", expected=2)) == sorted([here.event_id, there.event_id])

    def test_publishes_nothing_without_ado(self, wire: Wire) -> None:
        assert wire.publisher().publish([]).confirmed == 0

    def test_publishes_again_after_close(self, wire: Wire) -> None:
        publisher = wire.publisher()
        publisher.publish(many_logged(1))
        publisher.close()
        assert publisher.publish(many_logged(1)).confirmed == 1


class TestDelivery:
    def test_keeps_the_order_of_one_publisher(self, wire: Wire) -> None:
        events = many_logged(700)
        wire.publisher().publish(events)
        assert drain(wire, expected=700) == [event.event_id for event in events]

    def test_delivers_the_very_bytes(self, wire: Wire) -> None:
        event = logged(registered(name="椒江<厂>\u2028"))
        wire.publisher().publish([event])
        assert take(wire.consumer())[0].body == event.body

    def test_separates_the_lanes(self, wire: Wire) -> None:
        wire.publisher().publish([logged(registered()), (alarm := logged(deregistered(), position=2))])
        assert ids_in(take(wire.consumer(channel=Channel.URGENT))) == [alarm.event_id]

    def test_returns_nothing_when_nothing_comes(self, wire: Wire) -> None:
        assert wire.consumer().receive(0.05) is None

    def test_wakes_a_consumer_that_waits(self, wire: Wire) -> None:
        consumer = wire.consumer()
        consumer.receive(0)
        wire.publisher().publish(many_logged(1))
        assert consumer.receive(10) is not None

    def test_comes_again_after_a_crash_before_the_end(self, wire: Wire) -> None:
        event = logged(deregistered())
        wire.publisher().publish([event])
        crashed = wire.consumer(channel=Channel.URGENT)
        take(crashed)
        crashed.close()
        assert ids_in(take(wire.consumer(channel=Channel.URGENT))) == [event.event_id]

    def test_never_comes_again_after_the_end(self, wire: Wire) -> None:
        wire.publisher().publish(many_logged(5))
        consumer = wire.consumer()
        found: list[Message] = []
        while len(ids_in(found)) < 5:
            found += take(consumer)
        wire.done("risk", consumer, found)
        consumer.close()
        assert wire.consumer().receive(0.3) is None

    def test_gives_what_was_not_finished_to_another_consumer(self, wire: Wire) -> None:
        publisher, events = wire.publisher(), [logged(registered(), position=number) for number in (1, 2)]
        for event in events:
            publisher.publish([event])
        first = wire.consumer()
        wire.done("risk", first, take(first))
        take(first)
        first.close()
        assert ids_in(take(wire.consumer())) == [events[1].event_id]

    def test_counts_what_waits(self, wire: Wire) -> None:
        wire.publisher().publish(many_logged(1))
        consumer = wire.consumer()
        until(lambda: consumer.waiting() == 1)
        assert wire.consumer("gateway", Channel.URGENT).waiting() == 0

    def test_stays_alive_while_messages_are_held(self, wire: Wire) -> None:
        wire.publisher().publish(many_logged(1))
        consumer = wire.consumer()
        messages = take(consumer)
        consumer.keep_alive()
        wire.done("risk", consumer, messages)
        assert consumer.receive(0.05) is None
