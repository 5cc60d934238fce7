"""One running full stack and one embedded home for the tests of this tier."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.running import Embedded, FullStack, running


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """Return a directory for homes, short enough for sockets and passable for the user postgres."""
    directory = Path(tempfile.mkdtemp(prefix="sise-system-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def stack(place: Path) -> Iterator[FullStack]:
    """Return the running full stack; the tests of a module share it and its data."""
    system = FullStack(Path(tempfile.mkdtemp(dir=place)))
    with running(system):
        yield system


@pytest.fixture
def embedded(place: Path) -> Iterator[Embedded]:
    """Return a running system in one process with an empty home."""
    system = Embedded(Path(tempfile.mkdtemp(dir=place)))
    with running(system):
        yield system
