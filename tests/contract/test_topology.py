"""The broker's objects follow from the subscriptions, the same each time, and a live broker is brought to them."""

import json

import pytest
import requests

from shared.bus import BusDown, Channel
from shared.bus.management import apply
from shared.bus.topology import Topology, definitions
from shared.contracts import Lane
from shared.services import load, service_names
from tests.contract.conftest import PASSWORDS, TOPOLOGY, Wire, take
from tests.support.events import deregistered, logged
from tests.support.rabbitmq import TestRabbitMQ

ENDED = "registry.enterprise_deregistered.v1"
LARGER = Topology({**TOPOLOGY.listening, "gateway": {ENDED: Lane.URGENT}})


class TestDefinitions:
    def test_are_the_same_in_whatever_order_services_are_found(self) -> None:
        found = [load(name).declarations() for name in service_names()]

        forwards, backwards = (definitions(Topology.of(order)) for order in (found, reversed(found)))

        assert json.dumps(forwards) == json.dumps(backwards)
        assert forwards["bindings"] != []

    def test_hold_no_user_unless_passwords_are_given(self) -> None:
        assert "users" not in definitions(TOPOLOGY)

    def test_hold_no_password(self) -> None:
        document = json.dumps(definitions(TOPOLOGY, passwords=PASSWORDS))
        assert not any(password in document for password in PASSWORDS.values())

    def test_give_no_service_the_right_to_configure(self) -> None:
        permissions = definitions(TOPOLOGY, passwords=PASSWORDS)["permissions"]
        assert {permission["configure"] for permission in permissions} == {"^$"}

    def test_let_nobody_be_stopped_by_a_slow_neighbour(self) -> None:
        policies = definitions(TOPOLOGY)["policies"]
        assert not any("max-length" in policy["definition"] for policy in policies)

    def test_use_quorum_queues_only(self) -> None:
        kinds = {queue["arguments"]["x-queue-type"] for queue in definitions(TOPOLOGY)["queues"]}
        assert kinds == {"quorum"}


class TestApply:
    def apply(self, broker: TestRabbitMQ, topology: Topology) -> list[str]:
        return apply(broker.management_url, (broker.operator, broker.password), document=definitions(topology))

    def test_binds_what_is_new_and_unbinds_what_is_old(self, rabbit: Wire, broker: TestRabbitMQ) -> None:
        self.apply(broker, TOPOLOGY)  # whatever other tests have bound
        removed = self.apply(broker, LARGER)
        rabbit.publisher().publish([event := logged(deregistered())])
        arrived = take(rabbit.consumer("gateway", Channel.URGENT))
        self.apply(broker, TOPOLOGY)
        assert removed == ["gateway.bulk ← registry.enterprise_registered.v1"]
        assert [message.body for message in arrived] == [event.body]

    def test_changes_nothing_the_second_time(self, broker: TestRabbitMQ) -> None:
        self.apply(broker, TOPOLOGY)
        assert self.apply(broker, TOPOLOGY) == []

    def test_says_when_it_is_refused(self, broker: TestRabbitMQ) -> None:
        with pytest.raises(BusDown, match="401"):
            apply(broker.management_url, ("nobody", "x"), document=definitions(TOPOLOGY))

    def test_makes_the_policies_that_keep_every_message(self, broker: TestRabbitMQ) -> None:
        self.apply(broker, TOPOLOGY)
        auth = (broker.operator, broker.password)
        answer = requests.get(f"{broker.management_url}/api/policies/sise/risk", auth=auth, timeout=10)
        assert answer.json()["definition"]["dead-letter-strategy"] == "at-least-once"
