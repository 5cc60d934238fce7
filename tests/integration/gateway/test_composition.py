"""The file of an enterprise is put together from services that may be slow or dead."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway import composition
from services.gateway.app import create_app
from services.gateway.settings import Settings
from shared.database import Database
from tests.integration.gateway.builders import enterprise, grade, received
from tests.integration.gateway.conftest import ACTIONS, project
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings
from tests.support.databases import migrated_sqlite

WORKS = enterprise()
ID = WORKS.enterprise_id
REGISTRY_PATH = f"/api/v1/registry/enterprises/{ID}"
RISK_PATH = f"/api/v1/risk/grades/{ID}"
INSPECTIONS_PATH = f"/api/v1/inspections/enterprises/{ID}"
FILE = f"/api/v1/enterprises/{ID}/file"


@pytest.fixture
def services() -> Iterator[dict[str, Neighbour]]:
    with ExitStack() as stack:
        found = {name: stack.enter_context(neighbour()) for name in ("registry", "risk", "inspections")}
        found["registry"].answers[REGISTRY_PATH] = {"id": ID, "version": 1}
        found["risk"].answers[RISK_PATH] = {"level": 2}
        found["inspections"].answers[INSPECTIONS_PATH] = {"open_hazards": 1}
        yield found


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = migrated_sqlite(tmp_path / "gateway.db", "gateway")
    project(database, [received(WORKS), received(grade(ID, 2))])
    yield database
    database.close()


@pytest.fixture
def officer(database: Database, services: dict[str, Neighbour], tmp_path: Path) -> FlaskClient:
    settings: Settings = service_settings(Settings, home=tmp_path, service="gateway", database_url=database.url)
    urls = {name: service.url for name, service in services.items()}
    return Signer().client(create_app(replace(settings, service_urls=urls)), actions=ACTIONS, divisions=["331002"])


def asked_for(service: Neighbour, path: str) -> int:
    return sum(1 for _, asked, _ in service.requests if asked == path)


class TestFile:
    def test_holds_the_parts_of_all_services(self, officer: FlaskClient) -> None:
        assert officer.get(FILE).get_json() == {
            "enterprise": {"id": ID, "version": 1},
            "risk": {"level": 2},
            "inspections": {"open_hazards": 1},
            "unavailable": [],
        }

    def test_passes_token_and_request_id_on(self, officer: FlaskClient, services: dict[str, Neighbour]) -> None:
        officer.get(FILE, headers={"X-Request-Id": "request-4711"})

        headers = next(headers for _, path, headers in services["risk"].requests if path == RISK_PATH)
        assert headers["Authorization"].startswith("Bearer ")
        assert headers["X-Request-Id"] == "request-4711"

    def test_names_a_service_that_does_not_answer_in_time(
        self, app: Flask, officer: FlaskClient, services: dict[str, Neighbour]
    ) -> None:
        app.extensions[composition.EXTENSION].deadline = 0.2
        services["risk"].gate.clear()

        file = officer.get(FILE).get_json()

        assert (file["unavailable"], "risk" in file, file["enterprise"]["version"]) == (["risk"], False, 1)

    def test_names_inspections_when_it_is_down(self, officer: FlaskClient, services: dict[str, Neighbour]) -> None:
        services["inspections"].answers[INSPECTIONS_PATH] = lambda: ("", 503)

        file = officer.get(FILE).get_json()

        assert (file["unavailable"], "inspections" in file, file["risk"]) == (["inspections"], False, {"level": 2})

    def test_shows_what_it_knows_while_registry_is_down(
        self, officer: FlaskClient, services: dict[str, Neighbour]
    ) -> None:
        services["registry"].answers[REGISTRY_PATH] = lambda: ("", 503)

        file = officer.get(FILE).get_json()

        assert (file["unavailable"], file["enterprise"]["name"], file["risk"]) == (
            ["registry"],
            WORKS.name,
            {"level": 2},
        )

    def test_holds_null_where_nothing_is_there_yet(self, officer: FlaskClient, services: dict[str, Neighbour]) -> None:
        del services["risk"].answers[RISK_PATH]

        file = officer.get(FILE).get_json()

        assert (file["risk"], file["unavailable"]) == (None, [])

    def test_is_not_shown_to_others(self, officer: FlaskClient) -> None:
        stranger = Signer().client(officer.application, actions=ACTIONS, divisions=["331003"])

        assert stranger.get(FILE).status_code == 404


class TestCache:
    def test_asks_once_per_version(self, officer: FlaskClient, services: dict[str, Neighbour]) -> None:
        for _ in range(3):
            officer.get(FILE)

        assert asked_for(services["risk"], RISK_PATH) == 1

    def test_asks_each_time_for_what_changes_unheard(
        self, officer: FlaskClient, services: dict[str, Neighbour]
    ) -> None:
        officer.get(FILE)
        services["inspections"].answers[INSPECTIONS_PATH] = {"open_hazards": 0}

        assert officer.get(FILE).get_json()["inspections"] == {"open_hazards": 0}

    def test_asks_again_after_an_event(
        self, officer: FlaskClient, services: dict[str, Neighbour], database: Database
    ) -> None:
        officer.get(FILE)
        project(database, [received(grade(ID, 1), sequence=2)])
        officer.get(FILE)

        assert asked_for(services["risk"], RISK_PATH) == 2
        assert asked_for(services["registry"], REGISTRY_PATH) == 1

    def test_asks_again_after_a_write_through_the_gateway(
        self, officer: FlaskClient, services: dict[str, Neighbour]
    ) -> None:
        officer.get(FILE)
        services["registry"].answers[REGISTRY_PATH] = {"id": ID, "version": 2}
        officer.patch(REGISTRY_PATH, json={"name": "New"}, headers={"If-Match": '"1"'})

        assert officer.get(FILE).get_json()["enterprise"]["version"] == 2

    def test_keeps_the_parts_of_different_rights_apart(
        self, officer: FlaskClient, services: dict[str, Neighbour]
    ) -> None:
        officer.get(FILE)
        Signer().client(officer.application, actions=[*ACTIONS, "personal_data:read"], divisions=["331002"]).get(FILE)

        assert asked_for(services["registry"], REGISTRY_PATH) == 2

    def test_forgets_the_least_used_first(self) -> None:
        cache = composition.PartCache(most_bytes=20)
        for name in ("first", "second"):
            cache.put(name, b"0123456789")
        cache.get("first")
        cache.put("third", b"0123456789")

        assert [name for name in ("first", "second", "third") if cache.get(name)] == ["first", "third"]
