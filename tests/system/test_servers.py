"""The private servers that everything else of this tier stands on."""

import psycopg

from deploy.native import PostgreSQL
from tests.support.postgresql import TestPostgreSQL
from tests.support.rabbitmq import TestRabbitMQ
from tests.support.servers import private

QUORUM = {"durable": True, "auto_delete": False, "arguments": {"x-queue-type": "quorum"}}


class TestPrivatePostgreSQL:
    def test_gives_every_test_a_database_of_its_own(self, postgresql: TestPostgreSQL) -> None:
        first, second = postgresql.create_database("risk"), postgresql.create_database("risk")

        assert first != second

    def test_of_the_stack_keeps_its_promise_after_a_power_failure(self) -> None:
        with private(PostgreSQL) as server:
            url = server.create_database("risk").replace("+psycopg", "")
            with psycopg.connect(url) as connection:
                answer = connection.execute("SHOW fsync").fetchone()

        assert answer == ("on",)


class TestPrivateRabbitMQ:
    def test_has_the_queues_of_the_imported_definitions(self, rabbitmq: TestRabbitMQ) -> None:
        rabbitmq.import_definitions({"queues": [{"name": "trial", "vhost": rabbitmq.vhost, **QUORUM}]})

        listed = rabbitmq.control("list_queues", "--vhost", rabbitmq.vhost, "name", "type")

        assert "trial\tquorum" in listed
