from collections.abc import Callable

import pytest

from shared.database import Database
from shared.security.keys import entrust
from tests.support.callers import SECRET


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    opened = open_database("identity")
    entrust(opened, SECRET)
    return opened
