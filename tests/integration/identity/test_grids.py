"""The area of grid workers follows the teams of the grids."""

from collections.abc import Callable
from typing import Any

import pytest

from services.identity.subscriptions import on_grid_changed
from shared.contracts.registry import GridChanged
from shared.database import Database
from tests.integration.identity.conftest import NOW
from tests.integration.identity.test_accounts import events
from tests.support.events import received

GRID = "01932f7e-5c00-7a10-8b21-0c4d5e6f7b10"


@pytest.fixture
def worker(make_account: Callable[..., str]) -> str:
    return make_account("lin", roles=("grid_worker",), grids=["by-hand"])


def team(*accounts: str, sequence: int = 1, is_open: bool = True, grants_scope: bool = True) -> Any:
    members = [{"account_id": one, "kind": "full_time_worker", "grants_scope": grants_scope} for one in accounts]
    changed = GridChanged(
        grid_id=GRID, code="HJ-01", name="一号", division="331002004", is_open=is_open, members=members
    )
    return received(changed, sequence=sequence)


def hear(database: Database, *batch: Any) -> None:
    with database.transaction() as session:
        on_grid_changed(session, list(batch), now=NOW)


def grids(database: Database) -> list[list[str]]:
    """Return the grids of the account, each time that it was told of."""
    return [event["data"]["grids"] for event in events(database, "identity.staff_changed.v1")[-4:]]


class TestTheTeam:
    def test_gives_its_grid_and_takes_it_back(self, database: Database, worker: str) -> None:
        hear(database, team(worker))
        hear(database, team(sequence=2))

        assert grids(database)[-3:] == [["by-hand"], ["HJ-01", "by-hand"], ["by-hand"]]

    @pytest.mark.parametrize(
        "after", [{"is_open": False}, {"grants_scope": False}], ids=["closed", "without enterprises"]
    )
    def test_gives_nothing_when_it_sees_nothing(self, database: Database, worker: str, after: dict[str, Any]) -> None:
        hear(database, team(worker))
        hear(database, team(worker, sequence=2, **after))

        assert grids(database)[-1] == ["by-hand"]

    def test_is_the_newest_one_in_any_order(self, database: Database, worker: str) -> None:
        hear(database, team(sequence=3))
        hear(database, team(worker, sequence=2), team(worker, sequence=1))

        assert grids(database)[-1] == ["by-hand"]

    def test_changes_nothing_twice(self, database: Database, worker: str) -> None:
        hear(database, team(worker))
        count = len(events(database, "identity.staff_changed.v1"))
        hear(database, team(worker, sequence=2))

        assert len(events(database, "identity.staff_changed.v1")) == count

    def test_replaces_the_tokens_of_who_is_concerned(
        self, database: Database, worker: str, as_user: Callable[..., Any]
    ) -> None:
        client = as_user("lin")
        before = client.get("/api/v1/identity/me").status_code
        hear(database, team(worker, "01932f7e-5c00-7a10-8b21-0c4d5e6f7aff"))

        assert (before, [event["data"]["subject"] for event in events(database, "identity.account_disabled.v1")]) == (
            200,
            [worker],
        )
