"""Days in cells of somebody else's file."""

from datetime import date

import pytest

from shared.sheets import cells


class TestDay:
    @pytest.mark.parametrize(
        "cell", ["1980-08-04", "1980/8/4", "1980年8月4日", "19800804", "29437", "1980-08-04 00:00:00"]
    )
    def test_is_read_in_every_usual_writing(self, cell: str) -> None:
        assert cells.day(cell) == date(1980, 8, 4)

    @pytest.mark.parametrize("cell", ["1980-13-04", "1980-08-041", "soon", "12", "99999999"])
    def test_is_none_when_it_is_no_day(self, cell: str) -> None:
        assert cells.day(cell) is None
