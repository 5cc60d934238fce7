"""The whole platform as one: health, parked events, one OpenAPI document."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from schemathesis import openapi

from services.gateway.app import create_app
from services.gateway.settings import Settings, from_env
from shared.database import Database
from shared.events import parked
from shared.settings import BadSettings
from tests.integration.gateway.builders import NOW
from tests.integration.gateway.conftest import ACTIONS
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings
from tests.support.databases import migrated_sqlite

BACKLOG = {"outbox": 1, "pending": 2, "parked": 3, "waiting": 4}
EVENT = "0192f3a0-0000-7000-8000-000000000001"
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "risk", "version": "1"},
    "paths": {"/api/v1/risk/grades": {"get": {"responses": {"200": {"description": "Grades"}}}}},
}


@pytest.fixture
def services() -> Iterator[dict[str, Neighbour]]:
    with ExitStack() as stack:
        found = {name: stack.enter_context(neighbour()) for name in ("registry", "risk")}
        for name, service in found.items():
            service.answers["/readyz"] = {"status": "ready"}
            service.answers[f"/api/v1/{name}/operations/backlog"] = BACKLOG
            service.answers[f"/api/v1/{name}/operations/parked"] = {"items": []}
            service.answers[f"/api/v1/{name}/openapi.json"] = OPENAPI
        yield found


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    yield database
    database.close()


@pytest.fixture
def app(database: Database, services: dict[str, Neighbour], tmp_path: Path) -> Flask:
    urls = {name: service.url for name, service in services.items()}
    settings: Settings = service_settings(
        Settings, home=tmp_path, service="gateway", database_url=database.url, service_urls=urls
    )
    return create_app(settings)


@pytest.fixture
def operator(app: Flask) -> FlaskClient:
    return Signer().client(app, actions=ACTIONS)


def states(client: FlaskClient) -> dict[str, Any]:
    return {each["service"]: each["state"] for each in client.get("/api/v1/system/health").get_json()["services"]}


class TestHealth:
    def test_shows_every_service_and_its_backlog(self, operator: FlaskClient) -> None:
        found = {each["service"]: each for each in operator.get("/api/v1/system/health").get_json()["services"]}

        assert {name: each["state"] for name, each in found.items()} == dict.fromkeys(
            ("gateway", "registry", "risk"), "up"
        )
        assert found["risk"]["parked"] == 3

    def test_tells_down_from_not_ready(self, operator: FlaskClient, services: dict[str, Neighbour]) -> None:
        services["risk"].answers["/readyz"] = lambda: ("", 502)
        services["registry"].answers["/readyz"] = lambda: ({"detail": "Migrate."}, 500)

        assert states(operator) == {"gateway": "up", "registry": "not_ready", "risk": "down"}


class TestReadiness:
    @pytest.fixture
    def identity(self) -> Iterator[Neighbour]:
        with neighbour() as service:
            yield service

    @pytest.fixture
    def visitor(self, database: Database, identity: Neighbour, tmp_path: Path) -> FlaskClient:
        urls = {"identity": identity.url}
        settings: Settings = service_settings(
            Settings, home=tmp_path, service="gateway", database_url=database.url, service_urls=urls
        )
        return create_app(settings).test_client()

    def test_waits_for_those_who_sign_people_in(self, visitor: FlaskClient, identity: Neighbour) -> None:
        identity.answers["/readyz"] = lambda: ({"detail": "Migrate."}, 503)

        answer = visitor.get("/readyz")

        assert (answer.status_code, answer.get_json()["code"]) == (503, "not_ready")

    def test_means_that_signing_in_works_at_once(self, visitor: FlaskClient, identity: Neighbour) -> None:
        tokens = {"access_token": "a", "refresh_token": "r", "expires_in": 600}
        identity.answers["/api/v1/auth/login"] = lambda: ("", 503)
        early = [sign_in(visitor) for _ in range(6)]  # so many that the gateway stops asking for a while

        identity.answers |= {"/readyz": {"status": "ready"}, "/api/v1/auth/login": tokens}
        readiness = visitor.get("/readyz").status_code

        assert (set(early), readiness, sign_in(visitor)) == ({503}, 200, 303)

    def test_is_impossible_without_an_address(self, app: Flask) -> None:
        assert app.test_client().get("/readyz").status_code == 503


def sign_in(client: FlaskClient) -> int:
    return client.post("/session", data={"username": "admin", "password": "a long password"}).status_code


class TestParked:
    @pytest.fixture(autouse=True)
    def parked(self, database: Database, services: dict[str, Neighbour]) -> None:
        with database.transaction() as session:
            parked.park(session, b"not an event", "unreadable", now=NOW, event_id=EVENT)
        item = {"id": EVENT, "type": "x", "parked_at": "2026-11-24T00:00:00+00:00", "error": "no"}
        services["risk"].answers["/api/v1/risk/operations/parked"] = {"items": [item]}

    def test_are_listed_of_all_services(self, operator: FlaskClient) -> None:
        answer = operator.get("/api/v1/system/parked").get_json()

        assert [(item["service"], item["error"]) for item in answer["items"]] == [
            ("risk", "no"),
            ("gateway", "unreadable"),
        ]

    def test_name_who_does_not_answer(self, operator: FlaskClient, services: dict[str, Neighbour]) -> None:
        services["registry"].answers.clear()

        assert operator.get("/api/v1/system/parked").get_json()["unavailable"] == ["registry"]

    def test_are_replayed_by_their_service(self, operator: FlaskClient, services: dict[str, Neighbour]) -> None:
        path = f"/api/v1/risk/operations/parked/{EVENT}/replay"
        services["risk"].answers[path] = {"done": True}

        assert operator.post(f"/api/v1/system/parked/risk/{EVENT}/replay").get_json() == {"done": True}
        assert services["risk"].requests[-1][:2] == ("POST", path)

    def test_of_the_gateway_can_be_dropped(self, operator: FlaskClient) -> None:
        assert operator.post(f"/api/v1/system/parked/gateway/{EVENT}/drop").get_json() == {"done": True}
        assert [item["service"] for item in operator.get("/api/v1/system/parked").get_json()["items"]] == ["risk"]

    def test_stay_when_the_replay_fails_again(self, operator: FlaskClient) -> None:
        assert operator.post(f"/api/v1/system/parked/gateway/{EVENT}/replay").get_json() == {"done": False}


class TestOpenApi:
    def test_describes_all_services_validly(self, app: Flask) -> None:
        document = app.test_client().get("/api/v1/openapi.json").get_json()

        assert document["openapi"].startswith("3.1")
        assert {"/api/v1/risk/grades", "/api/v1/map/summary", "/session"} <= document["paths"].keys()
        assert len(list(openapi.from_dict(document).get_all_operations())) > 15

    def test_names_a_service_that_is_missing(self, app: Flask, services: dict[str, Neighbour]) -> None:
        services["risk"].answers["/api/v1/risk/openapi.json"] = lambda: ("", 503)

        assert app.test_client().get("/api/v1/openapi.json").get_json()["x-unavailable"] == ["risk"]

    def test_resolves_every_reference(self, app: Flask) -> None:
        document = app.test_client().get("/api/v1/openapi.json").get_json()

        assert [each for each in references(document) if not resolves(document, each)] == []


def references(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        if isinstance(content.get("$ref"), str):
            yield content["$ref"]
        content = list(content.values())
    for each in content if isinstance(content, list) else []:
        yield from references(each)


def resolves(document: Any, reference: str) -> bool:
    for name in reference.removeprefix("#/").split("/"):
        document = document.get(name, {})
    return bool(document)


class TestRates:
    def test_are_told_and_enforced(self, tmp_path: Path, database: Database) -> None:
        settings: Settings = service_settings(
            Settings, home=tmp_path, service="gateway", database_url=database.url, requests_per_minute=20
        )
        client = Signer().client(create_app(settings), actions=ACTIONS)

        answers = [client.get("/api/v1/map/summary") for _ in range(21)]

        assert [answers[0].headers["RateLimit"], answers[19].headers["RateLimit"]] == [
            '"default";r=19',
            '"default";r=0',
        ]
        assert (answers[19].status_code, answers[20].status_code) == (200, 429)


class TestSettings:
    def test_have_defaults(self, tmp_path: Path) -> None:
        assert from_env({"SISE_HOME": str(tmp_path)}).most_streams == 12

    def test_are_refused_when_they_are_no_numbers(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings, match="SISE_MOST_STREAMS"):
            from_env({"SISE_HOME": str(tmp_path), "SISE_MOST_STREAMS": "many"})
