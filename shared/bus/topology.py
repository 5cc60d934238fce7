"""Who listens to what, drawn from the declarations of all services, and the broker objects that follow from it.

The definitions are deterministic, so that the file in ``deploy/rabbitmq`` can be compared with the code. Users
are not in that file: ``definitions`` adds them when it is given their passwords.
"""

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared.bus import Channel
from shared.contracts import Lane
from shared.declarations import Declarations
from shared.services import load, service_names

EVENTS = "sise.events"
REDELIVER = "sise.redeliver"
DEAD = "sise.dead"
DELIVERY_LIMIT = 20
NEVER = 1_000_000_000
QUEUE_SUFFIX = {Channel.URGENT: "", Channel.BULK: ".bulk", Channel.DEAD: ".dead"}


def queue_name(service: str, channel: Channel) -> str:
    """Return the name of a service's queue."""
    return service + QUEUE_SUFFIX[channel]


def queue_names(service: str) -> list[str]:
    """Return the names of all queues of a service."""
    return [queue_name(service, channel) for channel in Channel]


@dataclass(frozen=True)
class Topology:
    """``listening`` maps each service to the event types it is subscribed to and the lane of each."""

    listening: Mapping[str, Mapping[str, Lane]]

    @classmethod
    def of(cls, declarations: Iterable[Declarations]) -> "Topology":
        """Return the topology that these services' declarations ask for."""
        return cls(
            {
                one.service: {contract.name: contract.lane for contract in one.contracts()}
                for one in sorted(declarations, key=lambda one: one.service)
            }
        )

    def listeners(self, event_type: str) -> list[str]:
        """Return the services that are subscribed to ``event_type``."""
        return [service for service, types in self.listening.items() if event_type in types]


@cache
def topology_of_services() -> Topology:
    """Return the topology of all services, drawn once per process: what they declare stands in their code."""
    return Topology.of(load(name).declarations() for name in service_names())


def definitions(
    topology: Topology, *, vhost: str = "sise", passwords: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the definitions document of a broker; with ``passwords`` (service → password) also its users."""
    services = list(topology.listening)
    document: dict[str, Any] = {
        "vhosts": [{"name": vhost}],
        "exchanges": [
            _exchange(vhost, EVENTS, "topic"),
            _exchange(vhost, REDELIVER, "direct"),
            _exchange(vhost, DEAD, "direct"),
        ],
        "queues": [_queue(vhost, name) for service in services for name in queue_names(service)],
        "bindings": [_binding(vhost, binding) for service in services for binding in _bindings(topology, service)],
        "policies": [policy for service in services for policy in _policies(vhost, service)],
    }
    if passwords is not None:
        document |= _users(vhost, passwords)
    return document


def _bindings(topology: Topology, service: str) -> list[tuple[str, str, str]]:
    urgent, bulk, dead = (queue_name(service, channel) for channel in (Channel.URGENT, Channel.BULK, Channel.DEAD))
    types = sorted(topology.listening[service].items())
    return [
        *((EVENTS, bulk if lane is Lane.BULK else urgent, name) for name, lane in types),
        (REDELIVER, bulk, service),
        (DEAD, dead, service),
    ]


def _exchange(vhost: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name, "vhost": vhost, "type": kind,
        "durable": True, "auto_delete": False, "internal": False, "arguments": {},
    }  # fmt: skip


def _queue(vhost: str, name: str) -> dict[str, Any]:
    return {
        "name": name, "vhost": vhost,
        "durable": True, "auto_delete": False, "arguments": {"x-queue-type": "quorum"},
    }  # fmt: skip


def _binding(vhost: str, binding: tuple[str, str, str]) -> dict[str, Any]:
    source, queue, routing_key = binding
    return {
        "source": source, "vhost": vhost, "destination": queue,
        "destination_type": "queue", "routing_key": routing_key, "arguments": {},
    }  # fmt: skip


def _policies(vhost: str, service: str) -> list[dict[str, Any]]:
    """At-least-once dead-lettering needs reject-publish; a max-length would let one slow service stop everybody."""
    work = {
        "delivery-limit": DELIVERY_LIMIT,
        "dead-letter-exchange": DEAD,
        "dead-letter-routing-key": service,
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }
    last = {"delivery-limit": NEVER, "overflow": "reject-publish"}  # RabbitMQ 4 would drop after 20 by itself
    return [
        {
            "vhost": vhost, "name": service, "pattern": rf"^{service}(\.bulk)?$",
            "apply-to": "queues", "priority": 0, "definition": work,
        },
        {
            "vhost": vhost, "name": f"{service}.dead", "pattern": rf"^{service}\.dead$",
            "apply-to": "queues", "priority": 0, "definition": last,
        },
    ]  # fmt: skip


def _users(vhost: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """One user per service: reads its own queues, publishes its own events, declares nothing."""
    return {
        "users": [
            {
                "name": service, "password_hash": _password_hash(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": [], "limits": {},
            }
            for service, password in sorted(passwords.items())
        ],
        "permissions": [
            {
                "user": service, "vhost": vhost, "configure": "^$",
                "write": r"^sise\.(events|redeliver)$", "read": rf"^{service}(\.bulk|\.dead)?$",
            }
            for service in sorted(passwords)
        ],
        "topic_permissions": [
            {"user": service, "vhost": vhost, "exchange": EVENTS, "write": rf"^{service}\.", "read": "^$"}
            for service in sorted(passwords)
        ],
    }  # fmt: skip


def _password_hash(password: str) -> str:
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
