"""nameko: an event handler as in its documentation; nameko acknowledges when the method has returned."""

import eventlet

eventlet.monkey_patch()

from assignment import BROKER, UPSERT, connect, row  # noqa: E402
from nameko.events import event_handler  # noqa: E402
from nameko.extensions import DependencyProvider  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402


class Connections(DependencyProvider):
    """Lends each worker a connection that it gives back, so that none is opened per message."""

    def setup(self) -> None:
        self.idle = eventlet.queue.LifoQueue()
        for _ in range(self.container.max_workers):
            self.idle.put(connect())

    def get_dependency(self, worker_ctx):
        worker_ctx.data["connection"] = self.idle.get()
        return worker_ctx.data["connection"]

    def worker_teardown(self, worker_ctx):
        self.idle.put(worker_ctx.data["connection"])


class PeerService:
    name = "peer"
    connection = Connections()

    @event_handler("registry", "enterprise_registered", requeue_on_error=True)
    def on_enterprise_registered(self, event):
        self.connection.execute(UPSERT, row(event))


runner = ServiceRunner(config={"AMQP_URI": BROKER})
runner.add_service(PeerService)
runner.start()
runner.wait()
