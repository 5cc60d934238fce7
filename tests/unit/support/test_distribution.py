"""Workers get whole files, and what one worker has to run alone comes first."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.distribution import FilesInOrder, groups_first, is_below

FILE = "tests/unit/chassis/test_clock.py"


@pytest.fixture
def distribution() -> FilesInOrder:
    """Return what gives out tests in a run of two workers."""
    run: Any = SimpleNamespace(getvalue={"tx": ["2*popen"]}.get)
    return FilesInOrder(run, None)


class TestDistribution:
    @pytest.mark.parametrize("name", ["test_is_aware", "TestClock::test_is_aware", "TestClock::test_reads[a::b@c]"])
    def test_gives_out_a_file_as_a_whole(self, distribution: FilesInOrder, name: str) -> None:
        assert distribution._split_scope(f"{FILE}::{name}") == FILE

    def test_gives_out_a_group_as_a_whole_from_whatever_file(self, distribution: FilesInOrder) -> None:
        assert distribution._split_scope(f"{FILE}::TestClock::test_is_aware[a]@broker") == "broker"

    def test_leaves_the_order_as_it_is(self, request: pytest.FixtureRequest) -> None:
        assert request.config.option.loadscopereorder is False

    def test_begins_with_the_groups_and_leaves_the_order_within_them(self, request: pytest.FixtureRequest) -> None:
        mine = [item for item in request.session.items if item.path == Path(__file__)]
        alone = pytest.Function.from_parent(request.node.parent, name="test_alone", callobj=lambda: None)
        alone.add_marker(pytest.mark.xdist_group("alone"))
        items: list[pytest.Item] = [*mine, alone]
        groups_first(items)
        assert items == [alone, *mine]


class TestPlaces:
    @pytest.mark.parametrize(
        ("place", "is_there"), [("/a", True), ("/a/b.py", True), ("/a/c", False), ("/b.py", False)]
    )
    def test_hold_themselves_and_what_lies_below(self, place: str, is_there: bool) -> None:
        assert is_below(Path("/a/b.py"), Path("/c"), Path(place)) is is_there
