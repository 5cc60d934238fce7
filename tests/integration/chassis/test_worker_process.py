"""A worker of the full stack as it runs, seen by whoever watches it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.native.programs import free_port
from tests.support.events import until
from tests.support.source import ROOT

SISE = Path(sys.executable).with_name("sise")
COUNTERS = {"sise_events_unrouted_total"}  # there from the first event on that is so


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[str]:
    """Give the address at which a running worker tells its figures."""
    port = free_port()
    settings = {**os.environ, "SISE_HOME": str(tmp_path)}
    subprocess.run([SISE, "migrate", "all"], env=settings, check=True, capture_output=True)
    with subprocess.Popen([SISE, "worker", "registry", "--metrics", f"127.0.0.1:{port}"], env=settings) as worker:
        try:
            yield f"http://127.0.0.1:{port}/metrics"
        finally:
            worker.terminate()


class TestAWorker:
    def test_tells_everything_that_the_alerts_ask_for(self, watched: str) -> None:
        rules = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8")
        asked = set(re.findall(r"sise_\w+", "\n".join(re.findall(r"expr: .*", rules)))) - COUNTERS

        until(lambda: asked <= told(watched), seconds=60)

        assert (len(asked) > 1, asked - told(watched)) == (True, set())

    @pytest.mark.parametrize("address", ["9100", "127.0.0.1:", "127.0.0.1:99999", "nowhere:9100"])
    def test_says_what_to_give_for_an_address_that_is_none(self, tmp_path: Path, address: str) -> None:
        command = [SISE, "worker", "registry", "--metrics", address]

        done = subprocess.run(command, env={**os.environ, "SISE_HOME": str(tmp_path)}, capture_output=True, text=True)

        assert (done.returncode, "give a free address as host:port" in done.stderr) == (1, True)


def told(address: str) -> set[str]:
    """Return the names of the figures that have a value for the service."""
    try:
        text = requests.get(address, timeout=5).text
    except requests.ConnectionError:
        return set()
    return set(re.findall(r'^(sise_\w+)\{[^}]*service="registry"', text, re.MULTILINE))
