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


def told(address: str) -> set[str]:
    """Return the names of the figures that have a value for the service."""
    try:
        text = requests.get(address, timeout=5).text
    except requests.ConnectionError:
        return set()
    return set(re.findall(r'^(sise_\w+)\{[^}]*service="registry"', text, re.MULTILINE))
