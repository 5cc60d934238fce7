from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, g, has_request_context, jsonify, request, stream_with_context

from shared.http.client import NeighbourUnavailable, ServiceClient
from shared.http.same_process import served_here
from tests.support.serving import serving

HERE = "http://127.0.0.1:1"  # where nothing listens


def asked() -> list[tuple[str, dict[str, Any]]]:
    """Return methods and options of requests; a body that comes in pieces is read only once."""
    return [
        ("GET", {"params": {"q": "椒江 a+b&c"}}),
        ("GET", {"params": "q=%E6%A4%92&q=2", "headers": {"Accept-Language": "zh-CN"}}),
        ("POST", {"json": {"name": "木器厂"}}),
        ("PUT", {"data": "木器厂".encode(), "headers": {"Content-Type": "text/plain"}}),
        ("POST", {"data": iter([b"two ", b"pieces"])}),
        ("DELETE", {}),
    ]


def echo() -> Response:
    """Answer what came in, but for what only a connection knows, or adds."""
    apart = ("Host", "Content-Length", "Transfer-Encoding", "Accept", "Accept-Encoding", "Connection", "User-Agent")
    body = request.get_data() if request.content_length else request.stream.read()
    headers = {name: value for name, value in request.headers if name not in apart}
    response = jsonify(
        method=request.method, path=request.path, query=request.args.to_dict(flat=False),
        headers=headers, body=body.decode(), address=request.remote_addr, scheme=request.scheme,
    )  # fmt: skip
    response.headers.add("Vary", "Accept")
    response.headers.add("Vary", "Cookie")
    return response


def application() -> Flask:
    """Return a service that echoes, streams and says what it knows of a running request."""
    app = Flask("neighbour")
    app.extensions["closed"] = []
    app.add_url_rule("/<path:_path>", view_func=lambda _path: echo(), methods=["GET", "POST", "PUT", "DELETE"])

    @app.route("/known")
    def known() -> dict[str, Any]:
        return {"left": g.get("left", "")}

    @app.route("/pieces")
    def pieces() -> Response:
        def drawn() -> Iterator[str]:
            for number in range(3):
                yield f"{request.args['of']} {number}\n"

        response = Response(stream_with_context(drawn()))
        response.call_on_close(lambda: app.extensions["closed"].append("pieces"))
        return response

    return app


@pytest.fixture
def app() -> Iterator[Flask]:
    made = application()
    with served_here(HERE, made):
        yield made


@pytest.fixture
def client(app: Flask) -> Iterator[ServiceClient]:
    made = ServiceClient("risk", HERE)
    yield made
    made.close()


class TestAskingInTheSameProcess:
    @pytest.mark.parametrize("number", range(len(asked())))
    def test_says_and_hears_the_same_as_over_the_network(self, client: ServiceClient, number: int) -> None:
        (method, options), (_, again) = asked()[number], asked()[number]
        near = client.send(method, "/a/%E6%A4%92%2Fb", **options)
        with serving(application()) as url:
            far = ServiceClient("risk", url).send(method, "/a/%E6%A4%92%2Fb", **again)
        assert (near.status_code, near.reason, near.json()) == (far.status_code, far.reason, far.json())
        assert near.headers["Vary"] == far.headers["Vary"]

    def test_takes_nothing_of_the_running_request_along(self, client: ServiceClient) -> None:
        with Flask("caller").test_request_context():
            g.left = "a secret"
            assert client.get_json("/known") == {"left": ""}
            assert (g.left, has_request_context()) == ("a secret", True)

    def test_draws_a_streamed_answer_while_it_is_read(self, client: ServiceClient, app: Flask) -> None:
        with Flask("caller").test_request_context("/?of=other"):
            answer = client.send("GET", "/pieces", params="of=own", stream=True)
            assert app.extensions["closed"] == []
            assert b"".join(answer.raw.stream(64)) == b"own 0\nown 1\nown 2\n"
        answer.close()
        assert app.extensions["closed"] == ["pieces"]

    def test_ends_a_streamed_answer_that_nobody_reads_on(self, client: ServiceClient, app: Flask) -> None:
        answer = client.send("GET", "/pieces", params="of=own", stream=True)
        next(answer.raw.stream(6))
        answer.close()
        assert app.extensions["closed"] == ["pieces"]

    def test_goes_over_the_network_again_afterwards(self) -> None:
        client = ServiceClient("risk", HERE)
        with served_here(HERE, application()):
            assert client.send("GET", "/known").ok
        with pytest.raises(NeighbourUnavailable):
            client.send("GET", "/known")
