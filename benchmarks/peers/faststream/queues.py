"""The exchange and the queue, as FastStream's documentation declares durable ones."""

from assignment import VARIANT
from faststream.rabbit import ExchangeType, QueueType, RabbitExchange, RabbitQueue

KEY = "registry.enterprise_registered.v1"
EXCHANGE = RabbitExchange("registry.events", type=ExchangeType.TOPIC, durable=True)
KIND = QueueType.QUORUM if VARIANT.startswith("quorum") else QueueType.CLASSIC
QUEUE = RabbitQueue("peer", queue_type=KIND, durable=True, routing_key=KEY)
