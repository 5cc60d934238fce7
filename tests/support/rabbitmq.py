"""The private RabbitMQ of the tests."""

from deploy.native import RabbitMQ


class TestRabbitMQ(RabbitMQ):
    """A private node that is killed instead of stopped, because its messages are not needed again."""

    __test__ = False

    def stop(self) -> None:
        """Kill the node and its port mapper if this object started them."""
        self.kill()

    def remove_queues(self, service: str) -> None:
        """Delete the queues of a service that only one test needs."""
        for queue in self.get(f"queues/{self.vhost}"):
            if queue["name"].split(".")[0] == service:
                address = f"{self.management_url}/api/queues/{self.vhost}/{queue['name']}"
                self._management.delete(address, timeout=10).raise_for_status()
