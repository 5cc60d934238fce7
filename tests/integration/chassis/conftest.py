from collections.abc import Iterator

import pytest

from shared.database import Database, connect
from shared.database.migrate import migrate


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a migrated database of the service registry."""
    opened = connect(database_url)
    migrate(opened, "registry")
    yield opened
    opened.close()
