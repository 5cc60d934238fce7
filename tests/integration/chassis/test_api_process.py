"""A process of the full stack as it starts."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from deploy.native.programs import free_port
from deploy.stack import answers
from tests.support.events import until

SISE = Path(sys.executable).with_name("sise")
PROCESSES = 2
OF_AN_APPLICATION = "/cryptography/"  # a library that is loaded when one is built
COUNTED = re.compile(r'^sise_request_seconds_count\{.*route="/healthz".*\} (\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Api:
    home: Path
    port: int
    master: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        return [int(pid) for pid in Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()]

    def get(self, path: str) -> requests.Response:
        """Ask on a connection of its own, which any of the processes may accept."""
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Give an API of several processes in a user's home of its own, started there before."""
    home, port = tmp_path_factory.mktemp("user"), free_port()
    settings = {**os.environ, "HOME": str(home), "SISE_HOME": str(home / "sise")}
    subprocess.run([SISE, "migrate", "registry"], env=settings, check=True, capture_output=True)
    left_behind = home / "sise" / "metrics" / f"registry 127.0.0.1:{port}" / "histogram_1.db"
    left_behind.parent.mkdir(parents=True)
    left_behind.write_bytes(b"of a process that is no more")
    command = [SISE, "api", "registry", "--bind", f"127.0.0.1:{port}", "--processes", str(PROCESSES)]
    with subprocess.Popen(command, env=settings) as master:
        try:
            until(lambda: answers(port), seconds=60)
            yield Api(home, port, master.pid)
        finally:
            master.terminate()


class TestAnApi:
    def test_opens_no_control_socket_in_the_home_of_its_user(self, api: Api) -> None:
        """gunicorn's default is one per user, which services collide on, and it is a door to administer them."""
        assert [path.name for path in api.home.iterdir()] == ["sise"]

    def test_tells_the_figures_of_all_its_processes_whichever_is_asked(self, api: Api) -> None:
        asked = 0

        def has_reached_all() -> bool:
            nonlocal asked
            asked += api.get("/healthz").ok
            return len(list(api.home.rglob("histogram_*.db"))) == PROCESSES

        until(has_reached_all)

        told = [int(COUNTED.findall(api.get("/metrics").text)[0]) for _ in range(10)]
        assert told == [asked] * 10

    def test_shares_no_connection_to_the_database_across_a_fork(self, api: Api) -> None:
        """What is open before a fork is shared after it; so each process builds its application, the first one none."""
        until(lambda: api.get("/readyz").ok and all(is_connected(pid) for pid in api.workers))

        of_all = [api.master, *api.workers]
        assert [has_loaded(pid, OF_AN_APPLICATION) for pid in of_all] == [False, *[True] * PROCESSES]
        assert [is_connected(pid) for pid in of_all] == [False, *[True] * PROCESSES]


def has_loaded(pid: int, library: str) -> bool:
    return library in Path(f"/proc/{pid}/maps").read_text()


def is_connected(pid: int) -> bool:
    """Return whether a process holds the service's database open."""
    return any(str(file.resolve()).endswith("registry.db") for file in Path(f"/proc/{pid}/fd").iterdir())
