"""The private RabbitMQ of the tests."""

from deploy.native import RabbitMQ


class TestRabbitMQ(RabbitMQ):
    """A private node that is killed instead of stopped, because its messages are not needed again."""

    __test__ = False

    def stop(self) -> None:
        """Kill the node and its port mapper if this object started them."""
        self.kill()
