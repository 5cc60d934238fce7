"""One running system of each kind. The tests share it: each has enterprises of its own, none counts on the day."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.services import service_names
from tests.support.distribution import is_below
from tests.support.events import until
from tests.support.running import STARTING, Embedded, FullStack, System

HERE = Path(__file__).parent
KINDS = {"embedded": Embedded, "stack": FullStack}


@pytest.hookimpl(trylast=True)  # after pytest's own order, which looks at the number of a parameter, not at its value
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of a kind of system follow each other, and among them begin with those that take the time."""
    places = [place for place, item in enumerate(items) if is_below(item.path, HERE)]
    ordered = sorted((items[place] for place in places), key=lambda item: (kind_of(item), not is_timed(item)))
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def kind_of(item: pytest.Item) -> int:
    """Return the place of the shared system that a test uses among the kinds; 0 for one that shares none."""
    call = getattr(item, "callspec", None)
    return [None, *KINDS].index(call.params.get("started") if call else None)


def is_timed(item: pytest.Item) -> bool:
    """Return whether a test says how fast the system reacts, which it does before others have filled it."""
    return "chain" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """Return a directory for homes, short enough for sockets and passable for the user postgres."""
    directory = Path(tempfile.mkdtemp(prefix="sise-system-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="package", params=KINDS)
def started(request: pytest.FixtureRequest, place: Path) -> Iterator[tuple[System, dict[str, Any]]]:
    """Return a running system, each way to run, and what its administrator was told as soon as it said it was ready.

    That is the own profile, and as ``away`` the services that did not answer then.
    """
    system: System = KINDS[request.param](Path(tempfile.mkdtemp(dir=place)))
    try:
        system.launch()
        until(lambda: says_ready(system.url), seconds=STARTING)
        profile = system.client().call("GET", "identity/me")
        away = [name for name in service_names() if name != "gateway" and not system.backlog_of(name)]
        system.wait_until_ready()
        yield system, {**profile, "away": away}
    finally:
        system.stop()


@pytest.fixture(scope="package")
def system(started: tuple[System, dict[str, Any]]) -> System:
    """Return the running system that the tests share: of both kinds in turn, unless the test names one."""
    return started[0]


@pytest.fixture(scope="package")
def stack(system: System) -> FullStack:
    """Return the running full stack, for the tests that are marked with it."""
    assert isinstance(system, FullStack)
    return system


@pytest.fixture(scope="package")
def embedded(system: System) -> Embedded:
    """Return the running system in one process, for the tests that are marked with it."""
    assert isinstance(system, Embedded)
    return system


def says_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
