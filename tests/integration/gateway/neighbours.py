"""Neighbours of the gateway for tests: real HTTP servers on free ports that answer as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from tests.support.serving import serving


@dataclass
class Neighbour:
    """What a service got and what it answers; ``gate`` holds its answers back while it is clear."""

    answers: dict[str, Any] = field(default_factory=dict)
    requests: list[Any] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def app(self) -> Flask:
        """Return an application that answers ``answers`` by path: JSON, or a function of the request."""
        app = Flask("neighbour")

        def answer(path: str) -> Any:
            self.requests.append((request.method, request.full_path.rstrip("?"), dict(request.headers)))
            self.gate.wait(10)
            content = self.answers.get(f"/{path}", _nothing)
            return content() if callable(content) else jsonify(content)

        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        app.add_url_rule("/<path:path>", view_func=answer, methods=methods)
        return app


def _nothing() -> Response:
    return Response("{}", 404, content_type="application/problem+json")


@contextmanager
def neighbour(**answers: Any) -> Iterator[Neighbour]:
    """Give a service that answers ``answers`` (set more by path on the object)."""
    service = Neighbour(answers=dict(answers))
    service.gate.set()
    with serving(service.app()) as url:
        service.url = url
        yield service
        service.gate.set()
