"""The command `sise` beside a running system: what may be done, by whom it is done, and what is refused."""

import json
from pathlib import Path

import pytest

from deploy.demonstration import write_register
from tests.support.running import PASSWORD, System

ROWS = 40
pytestmark = pytest.mark.parametrize("started", ["embedded"], indirect=True)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_register(tmp_path_factory.mktemp("register") / "register.csv", ROWS))


class TestHome:
    def test_is_worked_in_by_one_process_only(self, system: System) -> None:
        second = system.sise("run", "--port", "0")

        assert (second.returncode, "already running" in second.stderr) == (1, True)

    @pytest.mark.parametrize("command", [("events", "reconcile"), ("audit", "verify")])
    def test_may_be_looked_at_beside_the_running_process(self, system: System, command: tuple[str, str]) -> None:
        assert system.sise(*command).returncode == 0

    def test_lets_the_running_process_do_what_writes(self, system: System) -> None:
        moved = system.sise("clock", "advance", "30d", "--json")
        asked = system.sise("events", "resync", "gateway", "--json")

        assert (moved.returncode, json.loads(moved.stdout)["offset_seconds"] >= 2_592_000) == (0, True)
        assert "registry.enterprise_registered.v1" in json.loads(asked.stdout)["asked_for"]

    def test_passes_on_what_the_running_process_refuses(self, system: System) -> None:
        done = system.sise("parked", "replay", "gateway", "x")

        assert (done.returncode, "There is no such parked event" in done.stderr) == (1, True)


class TestImport:
    def test_counts_what_came_in(self, system: System, register: str) -> None:
        tried = system.sise("import", register, "--dry-run", "--json", SISE_PASSWORD=PASSWORD)
        done = system.sise("import", register, SISE_PASSWORD=PASSWORD)

        assert (tried.returncode, json.loads(tried.stdout)["accepted"]) == (0, ROWS)
        counts = f"{ROWS} rows: {ROWS} accepted, 0 unchanged, 1 corrected, 0 refused"
        assert (done.returncode, done.stdout.strip().splitlines()[-1]) == (0, f"{counts} (completed)")

    def test_says_when_a_file_cannot_be_read(self, system: System, tmp_path: Path) -> None:
        strange = tmp_path / "strange.csv"
        strange.write_text("a,b\n1,2\n")

        done = system.sise("import", str(strange), SISE_PASSWORD=PASSWORD)

        assert (done.returncode, "(failed)" in done.stdout) == (1, True)

    def test_needs_the_password(self, system: System, register: str) -> None:
        done = system.sise("import", register, SISE_PASSWORD="wrong")

        assert (done.returncode, "401 User name or password is not right." in done.stderr) == (1, True)
