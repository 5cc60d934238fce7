"""Private PostgreSQL and RabbitMQ servers without containers, for tests, benchmarks and `make stack`."""

from deploy.native.postgresql import PostgreSQL
from deploy.native.programs import ServerMissing
from deploy.native.rabbitmq import RabbitMQ

__all__ = ["PostgreSQL", "RabbitMQ", "ServerMissing"]
