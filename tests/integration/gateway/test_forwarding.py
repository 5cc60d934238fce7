"""Requests pass through unchanged, streamed both ways."""

import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Response, request

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import service_settings
from tests.support.databases import migrated_sqlite
from tests.support.serving import serving

MEGABYTE = 1 << 20


@pytest.fixture
def registry() -> Iterator[Neighbour]:
    with neighbour() as service:
        yield service


@pytest.fixture
def gateway(registry: Neighbour, tmp_path: Path) -> Iterator[str]:
    settings: Settings = service_settings(
        Settings, home=tmp_path, service="gateway", service_urls={"registry": registry.url}
    )
    database = migrated_sqlite(tmp_path / "test.db", "gateway")
    with serving(create_app(settings)) as url:
        yield url
    database.close()


def call(method: str, url: str, **options: Any) -> requests.Response:
    return requests.request(method, url, timeout=20, **options)


class Zeros(io.RawIOBase):
    """A large upload that never is in memory as a whole."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.left = length
        self.len = length

    def read(self, size: int = -1) -> bytes:
        piece = bytes(min(size if size > 0 else MEGABYTE, self.left))
        self.left -= len(piece)
        return piece


class TestForwarding:
    def test_passes_method_query_and_body_on(self, gateway: str, registry: Neighbour) -> None:
        registry.answers["/api/v1/registry/things"] = lambda: (request.get_json(), 201, {"Location": "/there"})

        answer = call("POST", f"{gateway}/api/v1/registry/things?a=1&b=%E6%B5%B7", json={"name": "海门"})

        assert (answer.status_code, answer.json(), answer.headers["Location"]) == (201, {"name": "海门"}, "/there")
        assert registry.requests[0][:2] == ("POST", "/api/v1/registry/things?a=1&b=%E6%B5%B7")

    def test_drops_what_belongs_to_one_connection(self, gateway: str, registry: Neighbour) -> None:
        sent = {"Connection": "close, X-Private", "X-Private": "1", "TE": "trailers", "Cookie": "sise_session=no"}
        call("GET", f"{gateway}/api/v1/registry/things", headers={**sent, "X-Forwarded-For": "203.0.113.9"})

        headers = registry.requests[0][2]
        assert not {"X-Private", "Te", "Cookie"} & headers.keys()
        assert headers["X-Forwarded-For"] == "127.0.0.1"

    def test_answers_404_for_a_service_that_is_not_there(self, gateway: str) -> None:
        answer = call("GET", f"{gateway}/api/v1/nowhere/things")

        assert (answer.status_code, answer.json()["code"]) == (404, "service_unknown")

    def test_answers_503_for_a_service_that_does_not_serve(self, gateway: str, registry: Neighbour) -> None:
        registry.answers["/api/v1/registry/things"] = lambda: ("", 502)

        answer = call("GET", f"{gateway}/api/v1/registry/things")

        assert (answer.status_code, answer.json()["code"]) == (503, "neighbour_unavailable")

    def test_leaves_a_compressed_answer_as_it_is(self, gateway: str, registry: Neighbour) -> None:
        packed = {"Content-Encoding": "gzip"}
        registry.answers["/api/v1/registry/things"] = lambda: Response(b"not really gzip", headers=packed)

        answer = requests.get(f"{gateway}/api/v1/registry/things", stream=True, timeout=20)

        assert answer.raw.read(decode_content=False) == b"not really gzip"

    def test_streams_a_large_upload_with_flat_memory(self, gateway: str, registry: Neighbour) -> None:
        registry.answers["/api/v1/registry/imports"] = lambda: {"bytes": drained(request.stream)}
        tracemalloc.start()

        answer = call("POST", f"{gateway}/api/v1/registry/imports", data=Zeros(100 * MEGABYTE))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert answer.json() == {"bytes": 100 * MEGABYTE}
        assert peak < 16 * MEGABYTE

    def test_streams_a_large_answer_with_flat_memory(self, gateway: str, registry: Neighbour) -> None:
        piece = bytes(MEGABYTE)
        registry.answers["/api/v1/registry/exports"] = lambda: Response(piece for _ in range(100))
        tracemalloc.start()

        digest, answer = hashlib.sha256(), requests.get(f"{gateway}/api/v1/registry/exports", stream=True, timeout=20)
        for received in answer.iter_content(MEGABYTE):
            digest.update(received)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert digest.digest() == hashlib.sha256(bytes(100 * MEGABYTE)).digest()
        assert peak < 16 * MEGABYTE

    def test_refuses_more_than_an_import_may_hold(self, gateway: str) -> None:
        connection = HTTPConnection(gateway.removeprefix("http://"), timeout=20)
        connection.putrequest("POST", "/api/v1/registry/imports")
        connection.putheader("Content-Length", str(202 * MEGABYTE))
        connection.endheaders()

        answer = connection.getresponse()
        assert (answer.status, "split what you send" in answer.read().decode()) == (413, True)
        connection.close()


def drained(stream: Any) -> int:
    total = 0
    while piece := stream.read(MEGABYTE):
        total += len(piece)
    return total
