"""Whatever is sent to a documented route, no service fails and no answer differs from its document.

A small fixed sample for every run of the tests; `SISE_FULL_VOLUME=1` sends twenty times as much.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import APIOperation, Case, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from shared.services import service_names
from tests.integration.authorisation.world import World, running_world

EXAMPLES = 40 if "SISE_FULL_VOLUME" in os.environ else 2
ROLES = ("administrator", "bureau_officer", "grid_worker", "enterprise_user", "agency_clerk", "stranger")
BY_GRANT = ("agency_clerk",)  # is told the fields of a grant: of the document some are absent, as they shall be
ENDLESS = ("/api/v1/events/stream",)  # its answer does not end by itself
FUZZING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture(scope="module")
def cases_of(world: World) -> Callable[[str], list[Case]]:
    """Return a function that gives the requests to a service; making them takes longer than sending them."""
    made: dict[str, list[Case]] = {}

    def cases(service: str) -> list[Case]:
        if service not in made:
            schema = openapi.from_wsgi(f"/api/v1/{service}/openapi.json", world.apps[service])
            operations = [found.ok() for found in schema.get_all_operations()]
            made[service] = [case for one in operations if one.path not in ENDLESS for case in generated(one)]
        return made[service]

    return cases


def generated(operation: APIOperation) -> list[Case]:
    """Return requests to `operation`; the same ones in every run and for every role."""
    found: list[Case] = []

    @seed(20261124)
    @FUZZING
    @given(case=operation.as_strategy())
    def keep(case: Case) -> None:
        found.append(case)

    keep()
    assert found
    return found


# Schemathesis does not close streamed answers, so a file behind one may be collected open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestEveryApi:
    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("service", service_names())
    def test_answers_whatever_is_sent(
        self, world: World, cases_of: Callable[[str], list[Case]], service: str, *, role: str
    ) -> None:
        headers = {"Authorization": f"Bearer {world.tokens[role]}", "Accept-Encoding": "identity"}
        checks = [not_a_server_error] if role in BY_GRANT else [not_a_server_error, response_schema_conformance]
        for case in cases_of(service):
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=checks)
