import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask, request

from shared import context
from shared.http.client import NeighbourUnavailable, Patience, ServiceClient
from tests.support.racing import at_once
from tests.support.serving import serving


@dataclass
class Neighbour:
    """A real server on a free port; ``answers`` are the statuses that it gives in turn, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    wait: Callable[[], object] = lambda: None  # before each answer
    seen: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("neighbour")

        @app.route("/thing", methods=["GET", "POST"])
        def thing() -> tuple[dict[str, str], int]:
            self.seen.append(dict(request.headers))
            self.wait()
            return {"answer": "here"}, self.answers.pop(0) if self.answers else 200

        return app


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    made = Neighbour()
    with serving(made.app()) as made.url:
        yield made


@pytest.fixture
def client(neighbour: Neighbour) -> Iterator[ServiceClient]:
    made = ServiceClient("risk", neighbour.url, patience=Patience(read=0.5, failures=3, pause=timedelta(seconds=0.2)))
    yield made
    made.close()


class TestAsking:
    def test_returns_the_document(self, client: ServiceClient) -> None:
        assert client.get_json("/thing") == {"answer": "here"}

    def test_carries_the_trace_on(self, client: ServiceClient, neighbour: Neighbour) -> None:
        with context.bind(context.Trace(correlation_id="request-1", traceparent="00-a-b-01")):
            client.get_json("/thing")
        assert (neighbour.seen[0]["X-Request-Id"], neighbour.seen[0]["Traceparent"]) == ("request-1", "00-a-b-01")

    def test_passes_the_caller_on(self, client: ServiceClient, neighbour: Neighbour) -> None:
        headers = {"Authorization": "Bearer x"}
        with Flask("caller").test_request_context(headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"}):
            client.get_json("/thing")
        seen = neighbour.seen[0]
        assert (seen["Authorization"], seen["X-Forwarded-For"]) == ("Bearer x", "10.0.0.9")

    def test_waits_for_many_at_the_same_time(self, neighbour: Neighbour) -> None:
        neighbour.wait = threading.Barrier(8, timeout=20).wait
        client = ServiceClient("risk", neighbour.url, patience=Patience(read=30))

        answers = at_once(lambda _: client.send("GET", "/thing").status_code, threads=8)

        client.close()
        assert answers == [200] * 8


class TestFailing:
    def test_repeats_an_idempotent_request_once(self, client: ServiceClient, neighbour: Neighbour) -> None:
        neighbour.answers = [503]
        assert client.send("GET", "/thing").status_code == 200
        assert len(neighbour.seen) == 2

    def test_never_repeats_another_request(self, client: ServiceClient, neighbour: Neighbour) -> None:
        neighbour.answers = [503]
        with pytest.raises(NeighbourUnavailable):
            client.send("POST", "/thing")
        assert len(neighbour.seen) == 1

    def test_hands_on_what_the_service_refuses(self, client: ServiceClient, neighbour: Neighbour) -> None:
        neighbour.answers = [422]
        assert client.send("GET", "/thing").status_code == 422

    def test_gives_up_on_a_service_that_hangs(self, client: ServiceClient, neighbour: Neighbour) -> None:
        neighbour.wait = lambda: threading.Event().wait(0.7)
        with pytest.raises(NeighbourUnavailable) as problem:
            client.send("POST", "/thing")
        assert problem.value.facts == {"service": "risk"}

    def test_stops_asking_a_service_that_is_down_and_begins_again(
        self, client: ServiceClient, neighbour: Neighbour
    ) -> None:
        neighbour.answers = [503] * 3
        for _ in range(5):
            with pytest.raises(NeighbourUnavailable):
                client.send("POST", "/thing")
        assert len(neighbour.seen) == 3
        ends = time.monotonic() + 5
        while time.monotonic() < ends and not self.is_served(client):
            pass
        assert len(neighbour.seen) == 4

    def is_served(self, client: ServiceClient) -> bool:
        try:
            return client.send("POST", "/thing").status_code == 200
        except NeighbourUnavailable:
            return False
