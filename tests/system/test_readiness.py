"""Whoever is told that the system is ready can use it at once."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.events import until
from tests.support.running import STARTING, Embedded, FullStack, System


@pytest.fixture(params=[Embedded, FullStack])
def starting(request: pytest.FixtureRequest, place: Path) -> Iterator[System]:
    """Return a system that has just been started, each way to run."""
    system: System = request.param(Path(tempfile.mkdtemp(dir=place)))
    try:
        system.launch()
        yield system
        system.wait_until_ready()
    finally:
        system.stop()


class TestReadiness:
    def test_means_that_the_administrator_can_sign_in(self, starting: System) -> None:
        until(lambda: says_ready(starting.url), seconds=STARTING)

        profile = starting.client().call("GET", "identity/me")

        assert profile["roles"] == ["administrator", "bureau_officer"]


def says_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
