"""Cells of somebody else's file."""

import pytest

from services.registry.domain import cells


class TestText:
    @pytest.mark.parametrize("cell", ["N/A", " n/a ", "NULL", "-", "——", "无", "", "\u3000", "\u200b"])
    def test_is_empty_when_the_cell_says_nothing(self, cell: str) -> None:
        assert cells.text(cell) == ""

    def test_loses_invisible_characters_and_runs_of_space(self) -> None:
        assert cells.text(" 样例\u200b厂 \n 二车间\u3000") == "样例厂 二车间"

    def test_keeps_a_name_as_it_is_written(self) -> None:
        assert cells.text("样例（集团）有限公司") == "样例（集团）有限公司"


class TestCode:
    def test_is_folded_to_half_width_and_upper_case(self) -> None:
        assert cells.code(" '９１33100２x1002 36793") == "91331002X100236793"

    def test_knows_a_code_that_a_spreadsheet_destroyed(self) -> None:
        assert cells.is_spreadsheet_number("9.13310E+17")


class TestNumbers:
    @pytest.mark.parametrize(
        ("cell", "count"), [("1,280人", 1280), ("约２０", 20), ("12.5", None), ("many", None), ("7.0", 7)]
    )
    def test_are_read_from_what_people_write(self, cell: str, count: int | None) -> None:
        assert cells.whole_number(cell) == count
