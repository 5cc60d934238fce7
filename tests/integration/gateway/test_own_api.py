"""What a page reads: the answer that the API gives to its reader, asked at once of the service that gives it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from flask import Flask, Response, jsonify

from services.gateway.app import create_app
from services.gateway.forwarding import service_behind
from services.gateway.pages import own_api
from services.gateway.pages.enterprises import file_parts
from services.gateway.settings import Settings
from shared.errors import Forbidden, NotFound, SiseError, Unavailable
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings, trust
from tests.support.databases import migrated_sqlite

READER = {"Authorization": "Bearer reader", "X-Request-Id": "request-of-the-page"}
MOST = 20  # requests in a minute


@pytest.fixture
def service() -> Iterator[Neighbour]:
    with neighbour() as made:
        yield made


@pytest.fixture
def app(tmp_path: Path, service: Neighbour) -> Iterator[Flask]:
    """Return a gateway that draws a page for the reader."""
    settings: Settings = service_settings(
        Settings, home=tmp_path, service="gateway", service_urls={"registry": service.url}, requests_per_minute=MOST
    )
    migrated_sqlite(tmp_path / "test.db", "gateway").close()
    made = create_app(settings)
    trust(made, Signer())
    with made.test_request_context("/", headers=READER, environ_base={"REMOTE_ADDR": "10.0.0.9"}):
        made.preprocess_request()
        yield made


def saying(status: int) -> Any:
    """Return an answer that is a problem of this status."""

    def answer() -> Response:
        response = jsonify(detail=f"because of {status}")
        response.status_code, response.content_type = status, "application/problem+json"
        return response

    return answer


@pytest.mark.usefixtures("app")
class TestReading:
    def test_asks_the_service_for_the_reader(self, service: Neighbour) -> None:
        service.answers["/api/v1/registry/grids"] = {"items": ["甲"]}

        assert own_api.read("registry/grids", {"q": "椒江 a&b", "cursor": "", "limit": 5}) == {"items": ["甲"]}

        ((method, path, headers),) = service.requests
        assert (method, unquote_plus(path)) == ("GET", "/api/v1/registry/grids?q=椒江 a&b&limit=5")
        assert headers.items() >= {**READER, "X-Forwarded-For": "10.0.0.9", "Accept": "application/json"}.items()

    def test_takes_what_stands_in_an_address_for_a_name(self, service: Neighbour) -> None:
        service.answers["/api/v1/registry/codes/a?b#c 100%"] = {"id": "known"}

        assert own_api.read("registry/codes/a?b#c 100%") == {"id": "known"}

    @pytest.mark.parametrize(
        ("status", "kind"), [(401, own_api.SignedOut), (403, Forbidden), (404, NotFound), (409, Unavailable)]
    )
    def test_tells_what_the_service_says_no_to(self, service: Neighbour, status: int, kind: type[SiseError]) -> None:
        service.answers["/api/v1/registry/grids"] = saying(status)

        with pytest.raises(kind, match=f"because of {status}"):
            own_api.read("registry/grids")

    def test_counts_as_a_request_of_the_reader(self, service: Neighbour) -> None:
        service.answers["/api/v1/registry/grids"] = {"items": []}
        for _ in range(MOST):
            own_api.read("registry/grids")

        with pytest.raises(Unavailable, match="Too many requests"):
            own_api.read("registry/grids")

    def test_of_a_service_that_nobody_knows_finds_nothing(self) -> None:
        with pytest.raises(NotFound):
            own_api.read("nobody/knows")


@pytest.mark.usefixtures("app")
class TestAFileOfAnEnterprise:
    def test_asks_a_service_that_fails_no_second_question(self, service: Neighbour) -> None:
        history = "/api/v1/registry/enterprises/one/history"
        service.answers[history] = saying(503)

        parts = file_parts("one", {"enterprise": {"name": "甲"}, "unavailable": ["risk"]})

        assert parts["unavailable"] == {"registry", "risk"}
        assert {path for _, path, _ in service.requests} == {history}


@pytest.mark.usefixtures("app")
class TestWhoAnswers:
    @pytest.mark.parametrize(
        ("path", "answerer"),
        [
            ("registry/grids", "registry"),
            ("public/penalties/one", "credit"),
            ("auth/me", "identity"),
            ("search", ""),
            ("map/summary", ""),
            ("enterprises/01a21caf-948f-76ec-8a02-1bc75064ec49/file", ""),
            ("nobody", ""),
        ],
    )
    def test_is_found_by_the_address(self, path: str, answerer: str) -> None:
        assert service_behind(f"/api/v1/{path}") == answerer
