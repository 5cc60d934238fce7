"""Everything that can be killed is killed while an import runs; nobody restarts anything by hand."""

import os
from functools import partial
from pathlib import Path

import pytest

from deploy.demonstration import write_register
from deploy.processes import roles
from tests.support.running import Embedded, FullStack, System, wait_for

IS_FULL = "SISE_FULL_VOLUME" in os.environ  # make resilience
FIRST = 100_000  # the number of the first row: what is imported must be new to a shared system
ROWS = 60_000 if IS_FULL else 6_000
PATIENCE = 3_000 if IS_FULL else 300
KILLS = 30 if IS_FULL else 3
SERVERS = ("rabbitmq", "postgresql")


@pytest.mark.parametrize("started", ["stack"], indirect=True)
class TestFullStack:
    def test_loses_and_doubles_nothing_when_all_are_killed_in_turn(self, stack: FullStack, tmp_path: Path) -> None:
        others = on_the_map(stack)
        import_id = stack.begin_import(write_register(tmp_path / "register.csv", ROWS, first=FIRST))

        for name in (*SERVERS, *(role.name for role in roles())):
            stack.wait_until_replaced(name, stack.kill(name))
        result = stack.finished(import_id, seconds=PATIENCE)

        report = stack.reconciled(wait=180)
        assert (result["state"], result["accepted"]) == ("completed", ROWS)
        assert (report["status"], report["missing"], report["pending"], report["parked"]) == (0, 0, 0, 0)
        assert on_the_map(stack) - others == ROWS


@pytest.mark.parametrize("started", ["embedded"], indirect=True)
class TestEmbedded:
    def test_goes_on_where_it_was_killed(self, embedded: Embedded, tmp_path: Path) -> None:
        others = on_the_map(embedded)
        import_id = embedded.begin_import(write_register(tmp_path / "register.csv", ROWS, first=FIRST))

        for share in (number / (KILLS + 1) for number in range(1, KILLS + 1)):
            wait_for(
                partial(has_reached, embedded, import_id, share), seconds=PATIENCE, what=f"{share:.0%} are imported"
            )
            embedded.kill()
            embedded.start()
        result = embedded.finished(import_id, seconds=PATIENCE)

        report = embedded.reconciled(wait=120)
        assert (result["state"], result["accepted"]) == ("completed", ROWS)
        assert (report["status"], report["parked"]) == (0, 0)
        assert on_the_map(embedded) - others == ROWS


def on_the_map(system: System) -> int:
    """Return how many enterprises the map knows with a grade or without."""
    return sum(system.summary()["by_level"].values())


def has_reached(system: Embedded, import_id: str, share: float) -> bool:
    """Return whether this share of an import's rows has been committed."""
    return bool(system.progress(import_id).get("progress", 0) >= share)
