"""A client of another agency, through the gateway and at each service: its grants, its area, its fields, no more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.integration.authorisation.world import World, running_world

FIELDS = ["id", "uscc", "name", "level"]
UNTIL = (datetime.now(UTC) + timedelta(days=30)).isoformat()
TERMS = {"divisions": ["331002001"], "until": UNTIL, "basis": "〔2026〕7"}
LIST = "/api/v1/registry/enterprises"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture(scope="module")
def credentials(world: World) -> dict[str, str]:
    """Return id and secret of a client that may read enterprises and grades of one subdistrict."""
    administrator = world.client("identity", "administrator")
    made: dict[str, str] = administrator.post("/api/v1/identity/clients", json={"name": "消防"}).json
    for action, fields in (("enterprise:read", FIELDS), ("grade:read", ["level", "colour"])):
        path = f"/api/v1/identity/clients/{made['client_id']}/grants/{action}"
        assert administrator.put(path, json={**TERMS, "fields": fields}).status_code == 200
    return made


@pytest.fixture
def agency(world: World, credentials: dict[str, str]) -> dict[str, FlaskClient]:
    """Return a client of each service with the agency's token, which the gateway gave."""
    form = {"grant_type": "client_credentials", **credentials}
    token = world.client("gateway").post("/api/v1/oauth/token", data=form).json["access_token"]
    clients = {name: world.client(name) for name in world.apps}
    for client in clients.values():
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return clients


class TestAgency:
    @pytest.mark.parametrize("service", ["gateway", "registry"])
    def test_gets_rows_of_its_area_with_its_fields(
        self, world: World, agency: dict[str, FlaskClient], service: str
    ) -> None:
        answer = agency[service].get(LIST)
        assert [row["id"] for row in answer.json["items"]] == [world.enterprises["own"]]
        assert set(answer.json["items"][0]) <= set(FIELDS)
        assert set(answer.json) == {"items", "next_cursor"}

    def test_gets_one_document_with_its_fields(self, world: World, agency: dict[str, FlaskClient]) -> None:
        answer = agency["gateway"].get(f"/api/v1/risk/grades/{world.enterprises['own']}")
        assert set(answer.json) == {"level", "colour"}

    @pytest.mark.parametrize("path", [LIST, "/api/v1/risk/grades"])
    def test_does_not_see_what_lies_elsewhere(self, world: World, agency: dict[str, FlaskClient], path: str) -> None:
        assert agency["gateway"].get(f"{path}/{world.enterprises['foreign']}").status_code == 404

    @pytest.mark.parametrize("path", ["/api/v1/map/summary", "/api/v1/search?q=字号", "/api/v1/identity/accounts"])
    def test_does_nothing_that_was_not_granted(self, agency: dict[str, FlaskClient], path: str) -> None:
        assert agency["gateway"].get(path).status_code == 403

    def test_is_told_its_limits(self, agency: dict[str, FlaskClient]) -> None:
        headers = agency["gateway"].get(LIST).headers
        assert {"RateLimit", "RateLimit-Policy"} <= set(headers.keys())

    def test_gets_no_more_tokens_for_a_grant_that_was_withdrawn(
        self, world: World, credentials: dict[str, str]
    ) -> None:
        path = f"/api/v1/identity/clients/{credentials['client_id']}/grants/grade:read"
        world.client("identity", "administrator").delete(path)
        form = {"grant_type": "client_credentials", **credentials}
        assert world.client("gateway").post("/api/v1/oauth/token", data=form).json["scope"] == "enterprise:read"
