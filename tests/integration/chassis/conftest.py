from collections.abc import Callable

import pytest

from shared.database import Database


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    """Return a migrated database of the service registry."""
    return open_database("registry")
