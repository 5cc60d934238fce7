"""Programs that ended come again, and nothing of the one that ended holds what the next one needs."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.native.programs import Program
from deploy.native.supervisor import Supervisor
from tests.support.running import wait_for

MASTER = ("sh", "-c", "sleep 600 & echo $! >> workers; wait")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    kept = Supervisor(tmp_path / "processes.json", say=lambda line: None)
    kept.start([Program("master", MASTER, tmp_path / "log", directory=tmp_path)])
    yield kept
    kept.stop()


def master(home: Path) -> int:
    return int(json.loads((home / "processes.json").read_text())[0]["pid"])


def workers(home: Path) -> list[int]:
    written = home / "workers"
    return [int(line) for line in written.read_text().split()] if written.exists() else []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestKilledMaster:
    def test_comes_again_without_the_workers_of_the_one_before(self, supervisor: Supervisor, tmp_path: Path) -> None:
        wait_for(lambda: workers(tmp_path), seconds=20, what="the first worker runs")
        first, orphan = master(tmp_path), workers(tmp_path)[0]

        os.kill(first, signal.SIGKILL)
        wait_for(lambda: not is_alive(first), seconds=20, what="the master is dead")
        assert is_alive(orphan)
        never = threading.Event()
        supervisor.keep(lambda seconds: never.wait(seconds) or len(workers(tmp_path)) == 2)

        assert master(tmp_path) != first
        assert not is_alive(orphan)
        assert is_alive(workers(tmp_path)[1])
