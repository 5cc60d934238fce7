"""The bus over RabbitMQ: what the full stack uses.

Only passive use of the topology: a service has no right to declare anything. Publishing and consuming have
connections of their own, because a broker in alarm blocks those that publish.
"""

from dataclasses import dataclass

from shared.bus import Channel, Consumer, Publisher
from shared.bus.rabbitmq_consumer import RabbitConsumer
from shared.bus.rabbitmq_publisher import RabbitPublisher
from shared.bus.topology import queue_name


@dataclass(frozen=True)
class RabbitBus:
    """The broker at ``url`` as ``service`` sees it."""

    service: str
    url: str

    def publisher(self) -> Publisher:
        """Return a publisher; it connects when first used."""
        return RabbitPublisher(self.url)

    def consumer(self, channel: Channel) -> Consumer:
        """Return a consumer of one of the service's queues; it connects when first used."""
        return RabbitConsumer(self.url, queue_name(self.service, channel))
