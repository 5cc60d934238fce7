"""Whoever asks a service for its present state gets an answer, on both databases."""

from collections.abc import Callable

import pytest

from shared.database import Database
from shared.declarations import Reemitter
from shared.services import load, service_names

REEMITTERS = [(name, reemitter) for name in service_names() for reemitter in load(name).declarations().reemitters]
A_KEY = "01990000-0000-7000-8000-000000000000"


def named(value: object) -> str | None:
    return getattr(value.handler, "__name__", None) if isinstance(value, Reemitter) else None


@pytest.mark.parametrize(("service", "reemitter"), REEMITTERS, ids=named)
class TestEveryReemitter:
    @pytest.fixture
    def database(self, service: str, open_database: Callable[[str], Database]) -> Database:
        return open_database(service)

    @pytest.mark.parametrize("after", [None, A_KEY], ids=["from_the_start", "behind_a_key"])
    def test_reads_a_page_of_an_empty_service(
        self, service: str, reemitter: Reemitter, database: Database, after: str | None
    ) -> None:
        with database.reading() as session:
            assert reemitter.handler(session, after, 10) == []
