"""Who runs which tests: pytest-xdist gives a worker whole files, and the groups that take longest first.

It does not begin with the most numerous ones (an option in pyproject.toml): many a file of few tests takes longest.
"""

from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadGroupScheduling


class FilesInOrder(LoadGroupScheduling):
    """Gives out groups and, of tests in no group, files, in the order in which tests were collected.

    What the tests of a file share is made once instead of once in every worker, and pytest-xdist, which looks through
    all that it has ever given out after each test, has hundreds to look through instead of thousands.
    """

    def _split_scope(self, nodeid: str) -> str:
        group: str = super()._split_scope(nodeid)
        return group.partition("::")[0]


def groups_first(items: list[pytest.Item]) -> None:
    """Bring those tests to the front that one worker has to run alone: they go on to the end if they begin late."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@cache
def is_below(path: Path, *places: Path) -> bool:
    """Return whether a file is one of ``places`` or lies below one; asked of each file once, not of each test."""
    return any(place in (path, *path.parents) for place in places)
