from collections.abc import Iterator

import pytest

from shared.database import Database, connect
from shared.database.migrate import migrate
from shared.security.keys import entrust
from tests.support.callers import SECRET


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = connect(database_url)
    migrate(opened, "identity")
    entrust(opened, SECRET)
    yield opened
    opened.close()
